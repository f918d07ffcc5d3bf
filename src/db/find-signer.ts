import { eq, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { CallerNames } from "../auth/caller.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { isNamed } from "./named-key.ts";
import { accounts, keys } from "./schema.ts";
import { leftJoined, nullableText, query, type RowOf, statement } from "./statement.ts";

const target = alias(accounts, "target");

const signerFields = {
  account: leftJoined({ uuid: accounts.uuid, operator: accounts.operator, disabled: accounts.disabled }, "uuid"),
  key: leftJoined({ key: keys.key, fingerprintSha256: keys.fingerprintSha256 }, "key"),
  target: nullableText(sql`${target.uuid}`),
};

/** The account and the key that a keyId names, and the UUID of the account in the path; null for what does not exist. */
export type Signer = RowOf<typeof signerFields>;

const findSignerStatement = statement<CallerNames>().reads(
  () => signerFields,
  (columns, value) =>
    query
      .select(columns)
      .from(sql`(SELECT 1) AS "request"`)
      .leftJoin(accounts, or(eq(accounts.login, value.keyIdLogin), eq(accounts.uuid, value.keyIdLogin)))
      .leftJoin(keys, isNamed(accounts.uuid, value.keyIdKey))
      .leftJoin(target, or(eq(target.login, value.pathLogin), eq(target.uuid, value.pathLogin))),
);

/** Finds login, key and path in one read: an unknown login takes the steps of an unknown key. One round trip. */
export const findSigner = async (db: Database, names: CallerNames): Promise<Signer> =>
  readOnlyRow(await db.all(findSignerStatement.with(names)));
