import { and, eq } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { authority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { getKeyStatement } from "./get-key.ts";
import type { KeyRow } from "./list-keys.ts";
import { isNamed } from "./named-key.ts";
import { keys } from "./schema.ts";
import { query, statement } from "./statement.ts";

const deleteKeyStatement = statement<Caller & { key: string }>().writes((value) =>
  query.delete(keys).where(and(eq(keys.account, value.account), isNamed(value.key), authority(value))),
);

/**
 * Deletes a key of the account, in one batch: the read comes first, for the key may be the one that signed.
 *
 * @returns the deleted key; null when there was none
 */
export async function deleteKey(
  db: Database,
  values: Caller & { key: string },
): Promise<{ hasAuthority: boolean; key: KeyRow | null }> {
  const [before] = await db.batch([getKeyStatement.with(values), deleteKeyStatement.with(values)]);
  return readOnlyRow(before);
}
