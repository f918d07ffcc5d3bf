import { eq } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { callerRow, hasAuthority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { keys } from "./schema.ts";
import { query, type RowOf, statement } from "./statement.ts";

/** The columns of a key that CloudAPI answers. */
export const keyColumns = { name: keys.name, fingerprint: keys.fingerprint, key: keys.key };

/** A key as CloudAPI answers it: its name, its MD5 fingerprint and its OpenSSH line. */
export type KeyRow = RowOf<typeof keyColumns>;

const authorityStatement = statement<Caller>().reads(
  () => ({ hasAuthority }),
  (columns, value) => query.select(columns).from(callerRow(value)),
);

const listKeysStatement = statement<Caller>().reads(
  () => keyColumns,
  (columns, value) => query.select(columns).from(keys).where(eq(keys.account, value.account)).orderBy(keys.name),
);

/** Lists the keys of the account that the caller acts as, by name. One round trip. */
export async function listKeys(db: Database, caller: Caller): Promise<{ hasAuthority: boolean; keys: KeyRow[] }> {
  const [authority, keys] = await db.batch([authorityStatement.with(caller), listKeysStatement.with(caller)]);
  return { ...readOnlyRow(authority), keys };
}
