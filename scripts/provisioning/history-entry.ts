import * as z from "zod/mini";
import { type imageHistory, manifestColumnNames } from "../../src/db/schema.ts";
import { imageWrites } from "../../src/operations.ts";
import { text, timestamp, wholeNumber } from "./fields.ts";
import { type ImageRow, manifestOf, readManifest } from "./manifest.ts";
import { describeSent, listFieldMistakes, rule } from "./refusal.ts";

/** A revision of an image as it is to be stored. */
export type HistoryRow = Omit<typeof imageHistory.$inferSelect, "total_bytes">;

/** The columns of a revision that are exported and loaded. */
export const historyColumns = [
  "image",
  "revision",
  "write_id",
  "request_hash",
  "attempt_id",
  "time",
  "account",
  "key_sha256",
  "request_id",
  "operation",
  "changed",
  ...manifestColumnNames,
] as const satisfies readonly (keyof HistoryRow)[];

type JsonObject = Record<string, unknown>;

const operations = Object.keys({ ...imageWrites, provision: true });

const isOperation = (name: string): name is HistoryRow["operation"] => operations.includes(name);

const operationRule = rule(`one of ${operations.join(", ")}`);

const revisionSchema = z.strictObject(
  {
    revision: wholeNumber(),
    time: timestamp,
    operation: z.string(operationRule).check(z.refine(isOperation, operationRule)),
    account: z.optional(text({ min: 1 })),
    keySha256: z.optional(text({ min: 1 })),
    requestId: z.optional(text()),
    changed: z.optional(z.array(text({ min: 1 }), rule("an array of the names of fields"))),
    writeId: text({ min: 1 }),
    requestHash: z.optional(text({ min: 1 })),
    attemptId: z.optional(text({ min: 1 })),
    image: z.unknown(),
  },
  rule("a revision as the export has it"),
);

type Read<Row> = { row?: Row; mistakes: readonly string[] };

/** One revision of an image, or everything that is wrong with it. */
function readRevision(entry: unknown, uuid: string): Read<HistoryRow> {
  const parsed = z.safeParse(revisionSchema, entry);
  if (!parsed.success) return { mistakes: listFieldMistakes(parsed.error.issues) };
  const { image, operation, time, ...revision } = parsed.data;
  const manifest = typeof image === "object" ? { ...image, uuid } : image;
  const { row, mistakes } = readManifest(manifest, { isStored: true });
  if (!row || !isOperation(operation)) return { mistakes: mistakes.map((mistake) => `image: ${mistake}`) };
  const { uuid: _, ...fields } = row;
  return {
    row: {
      image: uuid,
      revision: revision.revision,
      write_id: revision.writeId,
      request_hash: revision.requestHash ?? null,
      attempt_id: revision.attemptId ?? null,
      time: Date.parse(time),
      account: revision.account ?? null,
      key_sha256: revision.keySha256 ?? null,
      request_id: revision.requestId ?? null,
      operation,
      changed: revision.changed?.join(", ") ?? null,
      ...fields,
    },
    mistakes: [],
  };
}

/**
 * The revisions of an image that an export with history has, the oldest first.
 *
 * @param image the row of the image, which the last revision made
 */
export function readHistory(
  { revision, history }: { revision?: unknown; history: unknown },
  image: ImageRow,
): { rows: readonly HistoryRow[]; mistakes: readonly string[] } {
  if (!Array.isArray(history)) return { rows: [], mistakes: [`history is an array; ${describeSent(history)}`] };
  const read = history.map((entry: unknown) => readRevision(entry, image.uuid));
  const mistakes = read.flatMap(({ mistakes }, at) => mistakes.map((mistake) => `history[${at}]: ${mistake}`));
  if (mistakes.length > 0) return { rows: [], mistakes };
  const rows = read.flatMap(({ row }) => row ?? []);
  return { rows, mistakes: findDisorder(rows, { revision, image }) };
}

/** Why the revisions are not those that lead to the image. */
function findDisorder(
  rows: readonly HistoryRow[],
  { revision, image }: { revision: unknown; image: ImageRow },
): string[] {
  const unordered = rows.findIndex((row, at) => row.revision <= (rows[at - 1]?.revision ?? 0));
  if (unordered >= 0) return [`history[${unordered}]: revision is more than that of the entry before`];
  const last = rows.at(-1);
  if (!last || last.revision !== revision)
    return [`revision is that of the last entry of history; ${describeSent(revision)}`];
  const made = JSON.stringify(manifestOf(toImageRow(last)));
  if (made !== JSON.stringify(manifestOf(image))) return ["the last entry of history has other fields than the image"];
  return [];
}

/** The image that a revision made. */
function toImageRow({
  image,
  revision: _1,
  write_id: _2,
  request_hash: _3,
  attempt_id: _4,
  time: _5,
  account: _6,
  key_sha256: _7,
  request_id: _8,
  operation: _9,
  changed: _10,
  ...fields
}: HistoryRow): ImageRow {
  return { uuid: image, ...fields };
}

/** A stored revision as the entry that `readHistory` makes the same row of. What is not set is absent. */
export function historyOf(row: HistoryRow): JsonObject {
  const { v: _, uuid: __, ...image } = manifestOf(toImageRow(row));
  const entry = {
    revision: row.revision,
    time: new Date(row.time).toISOString(),
    operation: row.operation,
    account: row.account,
    keySha256: row.key_sha256,
    requestId: row.request_id,
    changed: row.changed === null ? null : row.changed.split(", ").filter(Boolean),
    writeId: row.write_id,
    requestHash: row.request_hash,
    attemptId: row.attempt_id,
    image,
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
}
