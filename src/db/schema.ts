import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ImageWrite } from "../operations.ts";

/**
 * The tables of D1. `migrations/` holds the SQL that makes them, and what Drizzle cannot declare:
 * STRICT, WITHOUT ROWID and the triggers. `scripts/check-schema.ts` compares the two.
 */

/** The fields that UpdateAccount may write, one column each. docs/contract.md#account */
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
};

export type UpdatableAccountField = keyof typeof updatableAccountColumns;

/** The names of the fields that UpdateAccount may write. */
export const updatableAccountFields = Object.keys(updatableAccountColumns).filter(
  (name): name is UpdatableAccountField => Object.hasOwn(updatableAccountColumns, name),
);

/** An account: the owner of images and of the keys that sign for it. */
export const accounts = sqliteTable(
  "accounts",
  {
    uuid: text().primaryKey(),
    /** Unique and case-sensitive; never `my`, never shaped like a UUID. */
    login: text().notNull().unique(),
    ...updatableAccountColumns,
    /** An operator may act as another account through its path. */
    operator: integer({ mode: "boolean" }).notNull().default(false),
    disabled: integer({ mode: "boolean" }).notNull().default(false),
    /** ISO 8601, UTC. */
    created: text().notNull(),
    updated: text().notNull(),
    /** Id of the last write of it by the service. */
    write_id: text(),
  },
  (table) => [
    check("accounts_operator", sql`${table.operator} IN (0, 1)`),
    check("accounts_disabled", sql`${table.disabled} IN (0, 1)`),
  ],
);

/** A public key of an account. Name and fingerprints are unique within it. */
export const keys = sqliteTable(
  "keys",
  {
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
    /** Id of the last write of it by the service. */
    write_id: text(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.name] }),
    uniqueIndex("keys_fingerprint").on(table.account, table.fingerprint),
    uniqueIndex("keys_fingerprint_sha256").on(table.account, table.fingerprintSha256),
  ],
);

/**
 * Writes of accounts and keys that were applied lately. A write is applied only while its id is not here, so that a retry
 * after a lost acknowledgement changes nothing.
 */
export const accountWrites = sqliteTable(
  "account_writes",
  {
    write_id: text().primaryKey(),
    account: text().notNull(),
    /** Milliseconds since the epoch, by the database's clock. */
    time: integer().notNull(),
  },
  (table) => [index("account_writes_account").on(table.account, table.time)],
);

/** The fields that UpdateImage may write, one column each, in the documentation's order. docs/contract.md#fields */
const updatableColumns = {
  name: text().notNull(),
  version: text().notNull(),
  description: text(),
  homepage: text(),
  eula: text(),
  /** JSON array of account UUIDs, never empty; a trigger keeps `image_acl` equal to it, but for a destroyed image. */
  acl: text(),
  /** JSON object; NULL when never set or cleared. */
  tags: text(),
};

export type UpdatableField = keyof typeof updatableColumns;

/** The names of the updatable fields, in the documentation's order. */
export const updatableFields = Object.keys(updatableColumns).filter((name): name is UpdatableField =>
  Object.hasOwn(updatableColumns, name),
);

/** What is kept of an image's IMGAPI manifest: the fields that an answer or an access rule needs. JSON columns hold compact JSON text. */
const manifestColumns = {
  ...updatableColumns,
  os: text(),
  type: text(),
  /** JSON object. */
  requirements: text(),
  /** MiB, of a zvol. */
  image_size: integer(),
  /** JSON array of `{compression, sha1, size}`; size in bytes. */
  files: text(),
  /** ISO 8601 as the manifest has it. */
  published_at: text(),
  owner: text().notNull(),
  public: integer({ mode: "boolean" }).notNull().default(false),
  state: text({ enum: ["active", "unactivated", "disabled", "creating", "failed", "destroyed"] }).notNull(),
  origin: text(),
  /** JSON object `{code, message}` of a failed image. */
  error: text(),
};

type ManifestColumn = keyof typeof manifestColumns;

/** The names of the manifest's columns, the updatable ones first. A revision keeps them all. */
export const manifestColumnNames = Object.keys(manifestColumns).filter((name): name is ManifestColumn =>
  Object.hasOwn(manifestColumns, name),
);

