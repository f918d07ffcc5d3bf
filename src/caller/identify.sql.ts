import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { CallerNames } from "../caller.ts";
import { accounts, keys, limitedKeys } from "../db/account-schema.ts";
import { type Database, requireRow } from "../db/client.ts";
import { now } from "../db/schema.ts";
import {
  boolean,
  leftJoined,
  nullableInteger,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  statement,
  text,
} from "../db/statement.ts";

/** One row with the names of the request. D1 binds at most 100 values, and they occur more often. */
const request = ({ keyIdLogin, keyIdKey, pathLogin }: Placeholders<CallerNames>): SQL =>
  sql`(SELECT ${keyIdLogin} AS "login", ${keyIdKey} AS "key", ${pathLogin} AS "path") AS "request"`;

const sent = { login: sql`"request"."login"`, key: sql`"request"."key"`, path: sql`"request"."path"` };

/** The account of a name, twice: as a login and as a UUID. Both rows are always read. */
const makeNamed = (name: SQL, prefix: string) => ({
  name,
  byLogin: alias(accounts, `${prefix}_login`),
  byUuid: alias(accounts, `${prefix}_uuid`),
});

type Named = ReturnType<typeof makeNamed>;

const signer = makeNamed(sent.login, "signer");
const target = makeNamed(sent.path, "target");

/** A column of the named account. NULL if there is none. */
const pickNamed = ({ byLogin, byUuid, name }: Named, column: "uuid" | "operator" | "disabled"): SQL =>
  sql`CASE WHEN ${byLogin.login} = ${name} THEN ${byLogin[column]} WHEN ${byUuid.uuid} = ${name} THEN ${byUuid[column]} END`;

/** What a keyId may name a key by. */
const idColumns = ["name", "fingerprint", "fingerprintSha256"] as const;

/** The keys that a keyId may name, one for each column, of either table. All six are always looked up. */
const fullKeys = idColumns.map((id) => ({ id, table: keys, key: alias(keys, `key_${id}`) }));
const limited = idColumns.map((id) => ({ id, table: limitedKeys, key: alias(limitedKeys, `limited_${id}`) }));

type NamedKey = (typeof fullKeys | typeof limited)[number];

/** A value of the named key, found among these. NULL if there is none. */
const pickKey = <Key extends NamedKey>(named: readonly Key[], value: (key: Key["key"]) => SQLWrapper): SQL => {
  const cases = named.map(
    ({ id, key }) =>
      sql`WHEN ${key.account} = ${pickNamed(signer, "uuid")} AND ${key[id]} = ${sent.key} THEN ${value(key)}`,
  );
  return sql`CASE ${sql.join(cases, sql` `)} END`;
};

const join = (parts: readonly SQLWrapper[]): SQL => sql.join([...parts], sql`, `);

/**
 * Finds the named row, else its neighbour below; else reads any row and returns NULLs. The number of rows read is the same
 * whether the name exists or not: rows read take time and are billed, and must not show what exists.
 */
const nearest = (
  table: SQLWrapper,
  id: readonly SQLWrapper[],
  { upTo, column }: { upTo: SQL; column: SQLWrapper },
): SQL =>
  sql`(
  SELECT * FROM (SELECT * FROM (SELECT ${join(id)} FROM ${table} WHERE ${upTo} ORDER BY ${column} DESC LIMIT 1)
    UNION ALL SELECT * FROM (SELECT ${join(id.map(() => sql`NULL`))} FROM ${table} LIMIT 1)) LIMIT 1)`;

const joinAccounts = ({ byLogin, byUuid, name }: Named): SQL[] =>
  (
    [
      ["login", byLogin],
      ["uuid", byUuid],
    ] as const
  ).map(([by, account]) => {
    const column = accounts[by];
    return sql`LEFT JOIN ${accounts} AS ${account} ON ${account.uuid} = ${nearest(accounts, [accounts.uuid], { upTo: sql`${column} <= ${name}`, column })}`;
  });

const joinKey = ({ id, table, key }: NamedKey): SQL => {
  const account = sql`coalesce(${pickNamed(signer, "uuid")}, ${sent.login})`;
  const column = table[id];
  const upTo = sql`${table.account} = ${account} AND ${column} <= ${sent.key}`;
  return sql`LEFT JOIN ${table} AS ${key} ON (${key.account}, ${key.name}) = ${nearest(table, [table.account, table.name], { upTo, column })}`;
};

const expires = pickKey(limited, (key) => key.expires);

const signerFields = {
  account: leftJoined(
    {
      uuid: text(pickNamed(signer, "uuid")),
      operator: boolean(pickNamed(signer, "operator")),
      disabled: boolean(pickNamed(signer, "disabled")),
    },
    "uuid",
  ),
  key: leftJoined(
    {
      key: text(pickKey<NamedKey>([...fullKeys, ...limited], ({ key }) => key)),
      fingerprintSha256: text(pickKey<NamedKey>([...fullKeys, ...limited], (key) => key.fingerprintSha256)),
      scope: nullableText(pickKey(limited, (key) => key.scope)),
      expires: nullableInteger(expires),
      hasEnded: boolean(sql`coalesce(${expires} <= ${now}, 0)`),
    },
    "key",
  ),
  target: nullableText(pickNamed(target, "uuid")),
};

/** The account and the key that a keyId names, and the UUID of the path's account. Null for what does not exist. */
export type Signer = RowOf<typeof signerFields>;

export const findSignerStatement = statement<CallerNames>().returnsRows(
  () => signerFields,
  (columns, bind) => {
    const joins = [...joinAccounts(signer), ...[...fullKeys, ...limited].map(joinKey), ...joinAccounts(target)];
    return query.select(columns).from(sql`${request(bind)} ${sql.join(joins, sql` `)}`);
  },
);

/**
 * Finds login, key and path. Reads as many rows whether they exist or not: an unknown login and an unknown key take the
 * same steps as a known key. One round trip.
 */
export const findSigner = async (db: Database, names: CallerNames): Promise<Signer> =>
  requireRow(await db.all(findSignerStatement.with(names)));
