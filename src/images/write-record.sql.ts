import { and, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { imageHistory, images } from "../db/schema.ts";
import type { Placeholders } from "../db/statement.ts";
import type { ImageWrite } from "../operations.ts";

/** A write of an image: by whom, under which id, and on which revisions. */
export type Write = {
  caller: Caller;
  operation: ImageWrite;
  image: string;
  /** Id of the write, the same at every retry: unique in the history. */
  writeId: string;
  /** SHA-256 of what the request asks for; null without an Idempotency-Key. */
  requestHash: string | null;
  /** Id of this HTTP request, whatever Request-Id its client chose. */
  attemptId: string;
  requestId: string;
  /** Only what the write would do is read. */
  isDryRun: boolean;
  /** The bounds of the image's history, by revisions and by bytes; 0 for none. */
  keepRevisions: number;
  keepBytes: number;
  /** JSON array of the revisions that may be written on; null for any. */
  onRevisions: string | null;
  /** JSON array of the revisions that may not; null for none. */
  notOnRevisions: string | null;
};

/** The values of every statement that writes an image. */
export type WriteValues = Caller &
  Pick<Write, "image" | "writeId" | "onRevisions" | "notOnRevisions"> & { write: string };

/** A write as the values of its statements. `write` is what the trigger puts into the history's row. */
export function toWriteValues({ caller, image, writeId, onRevisions, notOnRevisions, ...write }: Write): WriteValues {
  const record = {
    operation: write.operation,
    request_hash: write.requestHash,
    attempt_id: write.attemptId,
    request_id: write.requestId,
    account: caller.signer,
    key_sha256: caller.fingerprintSha256,
    keep_revisions: write.keepRevisions,
    keep_bytes: write.keepBytes,
  };
  return { ...caller, image, writeId, onRevisions, notOnRevisions, write: JSON.stringify(record) };
}

/** The columns that every write sets beside its own; the trigger makes the history's row of them. */
export const recordColumns = (bind: Placeholders<WriteValues>) => ({
  write_id: sql`${bind.writeId}`,
  write: sql`${bind.write}`,
});

const isRevisionIn = (revisions: SQLWrapper): SQL =>
  sql`${images.revision} IN (SELECT value FROM json_each(${revisions}))`;

/**
 * The write was not applied before, and its preconditions hold, when the statement runs. A write whose acknowledgement was
 * lost is retried, and must not be applied twice.
 */
export const isApplicable = (bind: Placeholders<WriteValues>): SQL | undefined =>
  and(
    sql`NOT EXISTS (SELECT 1 FROM ${imageHistory} WHERE ${imageHistory.write_id} = ${bind.writeId})`,
    sql`(${bind.onRevisions} IS NULL OR ${isRevisionIn(bind.onRevisions)})`,
    sql`(${bind.notOnRevisions} IS NULL OR NOT ${isRevisionIn(bind.notOnRevisions)})`,
  );
