import { eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { CallerNames } from "../caller.ts";
import { type Database, requireRow } from "../db/client.ts";
import { accounts, keys } from "../db/schema.ts";
import {
  boolean,
  leftJoined,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  statement,
  text,
} from "../db/statement.ts";

/** The account of a name, twice: as a login and as a UUID. Both rows are always read. */
const makeNamed = (name: string) => ({
  byLogin: alias(accounts, `${name}_login`),
  byUuid: alias(accounts, `${name}_uuid`),
});

type Named = ReturnType<typeof makeNamed>;

const signer = makeNamed("signer");
const target = makeNamed("target");

/** A key that a keyId may name, by this column. */
type NamedKey = { column: "name" | "fingerprint" | "fingerprintSha256"; key: ReturnType<typeof aliasKeys> };

const aliasKeys = (name: string) => alias(keys, name);

const byName: NamedKey = { column: "name", key: aliasKeys("key_name") };
const byMd5: NamedKey = { column: "fingerprint", key: aliasKeys("key_md5") };
const bySha256: NamedKey = { column: "fingerprintSha256", key: aliasKeys("key_sha256") };

/** A column of the named account. NULL if there is none. */
const pickNamed = ({ byLogin, byUuid }: Named, name: SQLWrapper, column: "uuid" | "operator" | "disabled"): SQL =>
  sql`CASE WHEN ${byLogin.login} = ${name} THEN ${byLogin[column]} WHEN ${byUuid.uuid} = ${name} THEN ${byUuid[column]} END`;

/** A column of the named key. NULL if there is none. */
const pickKey = (bind: Placeholders<CallerNames>, column: "key" | "fingerprintSha256"): SQL => {
  const account = pickNamed(signer, bind.keyIdLogin, "uuid");
  const cases = [byName, byMd5, bySha256].map(
    ({ column: by, key }) =>
      sql`WHEN ${key.account} = ${account} AND ${key[by]} = ${bind.keyIdKey} THEN ${key[column]}`,
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

const nearestAccount = (column: SQLWrapper, name: SQLWrapper): SQL =>
  nearest(accounts, [accounts.uuid], { upTo: sql`${column} <= ${name}`, column });

const signerFields = (bind: Placeholders<CallerNames>) => ({
  account: leftJoined(
    {
      uuid: text(pickNamed(signer, bind.keyIdLogin, "uuid")),
      operator: boolean(pickNamed(signer, bind.keyIdLogin, "operator")),
      disabled: boolean(pickNamed(signer, bind.keyIdLogin, "disabled")),
    },
    "uuid",
  ),
  key: leftJoined(
    { key: text(pickKey(bind, "key")), fingerprintSha256: text(pickKey(bind, "fingerprintSha256")) },
    "key",
  ),
  target: nullableText(pickNamed(target, bind.pathLogin, "uuid")),
});

/** The account and the key that a keyId names, and the UUID of the path's account. Null for what does not exist. */
export type Signer = RowOf<ReturnType<typeof signerFields>>;

export const findSignerStatement = statement<CallerNames>().reads(signerFields, (columns, bind) => {
  const account = sql`coalesce(${pickNamed(signer, bind.keyIdLogin, "uuid")}, ${bind.keyIdLogin})`;
  const isNearest = ({ column: by, key }: NamedKey): SQL => {
    const column = keys[by];
    const upTo = sql`${keys.account} = ${account} AND ${column} <= ${bind.keyIdKey}`;
    return sql`(${key.account}, ${key.name}) = ${nearest(keys, [keys.account, keys.name], { upTo, column })}`;
  };
  return query
    .select(columns)
    .from(sql`(SELECT 1) AS "request"`)
    .leftJoin(signer.byLogin, eq(signer.byLogin.uuid, nearestAccount(accounts.login, bind.keyIdLogin)))
    .leftJoin(signer.byUuid, eq(signer.byUuid.uuid, nearestAccount(accounts.uuid, bind.keyIdLogin)))
    .leftJoin(byName.key, isNearest(byName))
    .leftJoin(byMd5.key, isNearest(byMd5))
    .leftJoin(bySha256.key, isNearest(bySha256))
    .leftJoin(target.byLogin, eq(target.byLogin.uuid, nearestAccount(accounts.login, bind.pathLogin)))
    .leftJoin(target.byUuid, eq(target.byUuid.uuid, nearestAccount(accounts.uuid, bind.pathLogin)));
});

/**
 * Finds login, key and path. Reads as many rows whether they exist or not: an unknown login and an unknown key take the
 * same steps as a known key. One round trip.
 */
export const findSigner = async (db: Database, names: CallerNames): Promise<Signer> =>
  requireRow(await db.all(findSignerStatement.with(names)));
