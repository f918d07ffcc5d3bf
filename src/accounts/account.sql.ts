import { and, eq, or, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { accounts } from "../db/account-schema.ts";
import { authority, callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { isPatched, patched, patchRow } from "../db/patch.ts";
import { leftJoined, pick, query, type RowOf, statement } from "../db/statement.ts";
import { type UpdatableAccountField, updatableAccountFields } from "../tables.ts";
import { isApplied, isUnapplied, type RecordedValues, recordWrite } from "./recorded-write.sql.ts";

const accountColumns = pick(accounts, ["uuid", "login", ...updatableAccountFields, "created", "updated"]);

export type AccountRow = RowOf<typeof accountColumns>;

type FoundAccount = { hasAuthority: boolean; account: AccountRow | null };

export const getAccountStatement = statement<Caller>().returnsRows(
  () => ({ hasAuthority, account: leftJoined(accountColumns, "uuid") }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(accounts, eq(accounts.uuid, bind.account)),
);

/** Reads the account that the caller acts as. One round trip. */
export const readAccount = async (db: Database, caller: Caller): Promise<FoundAccount> =>
  requireRow(await db.all(getAccountStatement.with(caller)));

/** The columns of an account to write. The others stay. */
export type AccountPatch = { readonly [Field in UpdatableAccountField]?: AccountRow[Field] };

type UpdateValues = RecordedValues & { patch: string; now: string };

/** The statements of UpdateAccount, in the order of their batch. */
export const accountUpdate = {
  /** Has no effect if every sent field is stored already. */
  write: statement<UpdateValues>().returnsNone((bind) =>
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
  ),
  record: statement<UpdateValues>().returnsNone((bind) =>
    recordWrite(
      bind,
      sql`SELECT 1 FROM ${accounts} WHERE ${and(eq(accounts.uuid, bind.account), eq(accounts.write_id, bind.writeId))}`,
    ),
  ),
  outcome: statement<UpdateValues>().returnsRows(
    (bind) => ({ hasAuthority, isUpdated: isApplied(bind), account: leftJoined(accountColumns, "uuid") }),
    (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(accounts, eq(accounts.uuid, bind.account)),
  ),
};

/** Updates the account that the caller acts as, and returns it. One batch. Idempotent: safe to retry. */
export async function writeAccount(db: Database, caller: Caller, patch: AccountPatch): Promise<FoundAccount> {
  const now = new Date().toISOString();
  const values = { ...caller, patch: JSON.stringify(patch), now, writeId: crypto.randomUUID() };
  const [, , rows] = await db.batch([
    accountUpdate.write.with(values),
    accountUpdate.record.with(values),
    accountUpdate.outcome.with(values),
  ]);
  const { hasAuthority, isUpdated, account } = requireRow(rows);
  return { hasAuthority: hasAuthority || isUpdated, account };
}
