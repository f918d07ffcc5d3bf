import { and, eq, gt, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Caller } from "../caller.ts";
import { accounts, keys, limitedKeys } from "../db/account-schema.ts";
import { authority, authorityStatement, callerRow, hasAuthority, isOperator, isUnlimited } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { now } from "../db/schema.ts";
import {
  boolean,
  leftJoined,
  nullableInteger,
  nullableText,
  type Placeholder,
  type Placeholders,
  query,
  type RowOf,
  statement,
  text,
} from "../db/statement.ts";
import { isLimited, type KeyLimits } from "../scope.ts";
import type { RegisteredKey } from "../signature/key-registration.ts";
import { isApplied, isUnapplied, type RecordedValues, recordWrite } from "./recorded-write.sql.ts";

/** The tables of keys: those without limits, and those with. */
type KeyTable = typeof keys | typeof limitedKeys;

/** Selects the keys of both tables that a condition holds for. */
const selectKeys = (condition: (table: KeyTable) => SQL | undefined): SQL => sql`
  SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires FROM ${keys} WHERE ${condition(keys)}
  UNION ALL SELECT name, fingerprint, fingerprintSha256, key, scope, expires FROM ${limitedKeys} WHERE ${condition(limitedKeys)}`;

const keyFields = {
  name: text(sql`name`),
  fingerprint: text(sql`fingerprint`),
  fingerprintSha256: text(sql`fingerprintSha256`),
  key: text(sql`key`),
  scope: nullableText(sql`scope`),
  expires: nullableInteger(sql`expires`),
};

/** A key with its limits. */
export type KeyRow = RowOf<typeof keyFields>;

/** Keys of one page. A key takes a few KB; one with a long comment, from provisioning, takes more. */
const pageRows = 100;

