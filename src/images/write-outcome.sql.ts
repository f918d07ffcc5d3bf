import { and, eq, getTableColumns, isNull, type SQL } from "drizzle-orm";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { imageHistory, images, manifestColumnNames } from "../db/schema.ts";
import {
  leftJoined,
  type Placeholders,
  query,
  type RowOf,
  type SelectedFieldsFlat,
  statement,
} from "../db/statement.ts";
import { type ImageRow, type SeenImage, seenImage } from "./image-row.sql.ts";
import type { Write, WriteValues } from "./write-record.sql.ts";

const {
  image,
  write_id: writeId,
  request_hash: requestHash,
  attempt_id: attemptId,
  changed,
  time: _,
  account: __,
  key_sha256: ___,
  request_id: ____,
  operation: _____,
  total_bytes: ______,
  ...revisionColumns
} = getTableColumns(imageHistory);

/**
 * The outcome of a write, read in its transaction: the caller's authority; the history's row of this write where it was
 * applied, by whichever attempt, and the image as it left it; else the image as it is.
 */
export const outcomeFields = (bind: Placeholders<WriteValues>) => ({
  hasAuthority,
  record: leftJoined({ writeId, requestHash, attemptId, changed }, "writeId"),
  written: leftJoined({ uuid: image, ...revisionColumns }, "uuid"),
  image: seenImage(bind.account),
});

/** Selects the outcome of a write; there is always one row. */
export const selectOutcome = (columns: SelectedFieldsFlat, bind: Placeholders<WriteValues>) =>
  query
    .select(columns)
    .from(callerRow(bind))
    .leftJoin(imageHistory, eq(imageHistory.write_id, bind.writeId))
    .leftJoin(images, isCurrent(bind));

/** The image of the path, unless the write was applied: then the history's row is the answer. */
const isCurrent = (bind: Placeholders<WriteValues>): SQL | undefined =>
  and(eq(images.uuid, bind.image), isNull(imageHistory.write_id));

/** The outcome of a write on the image of the path. */
export const outcomeStatement = statement<WriteValues>().reads(outcomeFields, selectOutcome);

/** A write that was applied, and the image as it left it. */
export type AppliedWrite = {
  image: ImageRow;
  requestHash: string | null;
  /** This request applied it, not an earlier one with its Idempotency-Key. */
  isOwn: boolean;
  /** The names of the columns that it changed, with commas; null where it made the image. */
  changed: string | null;
};

/** What came of a write: `applied`, or else the image as it is now, null when it does not exist. */
export type WriteOutcome = { hasAuthority: boolean; applied: AppliedWrite | null; image: SeenImage | null };

/** The names of the columns that differ, with commas, as the history has them. */
const listChanged = (before: ImageRow, after: ImageRow): string =>
  manifestColumnNames.filter((name) => before[name] !== after[name]).join(", ");

/** What a dry run would have applied. */
function readRehearsed(rehearsed: ImageRow, before: SeenImage | null, { requestHash }: Write): AppliedWrite {
  const changed = before?.uuid === rehearsed.uuid ? listChanged(before, rehearsed) : null;
  return { image: rehearsed, requestHash, isOwn: true, changed };
}

/**
 * Reads a row of `selectOutcome`. What this request itself applied counts, whatever became of the authority since: the
 * acknowledgement of its first attempt may have been lost.
 *
 * @param rehearsed of a dry run, the image as the write would leave it; none where it would not be applied
 */
export function readOutcome(
  row: RowOf<ReturnType<typeof outcomeFields>>,
  write: Write,
  [rehearsed]: readonly (ImageRow | undefined)[],
): WriteOutcome {
  const { hasAuthority, record, written, image } = row;
  if (rehearsed) return { hasAuthority, applied: readRehearsed(rehearsed, image, write), image: null };
  if (record === null || written === null) return { hasAuthority, applied: null, image };
  const { requestHash, changed } = record;
  const isOwn = record.attemptId === write.attemptId;
  return { hasAuthority: hasAuthority || isOwn, applied: { image: written, requestHash, isOwn, changed }, image: null };
}
