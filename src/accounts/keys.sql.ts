import { and, eq, gt, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Caller } from "../caller.ts";
import { authority, authorityStatement, callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { accounts, keys } from "../db/schema.ts";
import {
  boolean,
  leftJoined,
  nullableText,
  type Placeholder,
  type Placeholders,
  query,
  type RowOf,
  statement,
} from "../db/statement.ts";
import type { RegisteredKey } from "../signature/key-registration.ts";
import { isApplied, isUnapplied, type RecordedValues, recordWrite } from "./recorded-write.sql.ts";

const keyColumns = { name: keys.name, fingerprint: keys.fingerprint, key: keys.key };

/** A key as CloudAPI shows it: its name, its MD5 fingerprint and its OpenSSH line. */
type KeyRow = RowOf<typeof keyColumns>;

/** Keys of one page. A key takes a few KB; one with a long comment, from provisioning, takes more. */
const pageRows = 100;

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

/** A page of keys. `isLast` if no key follows. */
export type ListedKeys = { hasAuthority: boolean; keys: KeyRow[]; isLast: boolean };

/**
 * Reads a page of the keys of the account that the caller acts as, by name. One round trip.
 *
 * @param after the last name of the page before. "" for the first page
 */
export async function readKeys(db: Database, caller: Caller, after: string): Promise<ListedKeys> {
  const [authority, keys] = await db.batch([
    authorityStatement.with(caller),
    listKeysStatement.with({ ...caller, after }),
  ]);
  return { ...requireRow(authority), keys: keys.slice(0, pageRows), isLast: keys.length <= pageRows };
}

const other = alias(keys, "other");

/**
 * Whether the key is the account's key of this name or fingerprint. Both are unique within the account. Three look-ups: for
 * OR over three indexes, SQLite reads every key of the account.
 */
const isNamed = (account: SQLWrapper, key: Placeholder): SQL | undefined =>
  and(
    eq(keys.account, account),
    sql`${keys.name} IN (${key},
      (SELECT ${other.name} FROM ${keys} AS ${other} WHERE ${other.account} = ${account} AND ${other.fingerprint} = ${key}),
      (SELECT ${other.name} FROM ${keys} AS ${other} WHERE ${other.account} = ${account} AND ${other.fingerprintSha256} = ${key}))`,
  );

export const getKeyStatement = statement<Caller & { key: string }>().reads(
  () => ({ hasAuthority, key: leftJoined(keyColumns, "name") }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(keys, isNamed(bind.account, bind.key)),
);

/** Reads the account's key of this name or fingerprint. Null if there is none. One round trip. */
export const readKey = async (
  db: Database,
  values: Caller & { key: string },
): Promise<{ hasAuthority: boolean; key: KeyRow | null }> => requireRow(await db.all(getKeyStatement.with(values)));

type NewKeyValues = RecordedValues & {
  name: string;
  fingerprint: string;
  newSha256: string;
  key: string;
  /** 0 turns the limit off. */
  maxKeys: number;
};

const isQuotaReached = (account: Placeholder, maxKeys: Placeholder): SQL =>
  sql`(${maxKeys} > 0 AND (SELECT count(*) FROM ${keys} WHERE ${keys.account} = ${account}) >= ${maxKeys})`;

const isSameKey = (bind: Placeholders<NewKeyValues>): SQL | undefined =>
  or(eq(keys.name, bind.name), eq(keys.fingerprint, bind.fingerprint), eq(keys.fingerprintSha256, bind.newSha256));

/** The statements of CreateKey, in the order of their batch. */
export const keyCreation = {
  /** Has no effect if the account has the name or the key already. */
  write: statement<NewKeyValues>().writes(
    (bind) => sql`
    INSERT INTO ${keys} (account, name, fingerprint, fingerprintSha256, key, write_id)
    SELECT ${bind.account}, ${bind.name}, ${bind.fingerprint}, ${bind.newSha256}, ${bind.key}, ${bind.writeId}
    WHERE ${and(authority(bind), isUnapplied(bind), sql`NOT ${isQuotaReached(bind.account, bind.maxKeys)}`)}
    ON CONFLICT DO NOTHING`,
  ),
  record: statement<NewKeyValues>().writes((bind) =>
    recordWrite(
      bind,
      sql`SELECT 1 FROM ${keys} WHERE ${and(eq(keys.account, bind.account), eq(keys.name, bind.name), eq(keys.write_id, bind.writeId))}`,
    ),
  ),
  /** Finds the key with the name or a fingerprint of the new one: the new one itself if it was created. */
  outcome: statement<NewKeyValues>().reads(
    (bind) => ({
      hasAuthority,
      isCreated: isApplied(bind),
      isQuotaReached: boolean(isQuotaReached(bind.account, bind.maxKeys)),
      login: nullableText(sql`(SELECT ${accounts.login} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.account})`),
      holder: leftJoined({ name: keys.name }, "name"),
    }),
    (columns, bind) =>
      query
        .select(columns)
        .from(callerRow(bind))
        .leftJoin(keys, and(eq(keys.account, bind.account), isSameKey(bind)))
        .orderBy(sql`${keys.name} = ${bind.name} DESC`)
        .limit(1),
  ),
};

/** What came of a new key. `holder` names the stored key that has its name, or is the same key. `login` is the account's. */
export type CreateKeyOutcome = {
  hasAuthority: boolean;
  isCreated: boolean;
  /** The account has as many keys as it may have. */
  isQuotaReached: boolean;
  login: string | null;
  holder: string | null;
};

/** Registers a key of the account. One batch. Idempotent: a retry does not bring back a key that was deleted meanwhile. */
export async function writeKey(
  db: Database,
  { key, caller, maxKeys }: { key: RegisteredKey; caller: Caller; maxKeys: number },
): Promise<CreateKeyOutcome> {
  const { fingerprintSha256: newSha256, ...columns } = key;
  const values = { ...columns, newSha256, maxKeys, writeId: crypto.randomUUID(), ...caller };
  const [, , rows] = await db.batch([
    keyCreation.write.with(values),
    keyCreation.record.with(values),
    keyCreation.outcome.with(values),
  ]);
  const { hasAuthority, holder, ...outcome } = requireRow(rows);
  // A key that an earlier attempt created counts, even if the authority has ended since.
  return { ...outcome, hasAuthority: hasAuthority || outcome.isCreated, holder: holder?.name ?? null };
}

type DeleteKeyValues = RecordedValues & { key: string };

/** The statements of DeleteKey, in the order of their batch. */
export const keyDeletion = {
  /** Marks the key with the write's id before deleting it: deleting the key that signed ends the caller's authority. */
  mark: statement<DeleteKeyValues>().writes((bind) =>
    query
      .update(keys)
      .set({ write_id: sql`${bind.writeId}` })
      .where(and(isNamed(bind.account, bind.key), isUnapplied(bind), authority(bind))),
  ),
  record: statement<DeleteKeyValues>().writes((bind) =>
    recordWrite(
      bind,
      sql`SELECT 1 FROM ${keys} WHERE ${and(isNamed(bind.account, bind.key), eq(keys.write_id, bind.writeId))}`,
    ),
  ),
  write: statement<DeleteKeyValues>().writes((bind) =>
    query.delete(keys).where(and(isNamed(bind.account, bind.key), eq(keys.write_id, bind.writeId))),
  ),
  outcome: statement<DeleteKeyValues>().reads(
    (bind) => ({ hasAuthority, isDeleted: isApplied(bind) }),
    (columns, bind) => query.select(columns).from(callerRow(bind)),
  ),
};

/** Deletes a key of the account. One batch. Idempotent: a retry deletes no other key that took the name meanwhile. */
export async function removeKey(
  db: Database,
  { key, ...caller }: Caller & { key: string },
): Promise<{ hasAuthority: boolean; isDeleted: boolean }> {
  const values = { ...caller, key, writeId: crypto.randomUUID() };
  const [, , , rows] = await db.batch([
    keyDeletion.mark.with(values),
    keyDeletion.record.with(values),
    keyDeletion.write.with(values),
    keyDeletion.outcome.with(values),
  ]);
  const { hasAuthority, isDeleted } = requireRow(rows);
  // A deletion counts, even if it ended the authority, or the authority has ended since an earlier attempt.
  return { hasAuthority: hasAuthority || isDeleted, isDeleted };
}
