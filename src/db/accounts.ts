import { and, eq, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Caller } from "../auth/authenticate.ts";
import { callerRow, hasAuthority } from "./authority.ts";
import { type Database, selectStatement } from "./client.ts";
import { accounts, keys } from "./schema.ts";

const target = alias(accounts, "target");

const findSignerStatement = selectStatement(
  {
    account: sql<string>`${accounts.uuid}`.as("account"),
    operator: accounts.operator,
    disabled: accounts.disabled,
    key: keys.key,
    fingerprintSha256: keys.fingerprintSha256,
    target: sql<string | null>`${target.uuid}`.as("target"),
  },
  (db, fields) => {
    const [login, key, path] = [sql.placeholder("login"), sql.placeholder("key"), sql.placeholder("path")];
    return db
      .select(fields)
      .from(accounts)
      .innerJoin(
        keys,
        and(
          eq(keys.account, accounts.uuid),
          or(eq(keys.fingerprint, key), eq(keys.fingerprintSha256, key), eq(keys.name, key)),
        ),
      )
      .leftJoin(target, or(eq(target.login, path), eq(target.uuid, path)))
      .where(or(eq(accounts.login, login), eq(accounts.uuid, login)));
  },
);

/** An account and the key it signed with, and the UUID of the account in the path (null when there is none). */
export type Signer = typeof findSignerStatement extends { read: (row: never) => infer Row } ? Row : never;

/**
 * Login and key in one read, so that an unknown login is not told from an unknown key by time.
 *
 * @param login of the keyId, or a UUID
 * @param key name or fingerprint (MD5 or SHA256) of the key
 * @param path login or UUID of the account in the path
 */
export const findSigner = (
  db: Database,
  values: { login: string; key: string; path: string },
): Promise<Signer | undefined> => db.first(findSignerStatement, values);

const accountFields = {
  uuid: sql<string | null>`${accounts.uuid}`.as("uuid"),
  login: accounts.login,
  email: accounts.email,
  companyName: accounts.companyName,
  firstName: accounts.firstName,
  lastName: accounts.lastName,
  created: accounts.created,
  updated: accounts.updated,
};

const getAccountStatement = selectStatement({ ...accountFields, hasAuthority }, (db, fields) =>
  db
    .select(fields)
    .from(callerRow(db))
    .leftJoin(accounts, eq(accounts.uuid, sql.placeholder("account"))),
);

/** An account as GetAccount tells it. */
export type AccountRow = Omit<ReturnType<typeof getAccountStatement.read>, "hasAuthority">;

/** The account that the caller acts as, and the caller's authority. */
export async function getAccount(
  db: Database,
  caller: Caller,
): Promise<{ hasAuthority: boolean; account: AccountRow }> {
  const row = await db.first(getAccountStatement, caller);
  if (!row) throw new Error("a read answered no row");
  const { hasAuthority, ...account } = row;
  return { hasAuthority: hasAuthority === 1, account };
}
