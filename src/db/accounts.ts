import { and, eq, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
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
  uuid: accounts.uuid,
  login: accounts.login,
  email: accounts.email,
  companyName: accounts.companyName,
  firstName: accounts.firstName,
  lastName: accounts.lastName,
  created: accounts.created,
  updated: accounts.updated,
};

const getAccountStatement = selectStatement(accountFields, (db, fields) =>
  db
    .select(fields)
    .from(accounts)
    .where(eq(accounts.uuid, sql.placeholder("account"))),
);

/** An account as GetAccount tells it. */
export type AccountRow = ReturnType<typeof getAccountStatement.read>;

/** The account of this UUID. */
export const getAccount = (db: Database, account: string): Promise<AccountRow | undefined> =>
  db.first(getAccountStatement, { account });
