import { updatableAccountFields } from "../../src/db/schema.ts";
import type { AccountRow } from "./account-entry.ts";
import { makeFileTable, type SqlDatabase, type SqlStatement } from "./sql-database.ts";

const columns = ["login", ...updatableAccountFields, "operator", "disabled"] as const;
const timestamps = ["created", "updated"] as const;

const fileTable = makeFileTable(["uuid", ...columns, ...timestamps, "keys"]);

const makeRows = (accounts: readonly AccountRow[]) =>
  accounts.map((account) => ({ ...account, keys: account.keys && JSON.stringify(account.keys) }));

/** The keys of `file`. */
const fileKeys = `, file_keys (account, name, fingerprint, fingerprintSha256, key) AS MATERIALIZED (
  SELECT uuid, json_each.value ->> '$.name', json_each.value ->> '$.fingerprint',
    json_each.value ->> '$.fingerprintSha256', json_each.value ->> '$.key'
  FROM file, json_each(file.keys)
)`;

const keyColumns = "account, name, fingerprint, fingerprintSha256, key";

const storedKeyIsNotInFile = `(${keyColumns}) NOT IN (SELECT ${keyColumns} FROM file_keys)`;

const fileKeyIsNotStored = `NOT EXISTS (SELECT 1 FROM keys AS stored
  WHERE stored.account = file_keys.account AND stored.name = file_keys.name AND stored.key = file_keys.key
    AND stored.fingerprint = file_keys.fingerprint AND stored.fingerprintSha256 = file_keys.fingerprintSha256)`;

/** Frees the logins that change, because one account of the file may take another's. No login has the shape of a UUID. */
const freeLogins =
  "UPDATE accounts SET login = accounts.uuid FROM file WHERE file.uuid = accounts.uuid AND file.login <> accounts.login";

const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

const replace = `UPDATE accounts SET ${columns.map((column) => `${column} = file.${column}`).join()},
  created = coalesce(file.created, accounts.created), updated = coalesce(file.updated, ${now})
FROM file WHERE file.uuid = accounts.uuid`;

/** Fails if another program has added the account meanwhile. */
const add = `INSERT INTO accounts (uuid, ${columns.join()}, ${timestamps.join()})
SELECT uuid, ${columns.join()}, ${timestamps.map((column) => `coalesce(${column}, ${now})`).join()} FROM file`;

const removeKeys = `${fileKeys}
DELETE FROM keys WHERE account IN (SELECT uuid FROM file WHERE keys IS NOT NULL) AND ${storedKeyIsNotInFile}`;

const addKeys = `${fileKeys}
INSERT INTO keys (${keyColumns}) SELECT ${keyColumns} FROM file_keys WHERE ${fileKeyIsNotStored}`;

/** Makes the statements that store accounts and their keys. Stored ones come first: a new one may take a login over. */
export const makeAccountStatements = (
  db: SqlDatabase,
  { added, replaced }: Record<"added" | "replaced", readonly AccountRow[]>,
): SqlStatement[] => [
  ...fileTable(db, makeRows(replaced), freeLogins, replace, removeKeys, addKeys),
  ...fileTable(db, makeRows(added), add, addKeys),
];

const listColumns = [
  ...columns.map((column) => `iif(file.${column} IS NOT accounts.${column}, ', ${column}', '')`),
  ...timestamps.map((column) => `iif(file.${column} <> accounts.${column}, ', ${column}', '')`),
].join(" || ");

const compare = `${fileKeys}
SELECT file.uuid, file.login, accounts.uuid IS NULL AS isNew, iif(accounts.uuid IS NULL, '', substr(${listColumns}, 3)) AS changed,
  (SELECT json_group_array(name) FROM file_keys WHERE file_keys.account = file.uuid AND ${fileKeyIsNotStored}) AS keysAdded,
  (SELECT json_group_array(name) FROM keys WHERE keys.account = file.uuid AND file.keys IS NOT NULL AND ${storedKeyIsNotInFile})
    AS keysRemoved,
  (SELECT uuid FROM accounts AS other WHERE other.login = file.login) AS holder
FROM file LEFT JOIN accounts ON accounts.uuid = file.uuid`;

/** Makes the statements that compare accounts with what is stored. */
export const makeAccountComparisons = (db: SqlDatabase, accounts: readonly AccountRow[]): SqlStatement[] =>
  fileTable(db, makeRows(accounts), compare);

/** A row of a comparison; lists are text. `holder` is the stored account that has the login. */
export type ComparedAccount = Record<"uuid" | "login" | "changed" | "keysAdded" | "keysRemoved", string> & {
  isNew: number;
  holder: string | null;
};

/** An account that is new or differs: the fields that differ, and the names of the keys that do. */
export type AccountDifference = {
  uuid: string;
  login: string;
  isNew: boolean;
  changed: string[];
  keysAdded: string[];
  keysRemoved: string[];
};

/** Reads a row of a comparison. Returns an empty list if nothing differs. */
export function readAccountDifference({ uuid, login, ...row }: ComparedAccount): AccountDifference[] {
  const isNew = row.isNew === 1;
  const changed = row.changed === "" ? [] : row.changed.split(", ");
  const keysAdded: string[] = JSON.parse(row.keysAdded);
  const keysRemoved: string[] = JSON.parse(row.keysRemoved);
  const isSame = !isNew && changed.length === 0 && keysAdded.length === 0 && keysRemoved.length === 0;
  return isSame ? [] : [{ uuid, login, isNew, changed, keysAdded, keysRemoved }];
}
