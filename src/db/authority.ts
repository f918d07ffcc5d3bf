import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { alias } from "drizzle-orm/sqlite-core";
import { accounts, keys } from "./schema.ts";

const signer = alias(accounts, "signer");
const target = alias(accounts, "target");

/**
 * The caller's authority as it is at the statement's own time: keyId and path mean what they meant when the signature
 * was verified, the key is there, its account is enabled, and it is the account acted as, or an operator's.
 *
 * Its placeholders are the fields of `Caller`.
 */
export function authority(db: DrizzleD1Database): SQL {
  const [login, keyOfId, path] = ["login", "keyOfId", "path"].map((name) => sql.placeholder(name));
  return exists(
    db
      .select({ one: sql`1` })
      .from(keys)
      .innerJoin(signer, eq(signer.uuid, keys.account))
      .innerJoin(target, eq(target.uuid, sql.placeholder("account")))
      .where(
        and(
          eq(keys.account, sql.placeholder("signer")),
          eq(keys.fingerprintSha256, sql.placeholder("fingerprintSha256")),
          sql`${keyOfId} IN (${keys.fingerprint}, ${keys.fingerprintSha256}, ${keys.name})`,
          sql`${login} IN (${signer.login}, ${signer.uuid})`,
          eq(signer.disabled, false),
          sql`${path} IN (${target.login}, ${target.uuid})`,
          sql`(${signer.uuid} = ${target.uuid} OR ${signer.operator} = 1)`,
        ),
      ),
  );
}

/** The caller's authority as the one row to join everything else to: it is there whatever else is not. */
export const callerRow = (db: DrizzleD1Database): SQL => sql`(SELECT ${authority(db)} AS "hasAuthority") AS "caller"`;

/** What `callerRow` tells. */
export const hasAuthority = sql<number>`"caller"."hasAuthority"`.as("hasAuthority");
