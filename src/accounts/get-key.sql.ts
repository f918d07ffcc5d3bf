import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { keys } from "../db/schema.ts";
import { leftJoined, query, statement } from "../db/statement.ts";
import { type KeyRow, keyColumns } from "./list-keys.sql.ts";
import { isNamed } from "./named-key.sql.ts";

export const getKeyStatement = statement<Caller & { key: string }>().reads(
  () => ({ hasAuthority, key: leftJoined(keyColumns, "name") }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(keys, isNamed(bind.account, bind.key)),
);

/** Reads the account's key of this name or fingerprint; null when there is none. One round trip. */
export const getKey = async (
  db: Database,
  values: Caller & { key: string },
): Promise<{ hasAuthority: boolean; key: KeyRow | null }> => readOnlyRow(await db.all(getKeyStatement.with(values)));
