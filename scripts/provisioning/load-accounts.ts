import { updatableAccountFields } from "../../src/db/schema.ts";
import type { AccountRow } from "./account-entry.ts";
import { toJsonChunks } from "./json-chunks.ts";
import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

const columns = ["login", ...updatableAccountFields, "operator", "disabled"] as const;
const timestamps = ["created", "updated"] as const;
const all = ["uuid", ...columns, ...timestamps, "keys"] as const satisfies readonly (keyof AccountRow)[];

/** The accounts of a chunk, and their keys. */
const file = `WITH file (${all.join()}) AS MATERIALIZED (
  SELECT ${all.map((column) => `value ->> '$.${column}'`).join()} FROM json_each(?1)
), file_keys (account, name, fingerprint, fingerprintSha256, key) AS MATERIALIZED (
  SELECT uuid, json_each.value ->> '$.name', json_each.value ->> '$.fingerprint',
    json_each.value ->> '$.fingerprintSha256', json_each.value ->> '$.key'
  FROM file, json_each(file.keys)
)`;

const keyColumns = "account, name, fingerprint, fingerprintSha256, key";

const storedKeyIsNotInFile = `(${keyColumns}) NOT IN (SELECT ${keyColumns} FROM file_keys)`;

const fileKeyIsNotStored = `NOT EXISTS (SELECT 1 FROM keys AS stored
  WHERE stored.account = file_keys.account AND stored.name = file_keys.name AND stored.key = file_keys.key
    AND stored.fingerprint = file_keys.fingerprint AND stored.fingerprintSha256 = file_keys.fingerprintSha256)`;

/** A login that another account of the file takes over: out of its way first. No login has the shape of a UUID. */
const freeLogins = `${file}
UPDATE accounts SET login = accounts.uuid FROM file WHERE file.uuid = accounts.uuid AND file.login <> accounts.login`;

const replace = `${file}
UPDATE accounts SET ${columns.map((column) => `${column} = file.${column}`).join()},
  created = coalesce(file.created, accounts.created), updated = coalesce(file.updated, ?2)
FROM file WHERE file.uuid = accounts.uuid AND (
  ${columns.map((column) => `file.${column} IS NOT accounts.${column}`).join(" OR ")}
  OR ${timestamps.map((column) => `file.${column} <> accounts.${column}`).join(" OR ")}
  OR accounts.uuid IN (SELECT account FROM file_keys WHERE ${fileKeyIsNotStored})
  OR accounts.uuid IN (SELECT account FROM keys WHERE account IN (SELECT uuid FROM file WHERE keys IS NOT NULL) AND ${storedKeyIsNotInFile})
)
RETURNING 'replaced' AS outcome`;

const add = `${file}
INSERT INTO accounts (uuid, ${columns.join()}, ${timestamps.join()})
SELECT uuid, ${columns.join()}, ${timestamps.map((column) => `coalesce(${column}, ?2)`).join()} FROM file
WHERE uuid NOT IN (SELECT uuid FROM accounts)
RETURNING 'added' AS outcome`;

const removeKeys = `${file}
DELETE FROM keys WHERE account IN (SELECT uuid FROM file WHERE keys IS NOT NULL) AND ${storedKeyIsNotInFile}`;

const addKeys = `${file}
INSERT INTO keys (${keyColumns}) SELECT ${keyColumns} FROM file_keys WHERE ${fileKeyIsNotStored}`;

/**
 * The statements that make accounts and their keys what the rows say; those that count answer `{outcome}` rows,
 * unchanged accounts left out. Each goes over all chunks before the next: logins pass between accounts.
 *
 * @param now ISO 8601: `created` and `updated` where the rows have none
 */
export function makeAccountStatements(db: SqlDatabase, rows: readonly AccountRow[], now: string): SqlStatement[] {
  const chunks = toJsonChunks(rows);
  const overAll = (sql: string, ...more: string[]) => chunks.map((chunk) => db.prepare(sql).bind(chunk, ...more));
  return [
    ...overAll(freeLogins),
    ...overAll(replace, now),
    ...overAll(add, now),
    ...overAll(removeKeys),
    ...overAll(addKeys),
  ];
}

const listColumns = [
  ...columns.map((column) => `iif(file.${column} IS NOT accounts.${column}, ', ${column}', '')`),
  ...timestamps.map((column) => `iif(file.${column} <> accounts.${column}, ', ${column}', '')`),
].join(" || ");

const compare = `${file}
SELECT file.uuid, file.login, accounts.uuid IS NULL AS isNew, iif(accounts.uuid IS NULL, '', substr(${listColumns}, 3)) AS changed,
  (SELECT json_group_array(name) FROM file_keys WHERE file_keys.account = file.uuid AND ${fileKeyIsNotStored}) AS keysAdded,
  (SELECT json_group_array(name) FROM keys WHERE keys.account = file.uuid AND file.keys IS NOT NULL AND ${storedKeyIsNotInFile})
    AS keysRemoved
FROM file LEFT JOIN accounts ON accounts.uuid = file.uuid`;

/** An account that is not stored, or not as the file has it: the fields that differ, and the names of its keys that do. */
export type AccountDifference = {
  uuid: string;
  login: string;
  isNew: boolean;
  changed: string[];
  keysAdded: string[];
  keysRemoved: string[];
};

/** The row of a comparison; lists are text. */
export type ComparedAccount = Record<"uuid" | "login" | "changed" | "keysAdded" | "keysRemoved", string> & {
  isNew: number;
};

/** The statements that compare the rows with what is stored; unchanged accounts are answered too. */
export const makeAccountComparisons = (db: SqlDatabase, rows: readonly AccountRow[]): SqlStatement[] =>
  toJsonChunks(rows).map((chunk) => db.prepare(compare).bind(chunk));

/** Reads a row that a statement of `makeAccountComparisons` answers; none where nothing differs. */
export function readAccountDifference(row: ComparedAccount): AccountDifference[] {
  const { uuid, login } = row;
  const isNew = row.isNew === 1;
  const changed = row.changed === "" ? [] : row.changed.split(", ");
  const keysAdded: string[] = JSON.parse(row.keysAdded);
  const keysRemoved: string[] = JSON.parse(row.keysRemoved);
  const isSame = !isNew && changed.length === 0 && keysAdded.length === 0 && keysRemoved.length === 0;
  return isSame ? [] : [{ uuid, login, isNew, changed, keysAdded, keysRemoved }];
}

const holders = `SELECT login, uuid FROM accounts WHERE login IN (SELECT value ->> '$.login' FROM json_each(?))`;

/** An account, and its login. */
export type Holder = { login: string; uuid: string };

/** The statements that answer the stored accounts which have the logins of the rows. */
export const makeHolderSearches = (db: SqlDatabase, rows: readonly AccountRow[]): SqlStatement[] =>
  toJsonChunks(rows.map(({ login }) => ({ login }))).map((chunk) => db.prepare(holders).bind(chunk));
