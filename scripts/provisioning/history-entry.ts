import * as z from "zod/mini";
import { type imageHistory, manifestColumnNames } from "../../src/db/schema.ts";
import { imageWrites } from "../../src/operations.ts";
import { isObject } from "../../src/text.ts";
import { describeFound, listFieldMistakes, type Read, rule, text, timestamp, wholeNumber } from "./fields.ts";
import { type ImageRow, manifestOf, omitUnset, readManifest } from "./manifest.ts";

/** A revision of an image to store. */
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
    revision: wholeNumber,
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

function readRevision(entry: unknown, uuid: string): Read<HistoryRow> {
  const parsed = z.safeParse(revisionSchema, entry);
  if (!parsed.success) return { mistakes: listFieldMistakes(parsed.error.issues) };
  const { image, operation, ...sent } = parsed.data;
  const manifest = typeof image === "object" ? { ...image, uuid } : image;
  const { row, mistakes } = readManifest(manifest, { isStored: true });
  if (!row || !isOperation(operation)) return { mistakes: mistakes.map((mistake) => `image: ${mistake}`) };
  const { uuid: _, ...fields } = row;
  const own = {
    image: uuid,
    revision: sent.revision,
    write_id: sent.writeId,
    request_hash: sent.requestHash ?? null,
    attempt_id: sent.attemptId ?? null,
    time: Date.parse(sent.time),
    account: sent.account ?? null,
    key_sha256: sent.keySha256 ?? null,
    request_id: sent.requestId ?? null,
    operation,
    changed: sent.changed?.join(", ") ?? null,
  };
  return { row: { ...own, ...fields }, mistakes: [] };
}

/** An image of an export with history. */
type EntryWithHistory = { revision?: unknown; history: unknown };

export const hasHistory = (entry: unknown): entry is EntryWithHistory => isObject(entry) && "history" in entry;

/** Reads the revisions of an image, the oldest first. @param image the image, which the last revision made */
export function readHistory(
  { revision, history }: EntryWithHistory,
  image: ImageRow,
): { rows: readonly HistoryRow[]; mistakes: readonly string[] } {
  if (!Array.isArray(history)) return { rows: [], mistakes: [`history is an array; ${describeFound(history)}`] };
  const read = history.map((entry: unknown) => readRevision(entry, image.uuid));
  const mistakes = read.flatMap(({ mistakes }, at) => mistakes.map((mistake) => `history[${at}]: ${mistake}`));
  if (mistakes.length > 0) return { rows: [], mistakes };
  const rows = read.flatMap(({ row }) => row ?? []);
  return { rows, mistakes: findDisorder(rows, { revision, image }) };
}

/** Finds why the revisions do not lead to the image. */
function findDisorder(rows: readonly HistoryRow[], { revision, image }: { revision: unknown; image: ImageRow }) {
  const unordered = rows.findIndex((row, at) => row.revision <= (rows[at - 1]?.revision ?? 0));
  if (unordered >= 0) return [`history[${unordered}]: revision is more than that of the entry before`];
  const last = rows.at(-1);
  if (!last || last.revision !== revision)
    return [`revision is that of the last entry of history; ${describeFound(revision)}`];
  if (JSON.stringify(manifestOf(last)) !== JSON.stringify(manifestOf(image)))
    return ["the last entry of history has other fields than the image"];
  return [];
}

/** Renders a stored revision as an entry that `readHistory` reads back. Unset fields are absent. */
export const historyOf = (row: HistoryRow): JsonObject =>
  omitUnset({
    revision: row.revision,
    time: new Date(row.time).toISOString(),
    operation: row.operation,
    account: row.account,
    keySha256: row.key_sha256,
    requestId: row.request_id,
    changed: row.changed?.split(", ").filter(Boolean),
    writeId: row.write_id,
    requestHash: row.request_hash,
    attemptId: row.attempt_id,
    image: manifestOf(row),
  });
