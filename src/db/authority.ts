import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Caller } from "../caller.ts";
import { accounts, keys, limitedKeys } from "./account-schema.ts";
import { now } from "./schema.ts";
import { boolean, type Expression, type Placeholders, query, statement } from "./statement.ts";

const signer = alias(accounts, "signer");
const target = alias(accounts, "target");

/** Whether the key is in the table, keyId and path still mean the same accounts and key, and `allowed` holds for them. */
const hasKey = (key: typeof keys | typeof limitedKeys, bind: Placeholders<Caller>, allowed: SQL): SQL =>
  exists(
    query
      .select({ one: sql`1` })
      .from(key)
      .innerJoin(signer, eq(signer.uuid, key.account))
      .innerJoin(target, eq(target.uuid, bind.account))
      .where(
        and(
          eq(key.account, bind.signer),
          eq(key.fingerprintSha256, bind.fingerprintSha256),
          sql`${bind.keyIdKey} IN (${key.fingerprint}, ${key.fingerprintSha256}, ${key.name})`,
          sql`${bind.keyIdLogin} IN (${signer.login}, ${signer.uuid})`,
          eq(signer.disabled, false),
          sql`${bind.pathLogin} IN (${target.login}, ${target.uuid})`,
          allowed,
        ),
      ),
  );

/** Whether the key that signed has neither scope nor end. */
export const isUnlimited = ({ scope, expires }: Placeholders<Pick<Caller, "scope" | "expires">>): SQL =>
  sql`coalesce(${scope}, ${expires}) IS NULL`;

/**
 * Whether the caller has authority when the statement runs: keyId and path still name the same accounts and key as when the
 * signature was verified; the key exists, has not ended, and has the limits that the request was checked against; the key's
 * account is enabled, and is either the account of the path or an operator. With a key that has limits an account acts for itself alone.
 */
export const authority = (bind: Placeholders<Caller>): SQL => sql`(
  ${hasKey(keys, bind, sql`(${signer.uuid} = ${target.uuid} OR ${signer.operator} = 1) AND ${isUnlimited(bind)}`)} OR ${hasKey(
    limitedKeys,
    bind,
    sql`${signer.uuid} = ${target.uuid} AND ${limitedKeys.scope} IS ${bind.scope} AND ${limitedKeys.expires} IS ${bind.expires}
      AND (${limitedKeys.expires} IS NULL OR ${limitedKeys.expires} > ${now})`,
  )})`;

/** One row with the caller's authority. Left-join to it, and the query always returns a row. */
export const callerRow = (bind: Placeholders<Caller>): SQL =>
  sql`(SELECT ${authority(bind)} AS "hasAuthority") AS "caller"`;

/** The authority of `callerRow`. */
export const hasAuthority = boolean(sql`"caller"."hasAuthority"`);

/** Whether the caller is an operator, with all of its rights. */
export const isOperator = (bind: Placeholders<Pick<Caller, "signer" | "scope" | "expires">>): Expression<boolean> =>
  boolean(
    sql`coalesce((SELECT ${accounts.operator} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.signer}), 0) AND ${isUnlimited(bind)}`,
  );

/** Selects the caller's authority alone, for a batch whose other statements may return no row. */
export const authorityStatement = statement<Caller>().returnsRows(
  () => ({ hasAuthority }),
  (columns, bind) => query.select(columns).from(callerRow(bind)),
);
