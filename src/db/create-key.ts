import { and, eq, or, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import type { RegisteredKey } from "../auth/key-registration.ts";
import { type AccountWriteValues, isApplied, isUnapplied, recordWrite, trimWritesStatement } from "./account-write.ts";
import { authority, callerRow, hasAuthority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { accounts, keys } from "./schema.ts";
import { flag, leftJoined, nullableText, query, statement } from "./statement.ts";

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
const createKeyStatement = statement<NewKeyValues>().writes(
  (value) => sql`
    INSERT INTO ${keys} (account, name, fingerprint, fingerprintSha256, key, write_id)
    SELECT ${value.account}, ${value.name}, ${value.fingerprint}, ${value.newSha256}, ${value.key}, ${value.writeId}
    WHERE ${and(authority(value), isUnapplied(value), sql`NOT ${isFull(value.account, value.maxKeys)}`)}
    ON CONFLICT DO NOTHING`,
);

const recordStatement = statement<NewKeyValues>().writes((value) =>
  recordWrite(
    value,
    sql`SELECT 1 FROM ${keys} WHERE ${and(eq(keys.account, value.account), eq(keys.name, value.name), eq(keys.write_id, value.writeId))}`,
  ),
);

/** The key that has the name or the fingerprint of the new one: the new one itself, where it was created. */
const outcomeStatement = statement<NewKeyValues>().reads(
  (value) => ({
    hasAuthority,
    isCreated: isApplied(value),
    isFull: flag(isFull(value.account, value.maxKeys)),
    login: nullableText(sql`(SELECT ${accounts.login} FROM ${accounts} WHERE ${accounts.uuid} = ${value.account})`),
    holder: leftJoined({ name: keys.name }, "name"),
  }),
  (columns, value) =>
    query
      .select(columns)
      .from(callerRow(value))
      .leftJoin(
        keys,
        and(
          eq(keys.account, value.account),
          or(
            eq(keys.name, value.name),
            eq(keys.fingerprint, value.fingerprint),
            eq(keys.fingerprintSha256, value.newSha256),
          ),
        ),
      )
      .orderBy(sql`${keys.name} = ${value.name} DESC`)
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
