import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { accountWrites, imageHistory, imageRevisions, images } from "../db/schema.ts";
import {
  integer,
  leftJoined,
  nullableInteger,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  type SelectedFieldsFlat,
  text,
} from "../db/statement.ts";
import type { WriteOperation } from "../operations.ts";
import { manifestColumnNames } from "../tables.ts";
import { roomInMs } from "./account-history.sql.ts";
import { type FoundImage, foundImage, type ImageRow, revisionColumns } from "./image-row.sql.ts";

/** A write of an image: who asks, under which id, and on which revisions. */
export type Write = {
  caller: Caller;
  operation: WriteOperation;
  imageId: string;
  /** Id of the write, unique in the history. The client's retries have the same one if they send an Idempotency-Key. */
  writeId: string;
  /** SHA-256 of what the request asks for. Null without an Idempotency-Key. */
  requestHash: string | null;
  /** Id of this HTTP request, the same when the service sends its statements to D1 again. `requestId` is no such id: clients may repeat theirs. */
  httpRequestId: string;
  requestId: string;
  /** Only reads what the write would do. */
  isDryRun: boolean;
  /** How many revisions and bytes of history the image keeps. 0 turns the limit off. */
  keepRevisions: number;
  keepBytes: number;
  /** How many bytes the history of the account may take. 0: no limit. A dry run always has 0. */
  maxHistory: number;
  /** How many bytes the images of the account may take. 0 turns the limit off. */
  maxImageBytes: number;
  /** JSON array of the revisions that may be written on. Null for any. */
  onRevisions: string | null;
  /** JSON array of the revisions that may not. Null for none. */
  notOnRevisions: string | null;
};

/** The values that every statement of a write binds. */
export type WriteValues = Caller &
  Pick<
    Write,
    | "imageId"
    | "writeId"
    | "requestHash"
    | "httpRequestId"
    | "maxHistory"
    | "maxImageBytes"
    | "onRevisions"
    | "notOnRevisions"
  > & {
    write: string;
  };

/** `write` is the JSON object that the triggers copy into image_revisions. Its keys are the names of that table's columns. */
export function toWriteValues({
  caller,
  operation,
  requestId,
  isDryRun,
  keepRevisions,
  keepBytes,
  ...write
}: Write): WriteValues {
  const record = {
    operation,
    request_hash: write.requestHash,
    attempt_id: write.httpRequestId,
    request_id: requestId,
    account: caller.signer,
    key_sha256: caller.fingerprintSha256,
    key_scope: caller.scope,
    keep_revisions: keepRevisions,
    keep_bytes: keepBytes,
  };
  return { ...caller, ...write, write: JSON.stringify(record) };
}

/** Bookkeeping columns of every write. A trigger copies them into image_revisions. @param changed the columns that change */
export const writeColumns = (bind: Placeholders<WriteValues>, changed?: SQL) => ({
  write_id: sql`${bind.writeId}`,
  write: changed ? sql`json_set(${bind.write}, '$.changed', ${changed})` : sql`${bind.write}`,
});

const isRevisionIn = (revisions: SQLWrapper): SQL =>
  sql`${images.revision} IN (SELECT value FROM json_each(${revisions}))`;

/** The image is at a revision that the preconditions allow. */
const isOnSentRevision = (bind: Placeholders<WriteValues>): SQL | undefined =>
  and(
    sql`(${bind.onRevisions} IS NULL OR ${isRevisionIn(bind.onRevisions)})`,
    sql`(${bind.notOnRevisions} IS NULL OR NOT ${isRevisionIn(bind.notOnRevisions)})`,
  );

/**
 * The write was not made yet, by this request or by an earlier one with the same Idempotency-Key, and the request's preconditions
 * hold when the statement runs. A write whose acknowledgement was lost is sent again: it must not be applied twice.
 */
export const isApplicable = (bind: Placeholders<WriteValues>): SQL | undefined =>
  and(
    sql`NOT EXISTS (SELECT 1 FROM ${imageRevisions} WHERE ${imageRevisions.write_id} = ${bind.writeId})`,
    sql`NOT EXISTS (SELECT 1 FROM ${accountWrites} WHERE ${accountWrites.write_id} = ${bind.writeId})`,
    isOnSentRevision(bind),
  );

/** What came of a write: it was made, now or earlier, or it was not. */
export type WriteOutcome = {
  /** Whether the caller has authority, or had it when this request made the write. */
  hasAuthority: boolean;
  /** Null if the write was not made; of a dry run, if it would not be made. */
  applied: {
    /** The image as the write made it; as it is now if that revision is not kept. */
    image: ImageRow;
    /** The revision that the write made, if it was removed since: `image` is then the current one. Else null. */
    unkeptRevision: number | null;
    requestHash: string | null;
    /** An earlier HTTP request with the same Idempotency-Key made the write. */
    isReplayed: boolean;
    /** The names of the columns that the write changed, with commas. Null if it made the image. */
    changedColumns: string | null;
  } | null;
  /** The current image. Null if the write was made, because `applied` has the image then, or if the image does not exist. */
  image: FoundImage | null;
  /** The sent values differ from the current image's, whether or not the write is allowed. False if it was made. */
  differs: boolean;
  /** The bytes that the account's images would take with the write, if that is too many. Else null. */
  excessBytes: number | null;
  /** When the account's history has room again, in seconds, if it is full, and neither preconditions nor bytes refuse the write. Else null. */
  secondsUntilRoom: number | null;
};