export const listKeysStatement = statement<Caller & { after: string }>().returnsRows(
  () => keyFields,
  (_, bind) => sql`${selectKeys((table) => and(eq(table.account, bind.account), gt(table.name, bind.after)))}
    ORDER BY name LIMIT ${sql.raw(String(pageRows + 1))}`,
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

/**
 * Whether the key is the account's key of this name or fingerprint. Both are unique within the account. Three look-ups: for
 * OR over three indexes, SQLite reads every key of the account.
 */
function isNamed(table: KeyTable, account: SQLWrapper, key: Placeholder): SQL | undefined {
  const other = alias(table as typeof keys, "other");
  return and(
    eq(table.account, account),
    sql`${table.name} IN (${key},
      (SELECT ${other.name} FROM ${table} AS ${other} WHERE ${other.account} = ${account} AND ${other.fingerprint} = ${key}),
      (SELECT ${other.name} FROM ${table} AS ${other} WHERE ${other.account} = ${account} AND ${other.fingerprintSha256} = ${key}))`,
  );
}

export const getKeyStatement = statement<Caller & { key: string }>().returnsRows(
  (bind) => ({ hasAuthority, isOperator: isOperator(bind), key: leftJoined(keyFields, "name") }),
  (columns, bind) =>
    query
      .select(columns)
      .from(callerRow(bind))
      .leftJoin(sql`(${selectKeys((table) => isNamed(table, bind.account, bind.key))}) AS "named"`, sql`true`),
);

/** Reads the account's key of this name or fingerprint. Null if there is none. One round trip. */
export const readKey = async (
  db: Database,
  values: Caller & { key: string },
): Promise<{ hasAuthority: boolean; isOperator: boolean; key: KeyRow | null }> =>
  requireRow(await db.all(getKeyStatement.with(values)));

type NewKeyValues = RecordedValues & {
  name: string;
  fingerprint: string;
  newSha256: string;
  key: string;
  newScope: string | null;
  newExpires: number | null;
  /** 0 turns the limit off. */
  maxKeys: number;
};

/** The account has as many keys as it may have, with those that have ended. */
const isQuotaReached = ({ account, maxKeys }: Placeholders<NewKeyValues>): SQL =>
  sql`(${maxKeys} > 0 AND (SELECT count(*) FROM (${selectKeys((table) => eq(table.account, account))})) >= ${maxKeys})`;

const isSameKey = (table: KeyTable, bind: Placeholders<NewKeyValues>): SQL | undefined =>
  and(
    eq(table.account, bind.account),
    or(eq(table.name, bind.name), eq(table.fingerprint, bind.fingerprint), eq(table.fingerprintSha256, bind.newSha256)),
  );

const hasEnded = ({ newExpires }: Placeholders<NewKeyValues>): SQL =>
  sql`(${newExpires} IS NOT NULL AND ${newExpires} <= ${now})`;

/** Inserts a key unless the account has its name or the key already, in this table or, by a trigger, in the other. */
const insertKey = (bind: Placeholders<NewKeyValues>, table: KeyTable, limits: readonly SQL[] = []): SQL => {
  const values = [bind.account, bind.name, bind.fingerprint, bind.newSha256, bind.key, bind.writeId, ...limits];
  return sql`
    INSERT INTO ${table} (account, name, fingerprint, fingerprintSha256, key, write_id${sql.raw(limits.length > 0 ? ", scope, expires" : "")})
    SELECT ${sql.join(
      values.map((value) => sql`${value}`),
      sql`, `,
    )}
    WHERE ${and(authority(bind), isUnapplied(bind), sql`NOT ${isQuotaReached(bind)}`, sql`NOT ${hasEnded(bind)}`)}
    ON CONFLICT DO NOTHING`;
};

/** Selects the row that the write has just written, of those that a condition holds for. */
const selectWritten = (
  condition: (table: KeyTable) => SQL | undefined,
  { writeId }: Placeholders<RecordedValues>,
): SQL => selectKeys((table) => and(condition(table), eq(table.write_id, writeId)));

/** The statements of CreateKey, in the order of their batch: one of the first two, by whether the key has limits. */
export const keyCreation = {
  write: statement<NewKeyValues>().returnsNone((bind) => insertKey(bind, keys)),
  writeLimited: statement<NewKeyValues>().returnsNone((bind) =>
    insertKey(bind, limitedKeys, [sql`${bind.newScope}`, sql`${bind.newExpires}`]),
  ),
  record: statement<NewKeyValues>().returnsNone((bind) =>
    recordWrite(
      bind,
      selectWritten((table) => and(eq(table.account, bind.account), eq(table.name, bind.name)), bind),
    ),
  ),
  /** Finds the key with the name or a fingerprint of the new one: the new one itself if it was created. */
  outcome: statement<NewKeyValues>().returnsRows(
    (bind) => ({
      hasAuthority,
      isCreated: isApplied(bind),
      isQuotaReached: boolean(isQuotaReached(bind)),
      hasEnded: boolean(hasEnded(bind)),
      login: nullableText(sql`(SELECT ${accounts.login} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.account})`),
      holder: leftJoined({ name: text(sql`name`) }, "name"),
    }),
    (columns, bind) =>
      query
        .select(columns)
        .from(callerRow(bind))
        .leftJoin(sql`(${selectKeys((table) => isSameKey(table, bind))}) AS "same"`, sql`true`)
        .orderBy(sql`name = ${bind.name} DESC`)
        .limit(1),
  ),
};

/** What came of a new key. `holder` names the stored key that has its name, or is the same key. `login` is the account's. */
export type CreateKeyOutcome = {
  hasAuthority: boolean;
  isCreated: boolean;
  /** The account has as many keys as it may have. */
  isQuotaReached: boolean;
  /** The end of the new key is past. */
  hasEnded: boolean;
  login: string | null;
  holder: string | null;
};

/** A key to register for an account, and who asks. */
export type NewKey = { key: RegisteredKey; limits: KeyLimits; caller: Caller; maxKeys: number };

/** Registers a key of the account. One batch. Idempotent: a retry does not bring back a key that was deleted meanwhile. */
export async function writeKey(db: Database, { key, limits, caller, maxKeys }: NewKey): Promise<CreateKeyOutcome> {
  const { fingerprintSha256: newSha256, ...columns } = key;
  const { scope: newScope, expires: newExpires } = limits;
  const own = { ...columns, newSha256, newScope, newExpires };
  const values = { ...own, maxKeys, writeId: crypto.randomUUID(), ...caller };
  const [, , rows] = await db.batch([
    (isLimited(limits) ? keyCreation.writeLimited : keyCreation.write).with(values),
    keyCreation.record.with(values),
    keyCreation.outcome.with(values),
  ]);
  const { hasAuthority, holder, ...outcome } = requireRow(rows);
  // A key that an earlier attempt created counts, even if the authority has ended since.
  return { ...outcome, hasAuthority: hasAuthority || outcome.isCreated, holder: holder?.name ?? null };
}

/** `target*`: the key to delete, as a caller with limits of its own was allowed to. NULLs for one without limits. */
type DeleteKeyValues = RecordedValues & {
  key: string;
  targetSha256: string | null;
  targetScope: string | null;
  targetExpires: number | null;
};

/** The key is the one that the caller was allowed to delete. */
const isTarget = (bind: Placeholders<DeleteKeyValues>): SQL => sql`(${isUnlimited(bind)}
  OR ${limitedKeys.fingerprintSha256} = ${bind.targetSha256} AND ${limitedKeys.scope} IS ${bind.targetScope} AND ${limitedKeys.expires} IS ${bind.targetExpires})`;

/** Marks the key with the write's id before deleting it: deleting the key that signed ends the caller's authority. */
const markKey = (table: KeyTable, allowed: (bind: Placeholders<DeleteKeyValues>) => SQL) =>
  statement<DeleteKeyValues>().returnsNone((bind) =>
    query
      .update(table)
      .set({ write_id: sql`${bind.writeId}` })
      .where(and(isNamed(table, bind.account, bind.key), isUnapplied(bind), allowed(bind), authority(bind))),
  );

const deleteMarked = (table: KeyTable) =>
  statement<DeleteKeyValues>().returnsNone((bind) =>
    query.delete(table).where(and(isNamed(table, bind.account, bind.key), eq(table.write_id, bind.writeId))),
  );

/** The statements of DeleteKey, in the order of their batch. */
export const keyDeletion = {
  mark: markKey(keys, isUnlimited),
  markLimited: markKey(limitedKeys, isTarget),
  record: statement<DeleteKeyValues>().returnsNone((bind) =>
    recordWrite(
      bind,
      selectWritten((table) => isNamed(table, bind.account, bind.key), bind),
    ),
  ),
  write: deleteMarked(keys),
  writeLimited: deleteMarked(limitedKeys),
  outcome: statement<DeleteKeyValues>().returnsRows(
    (bind) => ({ hasAuthority, isDeleted: isApplied(bind) }),
    (columns, bind) => query.select(columns).from(callerRow(bind)),
  ),
};

/** What came of a deletion. */
export type DeleteKeyOutcome = { hasAuthority: boolean; isDeleted: boolean };

/**
 * Deletes a key of the account. One batch. Idempotent: a retry deletes no other key that took the name meanwhile.
 *
 * @param target the key as it was read. A caller whose key has limits deletes that one alone. Null for other callers
 */
export async function removeKey(
  db: Database,
  { key, target, ...caller }: Caller & { key: string; target: KeyRow | null },
): Promise<DeleteKeyOutcome> {
  const {
    fingerprintSha256: targetSha256 = null,
    scope: targetScope = null,
    expires: targetExpires = null,
  } = target ?? {};
  const own = { key, targetSha256, targetScope, targetExpires };
  const values = { ...caller, ...own, writeId: crypto.randomUUID() };
  const [, , , , , rows] = await db.batch([
    keyDeletion.mark.with(values),
    keyDeletion.markLimited.with(values),
    keyDeletion.record.with(values),
    keyDeletion.write.with(values),
    keyDeletion.writeLimited.with(values),
    keyDeletion.outcome.with(values),
  ]);
  const { hasAuthority, isDeleted } = requireRow(rows);
  // A deletion counts, even if it ended the authority, or the authority has ended since an earlier attempt.
  return { hasAuthority: hasAuthority || isDeleted, isDeleted };
}
