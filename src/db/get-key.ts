import type { Caller } from "../auth/caller.ts";
import { callerRow, hasAuthority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { type KeyRow, keyColumns } from "./list-keys.ts";
import { isNamed } from "./named-key.ts";
import { keys } from "./schema.ts";
import { leftJoined, query, statement } from "./statement.ts";

export const getKeyStatement = statement<Caller & { key: string }>().reads(
  () => ({ hasAuthority, key: leftJoined(keyColumns, "name") }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(keys, isNamed(bind.account, bind.key)),
);

/** Reads the account's key of this name or fingerprint; null when there is none. One round trip. */
export const getKey = async (
  db: Database,
  values: Caller & { key: string },
): Promise<{ hasAuthority: boolean; key: KeyRow | null }> => readOnlyRow(await db.all(getKeyStatement.with(values)));
