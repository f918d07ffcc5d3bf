import { and, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import type { WritePreconditions } from "../images/preconditions.ts";
import { imageHistory, images } from "./schema.ts";

/** A write of an image as its request asks for it: by whom, under which id, and on which revisions. */
export type Write = {
  caller: Caller;
  operation: string;
  /** Names the write, the same at every try of it: no two rows of the history have one. */
  writeId: string;
  /** SHA-256 of what was asked for; null without an Idempotency-Key. */
  requestHash: string | null;
  /** Names this HTTP request, whatever Request-Id its client gave it. */
  attemptId: string;
  requestId: string;
  /** The least number of revisions that stay readable. */
  keepRevisions: number;
  preconditions: WritePreconditions;
  /** The preconditions for SQL: JSON array of the revisions that may be written on; null for any. */
  onRevisions: string | null;
  /** JSON array of the revisions that may not. */
  notOnRevisions: string | null;
};

/** The placeholders of `canBeMade`, `writtenColumns` and `authority`. */
export function writeValues({ caller, writeId, onRevisions, notOnRevisions, ...write }: Write) {
  const made = {
    operation: write.operation,
    request_hash: write.requestHash,
    attempt_id: write.attemptId,
    request_id: write.requestId,
    account: caller.signer,
    key_sha256: caller.fingerprintSha256,
    keep_revisions: write.keepRevisions,
  };
  return { ...caller, writeId, onRevisions, notOnRevisions, write: JSON.stringify(made) };
}

/** What every write sets beside its own columns; the trigger makes a row of `image_history` of it. */
export const writtenColumns = {
  write_id: sql`${sql.placeholder("writeId")}`,
  write: sql`${sql.placeholder("write")}`,
};

const listed = (name: string): SQL =>
  sql`${images.revision} IN (SELECT value FROM json_each(${sql.placeholder(name)}))`;

/**
 * No try of the write has made it. NOT EXISTS and never EXISTS: a write whose acknowledgement was lost is sent again, and
 * must not be made twice.
 */
export const isUnmade = sql`NOT EXISTS (SELECT 1 FROM ${imageHistory} WHERE ${imageHistory.write_id} = ${sql.placeholder("writeId")})`;

/** The write was not made before, and its preconditions hold, at the statement's own time. */
export const canBeMade: SQL | undefined = and(
  isUnmade,
  sql`(${sql.placeholder("onRevisions")} IS NULL OR ${listed("onRevisions")})`,
  sql`(${sql.placeholder("notOnRevisions")} IS NULL OR NOT ${listed("notOnRevisions")})`,
);
