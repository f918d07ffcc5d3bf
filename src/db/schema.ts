import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * The tables of D1. `migrations/` holds the SQL that makes them, and what Drizzle cannot declare:
 * STRICT, WITHOUT ROWID and the triggers (`scripts/check-schema.ts` keeps the two together).
 */

/** An account: the owner of images and of the keys that sign for it. */
export const accounts = sqliteTable(
  "accounts",
  {
    uuid: text().primaryKey(),
    /** Unique and case-sensitive; never `my`, never of the shape of a UUID. */
    login: text().notNull().unique(),
    email: text(),
    companyName: text(),
    firstName: text(),
    lastName: text(),
    /** An operator may act as another account through its path. */
    operator: integer({ mode: "boolean" }).notNull().default(false),
    disabled: integer({ mode: "boolean" }).notNull().default(false),
    /** ISO 8601, UTC. */
    created: text().notNull(),
    updated: text().notNull(),
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
    /** Names the request that made it, as `images.write_id` does. */
    write_id: text(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.name] }),
    uniqueIndex("keys_fingerprint").on(table.account, table.fingerprint),
    uniqueIndex("keys_fingerprint_sha256").on(table.account, table.fingerprintSha256),
  ],
);

/** What is kept of an image's IMGAPI manifest: the fields that an answer or an access rule needs. JSON columns hold compact JSON text. */
const manifestColumns = {
  name: text().notNull(),
  version: text().notNull(),
  os: text(),
  type: text(),
  /** JSON object. */
  requirements: text(),
  /** MiB, of a zvol. */
  image_size: integer(),
  description: text(),
  /** JSON array of `{compression, sha1, size}`; size in bytes. */
  files: text(),
  /** JSON object; NULL when never set or cleared. */
  tags: text(),
  homepage: text(),
  /** ISO 8601 as the manifest has it. */
  published_at: text(),
  owner: text().notNull(),
  public: integer({ mode: "boolean" }).notNull().default(false),
  state: text({ enum: ["active", "unactivated", "disabled", "creating", "failed", "destroyed"] }).notNull(),
  eula: text(),
  /** JSON array of account UUIDs, never empty; a trigger keeps `image_acl` equal to it. */
  acl: text(),
  origin: text(),
  /** JSON object `{code, message}` of a failed image. */
  error: text(),
};

/** An image as it is now. */
export const images = sqliteTable(
  "images",
  {
    uuid: text().primaryKey(),
    ...manifestColumns,
    /** Raised by every write, from 1; a trigger writes `image_history` with it. */
    revision: integer().notNull().default(1),
    /** Names the write that made this revision, so that a write sent twice is told from two writes. */
    write_id: text(),
    /** Who made this revision, for the trigger: JSON object of `db/write.ts`. NULL when the service did not. */
    write: text(),
  },
  (table) => [
    index("images_owner").on(table.owner),
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
 * Every revision of an image that is kept, written by triggers in the write's own transaction: what the image was after
 * it, and who made it so. It is the record of `Idempotency-Key` too: a write is made only while no row has its id.
 */
export const imageHistory = sqliteTable(
  "image_history",
  {
    image: text().notNull(),
    revision: integer().notNull(),
    write_id: text().notNull(),
    /** SHA-256 of what was asked for, where an Idempotency-Key was sent. */
    request_hash: text(),
    /** Of one HTTP request and its tries: tells the request that wrote from one that repeats it. */
    attempt_id: text(),
    /** Milliseconds since the epoch, by the database's clock. */
    time: integer().notNull(),
    /** The account that signed, its key's SHA256 fingerprint and the Request-Id; NULL for what the service did not write. */
    account: text(),
    key_sha256: text(),
    request_id: text(),
    /** UpdateImage, DeleteImage, CloneImage; `provision`; `baseline` for an image that is older than its history. */
    operation: text().notNull(),
    /** The columns that this write changed, with commas, UpdateImage's first; NULL where it made the image. */
    changed: text(),
    ...manifestColumns,
  },
  (table) => [
    primaryKey({ columns: [table.image, table.revision] }),
    uniqueIndex("image_history_write_id").on(table.write_id),
  ],
);
