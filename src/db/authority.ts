import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { alias } from "drizzle-orm/sqlite-core";
import { accounts, keys } from "./schema.ts";

/**
 * The caller's authority as it is at the statement's own time: the key that signed is there, its account is enabled,
 * and it is the account acted as, or an operator's.
 *
 * Its placeholders are the fields of `Caller`: `account`, `signer`, `fingerprintSha256`.
 */
export function authority(db: DrizzleD1Database): SQL {
  const signer = alias(accounts, "signer");
  return exists(
    db
      .select({ one: sql`1` })
      .from(keys)
      .innerJoin(signer, eq(signer.uuid, keys.account))
      .where(
        and(
          eq(keys.account, sql.placeholder("signer")),
          eq(keys.fingerprintSha256, sql.placeholder("fingerprintSha256")),
          eq(signer.disabled, false),
          sql`(${signer.uuid} = ${sql.placeholder("account")} OR ${signer.operator} = 1)`,
        ),
      ),
  );
}