/** An image as it is now. */
export const images = sqliteTable(
  "images",
  {
    uuid: text().primaryKey(),
    ...manifestColumns,
    /** Raised by every write, from 1; a trigger then inserts the revision into `image_history`. */
    revision: integer().notNull().default(1),
    /** Id of the write that made this revision, the same at every retry of it. */
    write_id: text(),
    /** Who made this revision: JSON object of `db/write-record.ts`, which the trigger reads. NULL for provisioning. */
    write: text(),
  },
  (table) => [
    // What is destroyed stays, and no list of its owner visits it.
    index("images_owner").on(table.owner).where(sql`${table.state} <> 'destroyed'`),
    // The oldest of them are removed where an account has deleted many.
    index("images_destroyed").on(table.owner).where(sql`${table.state} = 'destroyed'`),
    // Only the public: finding them by the column would read every image.
    index("images_public").on(table.state).where(sql`${table.public} = 1`),
    index("images_origin").on(table.origin),
    check(
      "images_state",
      sql`${table.state} IN ('active', 'unactivated', 'disabled', 'creating', 'failed', 'destroyed')`,
    ),
    check("images_public", sql`${table.public} IN (0, 1)`),
    check("images_revision", sql`${table.revision} >= 1`),
    check("images_requirements", sql`${table.requirements} IS NULL OR json_type(${table.requirements}) = 'object'`),
    check("images_files", sql`${table.files} IS NULL OR json_type(${table.files}) = 'array'`),
    check("images_tags", sql`${table.tags} IS NULL OR json_type(${table.tags}) = 'object'`),
    check(
      "images_acl",
      sql`${table.acl} IS NULL OR (json_type(${table.acl}) = 'array' AND json_array_length(${table.acl}) > 0)`,
    ),
    check("images_error", sql`${table.error} IS NULL OR json_type(${table.error}) = 'object'`),
  ],
);

/** Who an image is shared with, one row an account: the index over `images.acl`. Written by triggers only. */
export const imageAcl = sqliteTable(
  "image_acl",
  {
    image: text().notNull(),
    account: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.image, table.account] }), index("image_acl_account").on(table.account)],
);

/**
 * The revisions that are kept of every image, inserted by triggers in the write's own transaction: the image as the
 * revision left it, and who made it. It is the record of Idempotency-Keys too: a write is applied only while no row has its
 * id.
 */
export const imageHistory = sqliteTable(
  "image_history",
  {
    image: text().notNull(),
    revision: integer().notNull(),
    write_id: text().notNull(),
    /** SHA-256 of what the request asked for, where it had an Idempotency-Key. */
    request_hash: text(),
    /** Id of one HTTP request, the same at its retries: tells the request that wrote from one that repeats it. */
    attempt_id: text(),
    /** Milliseconds since the epoch, by the database's clock. */
    time: integer().notNull(),
    /** The account that signed, its key's SHA256 fingerprint and the Request-Id; NULL for provisioning. */
    account: text(),
    key_sha256: text(),
    request_id: text(),
    operation: text().$type<ImageWrite | "provision">().notNull(),
    /** The columns that this write changed, with commas, the updatable ones first; NULL where it made the image. */
    changed: text(),
    ...manifestColumns,
    /** Bytes of this and all earlier revisions of the image, kept or not: what is kept is a difference of two. */
    total_bytes: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.image, table.revision] }),
    index("image_history_bytes").on(table.image, table.total_bytes, table.time),
    // Few rows have an Idempotency-Key, and each stays for a day: found without passing the others.
    index("image_history_keyed").on(table.image, table.revision).where(sql`${table.request_hash} IS NOT NULL`),
    uniqueIndex("image_history_write_id").on(table.write_id),
  ],
);

/**
 * Images whose history passes its bound in bytes by revisions that were too young to be removed. Written by triggers only:
 * every write of any image removes a few revisions of the one that has waited longest.
 */
export const imageTrims = sqliteTable(
  "image_trims",
  {
    image: text().primaryKey(),
    /** Milliseconds since the epoch, of its last write. */
    time: integer().notNull(),
  },
  (table) => [index("image_trims_time").on(table.time)],
);
