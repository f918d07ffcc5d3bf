import { and, eq, or, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { authority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { type AccountRow, getAccountStatement } from "./get-account.ts";
import { isPatched, patched, patchRow } from "./json-patch.ts";
import { accounts, type UpdatableAccountField, updatableAccountFields } from "./schema.ts";
import { query, statement } from "./statement.ts";

/** The columns of an account to write; the others stay as they are. */
export type AccountPatch = { readonly [Field in UpdatableAccountField]?: AccountRow[Field] };

/** Without effect where every sent field is stored already. */
const updateStatement = statement<Caller & { patch: string; now: string }>().writes((value) =>
  query
    .update(accounts)
    .set({
      ...Object.fromEntries(updatableAccountFields.map((field) => [field, patched(field, accounts[field])])),
      updated: sql`${value.now}`,
    })
    .from(patchRow(value.patch))
    .where(
      and(
        eq(accounts.uuid, value.account),
        or(...updatableAccountFields.map((field) => isPatched(field, accounts[field]))),
        authority(value),
      ),
    ),
);

/** Updates the account that the caller acts as, in one batch. Idempotent: safe to retry. @returns the account after it */
export async function updateAccount(
  db: Database,
  caller: Caller,
  patch: AccountPatch,
): Promise<{ hasAuthority: boolean; account: AccountRow | null }> {
  const values = { ...caller, patch: JSON.stringify(patch), now: new Date().toISOString() };
  const [, after] = await db.batch([updateStatement.with(values), getAccountStatement.with(caller)]);
  return readOnlyRow(after);
}
