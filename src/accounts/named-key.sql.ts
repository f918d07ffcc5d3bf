import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { keys } from "../db/schema.ts";
import type { Placeholder } from "../db/statement.ts";

const other = alias(keys, "other");

/**
 * Whether the key is the account's key of this name or fingerprint, which are unique within the account. Three look-ups:
 * with OR over three indexes, SQLite reads every key of the account.
 */
export const isNamed = (account: SQLWrapper, key: Placeholder): SQL | undefined =>
  and(
    eq(keys.account, account),
    sql`${keys.name} IN (${key},
      (SELECT ${other.name} FROM ${keys} AS ${other} WHERE ${other.account} = ${account} AND ${other.fingerprint} = ${key}),
      (SELECT ${other.name} FROM ${keys} AS ${other} WHERE ${other.account} = ${account} AND ${other.fingerprintSha256} = ${key}))`,
  );
