import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import type { RegisteredKey } from "../auth/key-registration.ts";
import { authority, callerRow, hasAuthority } from "./authority.ts";
import { type Database, selectStatement, writeStatement } from "./client.ts";
import { keys } from "./schema.ts";

const ofAccount: SQL = eq(keys.account, sql.placeholder("account"));

/** The key that a path or a keyId names: by name or by either fingerprint. */
const named = or(
  eq(keys.fingerprint, sql.placeholder("key")),
  eq(keys.fingerprintSha256, sql.placeholder("key")),
  eq(keys.name, sql.placeholder("key")),
);

const keyFields = { name: keys.name, fingerprint: keys.fingerprint, key: keys.key };

/** A key as CloudAPI answers it: its name, its MD5 fingerprint and its OpenSSH line. */
export type KeyRow = { name: string; fingerprint: string; key: string };

const authorityStatement = selectStatement({ hasAuthority }, (db, fields) => db.select(fields).from(callerRow(db)));

const listStatement = selectStatement(keyFields, (db, fields) =>
  db.select(fields).from(keys).where(ofAccount).orderBy(keys.name),
);

/** The keys of the account that the caller acts as, by name, and the caller's authority. One trip. */
export async function listKeys(db: Database, caller: Caller): Promise<{ hasAuthority: boolean; keys: KeyRow[] }> {
  const [row, listed] = await db.firstAndAll([authorityStatement, caller], [listStatement, caller]);
  return { hasAuthority: row?.hasAuthority === 1, keys: listed };
}

const foundFields = { ...keyFields, name: sql<string | null>`${keys.name}`.as("name"), hasAuthority };

const getKeyStatement = selectStatement(foundFields, (db, fields) =>
  db.select(fields).from(callerRow(db)).leftJoin(keys, and(ofAccount, named)),
);

/** The account's key of this name or fingerprint, if there is one, and the caller's authority. */
export async function getKey(
  db: Database,
  { key, caller }: { key: string; caller: Caller },
): Promise<{ hasAuthority: boolean; key: KeyRow | undefined }> {
  const row = await db.first(getKeyStatement, { key, ...caller });
  if (!row) throw new Error("a read answered no row");
  const { hasAuthority, name, ...found } = row;
  return { hasAuthority: hasAuthority === 1, key: name === null ? undefined : { name, ...found } };
}

/** Without effect where the account has the name or the key already, this write's own first try included. */
const createStatement = writeStatement((db) => ({
  toSQL: () =>
    db
      .all(
        sql`INSERT INTO ${keys} (account, name, fingerprint, fingerprintSha256, key, write_id)
        SELECT ${sql.join(
          ["account", "name", "fingerprint", "newSha256", "key", "writeId"].map((name) => sql.placeholder(name)),
          sql`, `,
        )} WHERE ${authority(db)} ON CONFLICT DO NOTHING`,
      )
      .getQuery(),
}));

/** The caller's authority, and the key that stands where the new one was to go: the new one, where it was made. */
const createdFields = {
  hasAuthority,
  name: sql<string | null>`${keys.name}`.as("name"),
  writeId: sql<string | null>`${keys.write_id}`.as("writeId"),
};

const createdStatement = selectStatement(createdFields, (db, fields) =>
  db
    .select(fields)
    .from(callerRow(db))
    .leftJoin(
      keys,
      and(
        ofAccount,
        or(eq(keys.name, sql.placeholder("name")), eq(keys.fingerprintSha256, sql.placeholder("newSha256"))),
      ),
    )
    .orderBy(
      sql`${keys.write_id} IS ${sql.placeholder("writeId")} DESC`,
      sql`${keys.name} = ${sql.placeholder("name")} DESC`,
    ),
);

/** What came of a new key; `holder` is the name of the key that has its name or is the same key. */
export type KeyOutcome = { hasAuthority: boolean; isWritten: boolean; holder: string | null };

/** Registers a key of the account, in one batch. Bears being sent twice. */
export async function createKey(
  db: Database,
  { key, caller }: { key: RegisteredKey; caller: Caller },
): Promise<KeyOutcome> {
  const writeId = crypto.randomUUID();
  const { fingerprintSha256: newSha256, ...columns } = key;
  const values = { ...columns, newSha256, writeId, ...caller };
  const row = await db.writeThenRead([createStatement, values], [createdStatement, values]);
  const isWritten = row?.writeId === writeId;
  // What its first try made stays made, whatever became of the authority since.
  return { hasAuthority: isWritten || row?.hasAuthority === 1, isWritten, holder: row?.name ?? null };
}

/** The key before it is deleted, and the caller's authority then. */
const removedStatement = selectStatement(createdFields, (db, fields) =>
  db.select(fields).from(callerRow(db)).leftJoin(keys, and(ofAccount, named)),
);

const removeStatement = writeStatement((db) => db.delete(keys).where(and(ofAccount, named, authority(db))));

/**
 * Deletes a key of the account, in one batch: first the row that tells what there is, for the key may be the one that
 * signed. `holder` is the deleted key's name.
 */
export async function removeKey(
  db: Database,
  { key, caller }: { key: string; caller: Caller },
): Promise<{ hasAuthority: boolean; holder: string | null }> {
  const values = { key, ...caller };
  const row = await db.readThenWrite([removedStatement, values], [removeStatement, values]);
  return { hasAuthority: row?.hasAuthority === 1, holder: row?.name ?? null };
}
