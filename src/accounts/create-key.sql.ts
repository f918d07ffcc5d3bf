import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authority, callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { accounts, keys } from "../db/schema.ts";
import { boolean, leftJoined, nullableText, type Placeholder, query, statement } from "../db/statement.ts";
import type { RegisteredKey } from "../signature/key-registration.ts";
import {
  type AccountWriteValues,
  isApplied,
  isUnapplied,
  recordWrite,
  trimWritesStatement,
} from "./account-write.sql.ts";

type NewKeyValues = AccountWriteValues & {
  name: string;
  fingerprint: string;
  newSha256: string;
  key: string;
  /** 0 for no bound. */
  maxKeys: number;
};

const isFull = (account: Placeholder, maxKeys: Placeholder): SQL =>
  sql`(${maxKeys} > 0 AND (SELECT count(*) FROM ${keys} WHERE ${keys.account} = ${account}) >= ${maxKeys})`;

/** Without effect where the account has the name or the key already. */
export const createKeyStatement = statement<NewKeyValues>().writes(
  (bind) => sql`
    INSERT INTO ${keys} (account, name, fingerprint, fingerprintSha256, key, write_id)
    SELECT ${bind.account}, ${bind.name}, ${bind.fingerprint}, ${bind.newSha256}, ${bind.key}, ${bind.writeId}
    WHERE ${and(authority(bind), isUnapplied(bind), sql`NOT ${isFull(bind.account, bind.maxKeys)}`)}
    ON CONFLICT DO NOTHING`,
);

export const recordStatement = statement<NewKeyValues>().writes((bind) =>
  recordWrite(
    bind,
    sql`SELECT 1 FROM ${keys} WHERE ${and(eq(keys.account, bind.account), eq(keys.name, bind.name), eq(keys.write_id, bind.writeId))}`,
  ),
);

/** The key that has the name or the fingerprint of the new one: the new one itself, where it was created. */
export const outcomeStatement = statement<NewKeyValues>().reads(
  (bind) => ({
    hasAuthority,
    isCreated: isApplied(bind),
    isFull: boolean(isFull(bind.account, bind.maxKeys)),
    login: nullableText(sql`(SELECT ${accounts.login} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.account})`),
    holder: leftJoined({ name: keys.name }, "name"),
  }),
  (columns, bind) =>
    query
      .select(columns)
      .from(callerRow(bind))
      .leftJoin(
        keys,
        and(
          eq(keys.account, bind.account),
          or(
            eq(keys.name, bind.name),
            eq(keys.fingerprint, bind.fingerprint),
            eq(keys.fingerprintSha256, bind.newSha256),
          ),
        ),
      )
      .orderBy(sql`${keys.name} = ${bind.name} DESC`)
      .limit(1),
);

/** What came of a new key; `login` is the account's, `holder` the name of the key that has its name or is the same key. */
export type CreateKeyOutcome = {
  hasAuthority: boolean;
  isCreated: boolean;
  /** The account has as many keys as it may have. */
  isFull: boolean;
  login: string | null;
  holder: string | null;
};

/** Registers a key of the account, in one batch. Idempotent: a retry brings no key back that was deleted meanwhile. */
export async function createKey(
  db: Database,
  { key, caller, maxKeys }: { key: RegisteredKey; caller: Caller; maxKeys: number },
): Promise<CreateKeyOutcome> {
  const { fingerprintSha256: newSha256, ...columns } = key;
  const values = { ...columns, newSha256, maxKeys, writeId: crypto.randomUUID(), ...caller };
  const [, , , rows] = await db.batch([
    createKeyStatement.with(values),
    recordStatement.with(values),
    trimWritesStatement.with(values),
    outcomeStatement.with(values),
  ]);
  const { hasAuthority, isCreated, isFull, login, holder } = readOnlyRow(rows);
  // What the first attempt created counts, whatever became of the authority since.
  return { hasAuthority: hasAuthority || isCreated, isCreated, isFull, login, holder: holder?.name ?? null };
}
