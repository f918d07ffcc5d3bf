import { and, eq, gt } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authorityStatement } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { keys } from "../db/schema.ts";
import { query, type RowOf, statement } from "../db/statement.ts";

/** The columns of a key that CloudAPI answers. */
export const keyColumns = { name: keys.name, fingerprint: keys.fingerprint, key: keys.key };

/** A key as CloudAPI answers it: its name, its MD5 fingerprint and its OpenSSH line. */
export type KeyRow = RowOf<typeof keyColumns>;

/** Of one page. A key takes a few KB, one with a long comment that was provisioned more. */
const pageRows = 1000;

export const listKeysStatement = statement<Caller & { after: string }>().reads(
  () => keyColumns,
  (columns, bind) =>
    query
      .select(columns)
      .from(keys)
      .where(and(eq(keys.account, bind.account), gt(keys.name, bind.after)))
      .orderBy(keys.name)
      .limit(pageRows + 1),
);

/** A page of keys; `isLast` when no key follows. */
export type ListedKeys = { hasAuthority: boolean; keys: KeyRow[]; isLast: boolean };

/**
 * Lists the keys of the account that the caller acts as, by name: one page. One round trip.
 *
 * @param after the name of the last key of the page before; "" for the first page
 */
export async function listKeys(db: Database, caller: Caller, after: string): Promise<ListedKeys> {
  const [authority, keys] = await db.batch([
    authorityStatement.with(caller),
    listKeysStatement.with({ ...caller, after }),
  ]);
  return { ...readOnlyRow(authority), keys: keys.slice(0, pageRows), isLast: keys.length <= pageRows };
}
