import { and, eq, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authority, callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { keys } from "../db/schema.ts";
import { query, statement } from "../db/statement.ts";
import {
  type AccountWriteValues,
  isApplied,
  isUnapplied,
  recordWrite,
  trimWritesStatement,
} from "./account-write.sql.ts";
import { isNamed } from "./named-key.sql.ts";

type DeleteKeyValues = AccountWriteValues & { key: string };

/** Marks the key with the write's id: it may be the one that signed, and its authority ends when it is deleted. */
export const markStatement = statement<DeleteKeyValues>().writes((bind) =>
  query
    .update(keys)
    .set({ write_id: sql`${bind.writeId}` })
    .where(and(isNamed(bind.account, bind.key), isUnapplied(bind), authority(bind))),
);

export const recordStatement = statement<DeleteKeyValues>().writes((bind) =>
  recordWrite(
    bind,
    sql`SELECT 1 FROM ${keys} WHERE ${and(isNamed(bind.account, bind.key), eq(keys.write_id, bind.writeId))}`,
  ),
);

export const deleteStatement = statement<DeleteKeyValues>().writes((bind) =>
  query.delete(keys).where(and(isNamed(bind.account, bind.key), eq(keys.write_id, bind.writeId))),
);

export const outcomeStatement = statement<DeleteKeyValues>().reads(
  (bind) => ({ hasAuthority, isDeleted: isApplied(bind) }),
  (columns, bind) => query.select(columns).from(callerRow(bind)),
);

/**
 * Deletes a key of the account, in one batch. Idempotent: a retry deletes no other key that has taken the name meanwhile.
 */
export async function deleteKey(
  db: Database,
  { key, ...caller }: Caller & { key: string },
): Promise<{ hasAuthority: boolean; isDeleted: boolean }> {
  const values = { ...caller, key, writeId: crypto.randomUUID() };
  const [, , , , rows] = await db.batch([
    markStatement.with(values),
    recordStatement.with(values),
    deleteStatement.with(values),
    trimWritesStatement.with(values),
    outcomeStatement.with(values),
  ]);
  const { hasAuthority, isDeleted } = readOnlyRow(rows);
  // What the first attempt deleted stays deleted, whatever became of the authority since.
  return { hasAuthority: hasAuthority || isDeleted, isDeleted };
}
