import * as z from "zod/mini";
import type { imageHistory, imageRevisions } from "../../src/db/schema.ts";
import { imageWrites } from "../../src/operations.ts";
import { longColumns, manifestColumnNames } from "../../src/tables.ts";
import { isObject } from "../../src/text.ts";
import { describeFound, listFieldMistakes, type Read, rule, text, timestamp, wholeNumber } from "./fields.ts";
import { type ImageRow, manifestOf, readManifest } from "./manifest.ts";

/** A revision of an image, and the image as it left it. `before`: the image before it, known though that revision is not kept. */
export type HistoryRow = Omit<typeof imageHistory.$inferSelect, "total_bytes"> & { before?: ImageRow };

/** A revision as it is stored: a difference. */
export type StoredRevision = typeof imageRevisions.$inferSelect;

/** The columns of a stored revision. */
export const revisionColumns = [
  "image",
  "revision",
  "write_id",
  "request_hash",
  "attempt_id",
  "time",
  "account",
  "key_sha256",
  "request_id",
  "key_scope",
  "operation",
  "changed",
  "total_bytes",
  "is_cut",
  "holder",
  "bytes",
  ...manifestColumnNames,
] as const satisfies readonly (keyof StoredRevision)[];

const operations = Object.keys({ ...imageWrites, provision: true });

const isOperation = (name: string): name is HistoryRow["operation"] => operations.includes(name);

const operationRule = rule(`one of ${operations.join(", ")}`);

const sameRule = rule(`one of ${longColumns.join(", ")}`);

const revisionSchema = z.strictObject(
  {
    revision: wholeNumber,
    time: timestamp,
    operation: z.string(operationRule).check(z.refine(isOperation, operationRule)),
    account: z.optional(text({ min: 1 })),
    keySha256: z.optional(text({ min: 1 })),
    requestId: z.optional(text()),
    keyScope: z.optional(text({ min: 1 })),
    changed: z.optional(z.array(text({ min: 1 }), rule("an array of the names of fields"))),
    writeId: text({ min: 1 }),
    requestHash: z.optional(text({ min: 1 })),
    attemptId: z.optional(text({ min: 1 })),
    image: z.unknown(),
    /** Long fields that `image` leaves out, because the next entry has the same. */
    same: z.optional(z.array(z.enum(longColumns, sameRule), sameRule)),
    /** The image before, in an oldest entry that is not the first revision. */
    before: z.optional(z.unknown()),
  },
  rule("a revision as the export has it"),
);

/** Reads an image of a history. Its mistakes name the field. */
function readImage(image: unknown, uuid: string, field: string): Read<ImageRow> {
  const manifest = typeof image === "object" ? { ...image, uuid } : image;
  const { row, mistakes } = readManifest(manifest, { isStored: true });
  return row ? { row, mistakes: [] } : { mistakes: mistakes.map((mistake) => `${field}: ${mistake}`) };
}

/**
 * Completes an image with the fields that its entry leaves out, and reads the image before.
 *
 * @param next the entry after, which has those fields
 */
function complete(
  row: ImageRow,
  { same = [], before }: { same?: readonly (typeof longColumns)[number][] | undefined; before?: unknown },
  next: HistoryRow | undefined,
): Read<{ fields: ImageRow; before?: ImageRow }> {
  if (same.length > 0 && !next) return { mistakes: ["same is for an entry that another one follows"] };
  const fields = { ...row, ...Object.fromEntries(same.map((name) => [name, next?.[name] ?? null])) };
  if (before === undefined) return { row: { fields }, mistakes: [] };
  const { row: earlier, mistakes } = readImage(before, row.uuid, "before");
  return earlier ? { row: { fields, before: earlier }, mistakes: [] } : { mistakes };
}

/** @param next the entry after */
function readRevision(entry: unknown, uuid: string, next: HistoryRow | undefined): Read<HistoryRow> {
  const parsed = z.safeParse(revisionSchema, entry);
  if (!parsed.success) return { mistakes: listFieldMistakes(parsed.error.issues) };
  const { image, same, before, operation, ...sent } = parsed.data;
  const { row, mistakes } = readImage(image, uuid, "image");
  if (!row || !isOperation(operation)) return { mistakes };
  const whole = complete(row, { same, before }, next);
  if (!whole.row) return { mistakes: whole.mistakes };
  const { uuid: _, ...fields } = whole.row.fields;
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
    key_scope: sent.keyScope ?? null,
    operation,
    changed: sent.changed?.join(", ") ?? null,
  };
  return { row: { ...own, ...fields, ...(whole.row.before && { before: whole.row.before }) }, mistakes: [] };
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
  const read: Read<HistoryRow>[] = [];
  for (const entry of history.toReversed()) read.unshift(readRevision(entry, image.uuid, read[0]?.row));
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
