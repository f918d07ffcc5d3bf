import { and, eq, or, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authority, callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { isPatched, patched, patchRow } from "../db/patch.ts";
import { accounts, type UpdatableAccountField, updatableAccountFields } from "../db/schema.ts";
import { leftJoined, query, statement } from "../db/statement.ts";
import {
  type AccountWriteValues,
  isApplied,
  isUnapplied,
  recordWrite,
  trimWritesStatement,
} from "./account-write.sql.ts";
import { type AccountRow, accountColumns } from "./get-account.sql.ts";

/** The columns of an account to write; the others stay as they are. */
export type AccountPatch = { readonly [Field in UpdatableAccountField]?: AccountRow[Field] };

type UpdateValues = AccountWriteValues & { patch: string; now: string };

/** Without effect where every sent field is stored already. */
export const updateStatement = statement<UpdateValues>().writes((bind) =>
  query
    .update(accounts)
    .set({
      ...Object.fromEntries(updatableAccountFields.map((field) => [field, patched(field, accounts[field])])),
      updated: sql`${bind.now}`,
      write_id: sql`${bind.writeId}`,
    })
    .from(patchRow(bind.patch))
    .where(
      and(
        eq(accounts.uuid, bind.account),
        or(...updatableAccountFields.map((field) => isPatched(field, accounts[field]))),
        isUnapplied(bind),
        authority(bind),
      ),
    ),
);

export const recordStatement = statement<UpdateValues>().writes((bind) =>
  recordWrite(
    bind,
    sql`SELECT 1 FROM ${accounts} WHERE ${and(eq(accounts.uuid, bind.account), eq(accounts.write_id, bind.writeId))}`,
  ),
);

export const outcomeStatement = statement<UpdateValues>().reads(
  (bind) => ({ hasAuthority, isUpdated: isApplied(bind), account: leftJoined(accountColumns, "uuid") }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(accounts, eq(accounts.uuid, bind.account)),
);

/**
 * Updates the account that the caller acts as, in one batch. Idempotent: safe to retry.
 *
 * @returns the account after it
 */
export async function updateAccount(
  db: Database,
  caller: Caller,
  patch: AccountPatch,
): Promise<{ hasAuthority: boolean; account: AccountRow | null }> {
  const now = new Date().toISOString();
  const values = { ...caller, patch: JSON.stringify(patch), now, writeId: crypto.randomUUID() };
  const [, , , rows] = await db.batch([
    updateStatement.with(values),
    recordStatement.with(values),
    trimWritesStatement.with(values),
    outcomeStatement.with(values),
  ]);
  const { hasAuthority, isUpdated, account } = readOnlyRow(rows);
  return { hasAuthority: hasAuthority || isUpdated, account };
}
