/** Of one bound value; D1's own limit is 2 MB. */
const maxChunkBytes = 400_000;

const encoder = new TextEncoder();

/** Rows as JSON arrays for `json_each(?)`, none larger than 400 KB unless one row is. */
export function toJsonChunks(rows: readonly object[]): string[] {
  const chunks: string[] = [];
  let chunk: string[] = [];
  let chunkBytes = 0;
  for (const row of rows) {
    const json = JSON.stringify(row);
    const bytes = encoder.encode(json).length + 1;
    if (chunk.length > 0 && chunkBytes + bytes > maxChunkBytes) {
      chunks.push(`[${chunk.join()}]`);
      [chunk, chunkBytes] = [[], 0];
    }
    chunk.push(json);
    chunkBytes += bytes;
  }
  return chunk.length > 0 ? [...chunks, `[${chunk.join()}]`] : chunks;
}

/** Whether a row is to be bound column by column: its JSON doubles every quote, and might pass D1's limit. */
export const isTooLargeForJson = (row: object): boolean => encoder.encode(JSON.stringify(row)).length > maxChunkBytes;
