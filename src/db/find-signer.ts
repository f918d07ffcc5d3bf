import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias, type SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { CallerNames } from "../auth/caller.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { accounts, keys } from "./schema.ts";
import { flag, leftJoined, nullableText, type Placeholders, query, type RowOf, statement } from "./statement.ts";

/** An account by its login, or by its UUID: both rows are read whether they are the one that is named or not. */
const makeNamed = (name: string) => ({ byLogin: alias(accounts, `${name}_login`), byUuid: alias(accounts, `${name}_uuid`) });

type Named = ReturnType<typeof makeNamed>;

const signer = makeNamed("signer");
const target = makeNamed("target");

/** The keys that a keyId may name, by each column that names one. */
const namedKeys = (["name", "fingerprint", "fingerprintSha256"] as const).map((column) => ({
  column,
  key: alias(keys, `key_${column}`),
}));

/** A column of the account that is named; NULL where none is. */
const pickNamed = ({ byLogin, byUuid }: Named, name: SQLWrapper, column: "uuid" | "operator" | "disabled"): SQL =>
  sql`CASE WHEN ${byLogin.login} = ${name} THEN ${byLogin[column]} WHEN ${byUuid.uuid} = ${name} THEN ${byUuid[column]} END`;

/** A column of the key that is named; NULL where none is. */
const pickKey = (value: Placeholders<CallerNames>, column: "key" | "fingerprintSha256"): SQL => {
  const account = pickNamed(signer, value.keyIdLogin, "uuid");
  const cases = namedKeys.map(
    ({ column: by, key }) => sql`WHEN ${key.account} = ${account} AND ${key[by]} = ${value.keyIdKey} THEN ${key[column]}`,
  );
  return sql`CASE ${sql.join(cases, sql` `)} END`;
};

/**
 * The id of the row whose `columns` are nearest to `values`: at most they, or else the next above. It reads one row whether
 * that is the named one or not, so that the rows read do not show what exists.
 */
function nearest(id: readonly SQLiteColumn[], columns: readonly SQLiteColumn[], values: readonly SQLWrapper[]): SQL {
  const list = (parts: readonly SQLWrapper[]) => sql.join([...parts], sql`, `);
  const order = (direction: SQL) => list(columns.map((column) => sql`${column} ${direction}`));
  const table = columns[0]?.table;
  return sql`(SELECT * FROM (SELECT * FROM (SELECT ${list(id)} FROM ${table}
      WHERE (${list(columns)}) <= (${list(values)}) ORDER BY ${order(sql`DESC`)} LIMIT 1)
    UNION ALL SELECT * FROM (SELECT ${list(id)} FROM ${table}
      WHERE (${list(columns)}) > (${list(values)}) ORDER BY ${order(sql`ASC`)} LIMIT 1)) LIMIT 1)`;
}

const nearestAccount = (column: SQLiteColumn, name: SQLWrapper): SQL => nearest([accounts.uuid], [column], [name]);

const signerFields = (value: Placeholders<CallerNames>) => ({
  account: leftJoined(
    {
      uuid: nullableText(pickNamed(signer, value.keyIdLogin, "uuid")),
      operator: flag(pickNamed(signer, value.keyIdLogin, "operator")),
      disabled: flag(pickNamed(signer, value.keyIdLogin, "disabled")),
    },
    "uuid",
  ),
  key: leftJoined(
    {
      key: nullableText(pickKey(value, "key")),
      fingerprintSha256: nullableText(pickKey(value, "fingerprintSha256")),
    },
    "key",
  ),
  target: nullableText(pickNamed(target, value.pathLogin, "uuid")),
});
