import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { check, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { UpdatableAccountField } from "../tables.ts";

/** The tables of accounts and their keys: see `db/schema`. */

export const isFlag = (column: SQLWrapper): SQL => sql`${column} IN (0, 1)`;

const updatableAccountColumns = {
  email: text(),
  companyName: text(),
  firstName: text(),
  lastName: text(),
  address: text(),
  postalCode: text(),
  city: text(),
  state: text(),
  country: text(),
  phone: text(),
  triton_cns_enabled: integer({ mode: "boolean" }).notNull().default(false),
} satisfies Record<UpdatableAccountField, unknown>;

/** An account: the owner of images and of the keys that sign for it. */
export const accounts = sqliteTable(
  "accounts",
  {
    uuid: text().primaryKey(),
    /** Unique and case-sensitive. Never `my`, never shaped like a UUID. */
    login: text().notNull().unique(),
    ...updatableAccountColumns,
    /** An operator may act as another account through its path. */
    operator: integer({ mode: "boolean" }).notNull().default(false),
    disabled: integer({ mode: "boolean" }).notNull().default(false),
    /** ISO 8601, UTC. */
    created: text().notNull(),
    updated: text().notNull(),
    /** Id of the service's last write of this row. */
    write_id: text(),
  },
  (table) => [check("accounts_operator", isFlag(table.operator)), check("accounts_disabled", isFlag(table.disabled))],
);

const keyColumns = {
  account: text()
    .notNull()
    .references(() => accounts.uuid),
  name: text().notNull(),
  /** MD5 of the SSH wire form: 16 lower-case hex pairs with colons. */
  fingerprint: text().notNull(),
  /** SHA-256 of the SSH wire form: `SHA256:` and unpadded base64. */
  fingerprintSha256: text().notNull(),
  /** The OpenSSH line: type, base64, comment. */
  key: text().notNull(),
  /** Id of the service's last write of this row. */
  write_id: text(),
};

/** A public key of an account that may do everything. Its name and fingerprints are unique within the account. */
export const keys = sqliteTable("keys", keyColumns, (table) => [
  primaryKey({ columns: [table.account, table.name] }),
  uniqueIndex("keys_fingerprint").on(table.account, table.fingerprint),
  uniqueIndex("keys_fingerprint_sha256").on(table.account, table.fingerprintSha256),
]);

/**
 * A public key with a scope or an end. Versions before 0.3.0 do not read this table, so they refuse such a key, and do not
 * take it for one that may do everything. Triggers keep a name and a key in one of the two tables.
 */
export const limitedKeys = sqliteTable(
  "limited_keys",
  {
    ...keyColumns,
    /** The words, sorted, with a blank between two. docs/contract.md#scopes */
    scope: text(),
    /** Milliseconds since the epoch: from then on the key is refused. */
    expires: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.name] }),
    uniqueIndex("limited_keys_fingerprint").on(table.account, table.fingerprint),
    uniqueIndex("limited_keys_fingerprint_sha256").on(table.account, table.fingerprintSha256),
    check("limited_keys_limits", sql`${table.scope} IS NOT NULL OR ${table.expires} IS NOT NULL`),
  ],
);