/** A column of the record of this write, from the table that has it. */
const recordedColumn = (name: "write_id" | "request_hash" | "attempt_id" | "changed" | "image" | "revision"): SQL =>
  sql`coalesce(${accountWrites[name]}, ${imageRevisions[name]})`;

const isUnmade = sql`${recordedColumn("write_id")} IS NULL`;

/** What SQLite computes only if the write was not made. 0 otherwise. */
export const unlessApplied = (expression: SQL): SQL => sql`CASE WHEN ${isUnmade} THEN ${expression} ELSE 0 END`;

/**
 * The outcome of a write, read in its transaction: the caller's authority, the record of this write, made now or earlier,
 * and the image. `asWritten` is the image as this write made it, from the history. Null if this write's revision is the current one,
 * which `image` has, or was removed.
 *
 * @param excessIfDiffers NULL: there is nothing to change. 0: there is, and the account's images stay within their limit; or the write
 * was made. More: the bytes that the account's images would take, over their limit
 */
export const outcomeFields = (bind: Placeholders<WriteValues>, excessIfDiffers: SQL) => ({
  hasAuthority,
  record: leftJoined(
    {
      writeId: text(recordedColumn("write_id")),
      requestHash: nullableText(recordedColumn("request_hash")),
      httpRequestId: nullableText(recordedColumn("attempt_id")),
      changed: nullableText(recordedColumn("changed")),
      revision: integer(recordedColumn("revision")),
    },
    "writeId",
  ),
  asWritten: leftJoined(revisionColumns, "uuid"),
  image: foundImage(bind.account),
  excessIfDiffers: nullableInteger(unlessApplied(excessIfDiffers)),
  roomInMs: roomInMs(bind, sql`${isUnmade} AND ${isOnSentRevision(bind)}`),
});

/** Selects the outcome of a write: always one row. */
export const selectOutcome = (columns: SelectedFieldsFlat, bind: Placeholders<WriteValues>) =>
  query
    .select(columns)
    .from(callerRow(bind))
    .leftJoin(accountWrites, eq(accountWrites.write_id, bind.writeId))
    .leftJoin(imageRevisions, eq(imageRevisions.write_id, bind.writeId))
    .leftJoin(images, eq(images.uuid, sql`coalesce(${recordedColumn("image")}, ${bind.imageId})`))
    .leftJoin(
      imageHistory,
      and(
        eq(imageHistory.image, images.uuid),
        eq(imageHistory.revision, recordedColumn("revision")),
        sql`${imageHistory.revision} <> ${images.revision}`,
      ),
    );

export type OutcomeRow = RowOf<ReturnType<typeof outcomeFields>>;

/** Lists the columns that differ, in the form of `image_revisions.changed`. */
const listChangedColumns = (before: ImageRow, after: ImageRow): string =>
  manifestColumnNames.filter((name) => before[name] !== after[name]).join(", ");

/** The outcome of a write that this HTTP request made, and whose image the UPDATE returned. */
export const readWritten = (
  { changed, ...image }: ImageRow & { changed: string },
  { requestHash }: Write,
): WriteOutcome => ({
  hasAuthority: true,
  applied: { image, unkeptRevision: null, requestHash, isReplayed: false, changedColumns: changed },
  ...ofMadeWrite,
});

/** Fields that say why a write was not made. For one that was made they are empty. */
const ofMadeWrite = { image: null, differs: false, excessBytes: null, secondsUntilRoom: null } as const;

/**
 * Reads a row of `selectOutcome`. If this HTTP request made the write, `hasAuthority` is true, even if the authority has
 * ended since: D1's first answer may have been lost, and this is the outcome of a later try.
 *
 * @param rehearsed the image as a dry run would leave it. Undefined if this is no dry run, or its write would not be applied
 */
export function readOutcome<Row extends OutcomeRow>(
  { hasAuthority, record, asWritten, image, excessIfDiffers, roomInMs, ...more }: Row,
  write: Write,
  rehearsed: ImageRow | undefined,
): WriteOutcome & Omit<Row, keyof OutcomeRow> {
  if (rehearsed) {
    const changedColumns = image?.uuid === rehearsed.uuid ? listChangedColumns(image, rehearsed) : null;
    const { requestHash } = write;
    const applied = { image: rehearsed, unkeptRevision: null, requestHash, isReplayed: false, changedColumns };
    return { ...more, hasAuthority, applied, ...ofMadeWrite };
  }
  if (record === null || image === null) {
    const excessBytes = excessIfDiffers || null;
    const secondsUntilRoom = roomInMs === null || excessBytes ? null : Math.ceil(roomInMs / 1000);
    return {
      ...more,
      hasAuthority,
      applied: null,
      image,
      differs: excessIfDiffers !== null,
      excessBytes,
      secondsUntilRoom,
    };
  }
  const isNewest = record.revision === image.revision;
  const isReplayed = record.httpRequestId !== write.httpRequestId;
  const applied = {
    image: isNewest ? image : (asWritten ?? image),
    unkeptRevision: isNewest || asWritten ? null : record.revision,
    requestHash: record.requestHash,
    isReplayed,
    changedColumns: record.changed,
  };
  const isAllowed = hasAuthority || !isReplayed;
  return { ...more, hasAuthority: isAllowed, applied, ...ofMadeWrite };
}
