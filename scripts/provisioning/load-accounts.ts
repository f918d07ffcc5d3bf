import { updatableAccountFields } from "../../src/tables.ts";
import type { AccountRow } from "./account-entry.ts";
import { makeFileTable, type SqlDatabase, type SqlStatement } from "./sql-database.ts";

const columns = ["login", ...updatableAccountFields, "operator", "disabled"] as const;
const timestamps = ["created", "updated"] as const;

const fileTable = makeFileTable(["uuid", ...columns, ...timestamps, "keys"]);

const makeRows = (accounts: readonly AccountRow[]) =>
  accounts.map((account) => ({ ...account, keys: account.keys && JSON.stringify(account.keys) }));

const ownColumns = ["account", "name", "fingerprint", "fingerprintSha256", "key"] as const;
const keyColumns = [...ownColumns, "scope", "expires"] as const;

/** The keys of `file`. */
const fileKeys = `, file_keys (${keyColumns.join()}, saysScope, saysEnd) AS MATERIALIZED (
  SELECT uuid, ${keyColumns
    .slice(1)
    .map((name) => `json_each.value ->> '$.${name}'`)
    .join()},
    json_type(json_each.value, '$.scope') IS NOT NULL, json_type(json_each.value, '$.expires') IS NOT NULL
  FROM file, json_each(file.keys)
)`;

/** The tables of keys, with the columns of each. `limits` are a key's limits where the table has no such columns. */
const keyTables = [
  {
    table: "keys",
    columns: ownColumns,
    limits: "NULL AS scope, NULL AS expires",
    isIn: "scope IS NULL AND expires IS NULL",
  },
  {
    table: "limited_keys",
    columns: keyColumns,
    limits: "scope, expires",
    isIn: "(scope IS NOT NULL OR expires IS NOT NULL)",
  },
] as const;

/** The stored keys of an account, of both tables. */
const storedKeys = (account: string): string =>
  keyTables
    .map(({ table, limits }) => `SELECT ${ownColumns.join()}, ${limits} FROM ${table} WHERE account = ${account}`)
    .join(" UNION ALL ");

const isSame = (one: string, other: string): string =>
  keyColumns.map((column) => `${one}.${column} IS ${other}.${column}`).join(" AND ");

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

const removeKeys = keyTables.map(
  ({ table, columns, isIn }) => `${fileKeys}
DELETE FROM ${table} WHERE account IN (SELECT uuid FROM file WHERE keys IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM file_keys WHERE ${columns.map((name) => `file_keys.${name} IS ${table}.${name}`).join(" AND ")} AND ${isIn.replaceAll(/scope|expires/g, "file_keys.$&")})`,
);

const addKeys = keyTables.map(
  ({ table, columns, isIn }) => `${fileKeys}
INSERT INTO ${table} (${columns.join()}) SELECT ${columns.join()} FROM file_keys WHERE ${isIn}
  AND NOT EXISTS (SELECT 1 FROM ${table} AS stored WHERE ${columns.map((name) => `stored.${name} IS file_keys.${name}`).join(" AND ")})`,
);

/** The names of keys that would lose a limit of which the file says nothing: by their name, or as the same key. */
const widened = `SELECT file_keys.account, file_keys.name FROM file_keys JOIN limited_keys AS stored ON stored.account = file_keys.account
    AND (stored.name = file_keys.name OR stored.fingerprintSha256 = file_keys.fingerprintSha256)
  WHERE stored.scope IS NOT NULL AND NOT saysScope OR stored.expires IS NOT NULL AND NOT saysEnd`;

/** Fails, and with it the batch, if a key got a limit after the comparison. */
const guard = `${fileKeys} SELECT json(iif(EXISTS (${widened}), 'widened', '[]'))`;

/** Makes the statements that store accounts and their keys. Stored ones come first: a new one may take a login over. */
export const makeAccountStatements = (
  db: SqlDatabase,
  { added, replaced }: Record<"added" | "replaced", readonly AccountRow[]>,
): SqlStatement[] => [
  ...fileTable(db, makeRows(replaced), guard, freeLogins, replace, ...removeKeys, ...addKeys),
  ...fileTable(db, makeRows(added), add, ...addKeys),
];

const listColumns = [
  ...columns.map((column) => `iif(file.${column} IS NOT accounts.${column}, ', ${column}', '')`),
  ...timestamps.map((column) => `iif(file.${column} <> accounts.${column}, ', ${column}', '')`),
].join(" || ");

const compare = `${fileKeys}
SELECT file.uuid, file.login, accounts.uuid IS NULL AS isNew, iif(accounts.uuid IS NULL, '', substr(${listColumns}, 3)) AS changed,
  (SELECT json_group_array(name) FROM file_keys WHERE file_keys.account = file.uuid
    AND NOT EXISTS (SELECT 1 FROM (${storedKeys("file.uuid")}) AS stored WHERE ${isSame("stored", "file_keys")})) AS keysAdded,
  (SELECT json_group_array(name) FROM (${storedKeys("file.uuid")}) AS stored WHERE file.keys IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM file_keys WHERE ${isSame("file_keys", "stored")})) AS keysRemoved,
  (SELECT json_group_array(name) FROM (${widened}) AS widened WHERE widened.account = file.uuid) AS widened,
  (SELECT uuid FROM accounts AS other WHERE other.login = file.login) AS holder
FROM file LEFT JOIN accounts ON accounts.uuid = file.uuid`;

/** Makes the statements that compare accounts with what is stored. */
export const makeAccountComparisons = (db: SqlDatabase, accounts: readonly AccountRow[]): SqlStatement[] =>
  fileTable(db, makeRows(accounts), compare);

/** A row of a comparison; lists are text. `holder` is the stored account that has the login. */
export type ComparedAccount = Record<"uuid" | "login" | "changed" | "keysAdded" | "keysRemoved" | "widened", string> & {
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
