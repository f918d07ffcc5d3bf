import { eq, getTableColumns } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { accounts } from "../db/schema.ts";
import { leftJoined, query, type RowOf, statement } from "../db/statement.ts";

const { operator: _, disabled: __, write_id: ___, ...columns } = getTableColumns(accounts);

/** The columns of an account that CloudAPI answers. */
export const accountColumns = columns;

/** An account as GetAccount answers it. */
export type AccountRow = RowOf<typeof accountColumns>;

export const getAccountStatement = statement<Caller>().reads(
  () => ({ hasAuthority, account: leftJoined(accountColumns, "uuid") }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(accounts, eq(accounts.uuid, bind.account)),
);

/** Reads the account that the caller acts as. One round trip. */
export const getAccount = async (
  db: Database,
  caller: Caller,
): Promise<{ hasAuthority: boolean; account: AccountRow | null }> =>
  readOnlyRow(await db.all(getAccountStatement.with(caller)));
