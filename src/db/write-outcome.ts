import { and, eq, getTableColumns, isNull, type SQL } from "drizzle-orm";
import type { SelectedFieldsFlat } from "drizzle-orm/sqlite-core";
import { callerRow, hasAuthority } from "./authority.ts";
import { type ImageRow, type SeenImage, seenImage } from "./image-row.ts";
import { imageHistory, images } from "./schema.ts";
import { leftJoined, type Placeholders, query, type RowOf, statement } from "./statement.ts";
import type { Write, WriteValues } from "./write-record.ts";

const {
  image,
  write_id,
  time: _,
  account: __,
  key_sha256: ___,
  request_id: ____,
  operation: _____,
  ...columns
} = getTableColumns(imageHistory);

/**
 * The outcome of a write, read in its transaction: the caller's authority, the history's row of this write where it was
 * applied, by whichever attempt, else the image as it is.
 */
export const outcomeFields = (value: Placeholders<WriteValues>) => ({
  hasAuthority,
  applied: leftJoined({ uuid: image, write_id, ...columns }, "uuid"),
  image: seenImage(value.account),
});

/** Selects the outcome of a write; there is always one row. */
export const selectOutcome = (columns: SelectedFieldsFlat, value: Placeholders<WriteValues>) =>
  query
    .select(columns)
    .from(callerRow(value))
    .leftJoin(imageHistory, eq(imageHistory.write_id, value.writeId))
    .leftJoin(images, isCurrent(value));

/** The image of the path, unless the write was applied: then the history's row is the answer. */
const isCurrent = (value: Placeholders<WriteValues>): SQL | undefined =>
  and(eq(images.uuid, value.image), isNull(imageHistory.write_id));

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

/**
 * Reads a row of `selectOutcome`. What this request itself applied counts, whatever became of the authority since: the
 * acknowledgement of its first attempt may have been lost.
 */
export function readOutcome(row: RowOf<ReturnType<typeof outcomeFields>>, { attemptId }: Write): WriteOutcome {
  if (row.applied === null) return { hasAuthority: row.hasAuthority, applied: null, image: row.image };
  const { write_id: _, request_hash: requestHash, attempt_id, changed, ...image } = row.applied;
  const isOwn = attempt_id === attemptId;
  return {
    hasAuthority: row.hasAuthority || isOwn,
    applied: { image, requestHash, isOwn, changed },
    image: null,
  };
}
