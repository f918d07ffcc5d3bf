import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Caller } from "../caller.ts";
import { accounts, keys } from "./schema.ts";
import { boolean, type Expression, type Placeholders, query, statement } from "./statement.ts";

const signer = alias(accounts, "signer");
const target = alias(accounts, "target");

/**
 * Whether the caller has authority when the statement runs: keyId and path still name the same accounts and key as when the
 * signature was verified; the key exists; its account is enabled, and is the account acted as or an operator.
 */
export const authority = (bind: Placeholders<Caller>): SQL =>
  exists(
    query
      .select({ one: sql`1` })
      .from(keys)
      .innerJoin(signer, eq(signer.uuid, keys.account))
      .innerJoin(target, eq(target.uuid, bind.account))
      .where(
        and(
          eq(keys.account, bind.signer),
          eq(keys.fingerprintSha256, bind.fingerprintSha256),
          sql`${bind.keyIdKey} IN (${keys.fingerprint}, ${keys.fingerprintSha256}, ${keys.name})`,
          sql`${bind.keyIdLogin} IN (${signer.login}, ${signer.uuid})`,
          eq(signer.disabled, false),
          sql`${bind.pathLogin} IN (${target.login}, ${target.uuid})`,
          sql`(${signer.uuid} = ${target.uuid} OR ${signer.operator} = 1)`,
        ),
      ),
  );

/** One row with the caller's authority. Left-join to it, and the query always returns a row. */
export const callerRow = (bind: Placeholders<Caller>): SQL =>
  sql`(SELECT ${authority(bind)} AS "hasAuthority") AS "caller"`;

/** The authority of `callerRow`. */
export const hasAuthority = boolean(sql`"caller"."hasAuthority"`);

/** Whether the account that signed is an operator. */
export const isOperator = (bind: Placeholders<Pick<Caller, "signer">>): Expression<boolean> =>
  boolean(sql`coalesce((SELECT ${accounts.operator} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.signer}), 0)`);

/** Selects the caller's authority alone, for a batch whose other statements may return no row. */
export const authorityStatement = statement<Caller>().reads(
  () => ({ hasAuthority }),
  (columns, bind) => query.select(columns).from(callerRow(bind)),
);
