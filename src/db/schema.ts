import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, sqliteView, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { type ImageState, imageStates } from "../image-states.ts";
import type { WriteOperation } from "../operations.ts";
import type { ManifestColumn } from "../tables.ts";
import { isFlag } from "./account-schema.ts";

/**
 * The tables of D1. `migrations/` has the SQL that makes them, and what Drizzle cannot declare: STRICT, WITHOUT ROWID and
 * the triggers. `scripts/check-schema.ts` compares the two.
 */

/** Milliseconds since the epoch, by the database's clock. */
export const now = sql`CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

/**
 * The records of recent writes, of accounts, keys and images. A write is applied only while its id is not here, so that a
 * retry after a lost acknowledgement changes nothing. A write of an image has a row here only with an Idempotency-Key. Without
 * one, its id in `image_revisions` does the same.
 */
export const accountWrites = sqliteTable(
  "account_writes",
  {
    write_id: text().primaryKey(),
    /** The account whose history the record counts to. */
    account: text().notNull(),
    /**
     * A minute before the record may be removed, in milliseconds since the epoch by the database's clock: the time of the write, or,
     * with an Idempotency-Key, `keyedRecordMs` later.
     */
    time: integer().notNull(),
    /** SHA-256 of what the request asked for. NULL, like all that follows, for writes of accounts and public keys. */
    request_hash: text(),
    /** Id of the HTTP request that wrote. */
    attempt_id: text(),
    /** The image, its revision after the write, and the columns that changed, as in `image_revisions`. */
    image: text(),
    revision: integer(),
    changed: text(),
  },
  (table) => [index("account_writes_account").on(table.account, table.time)],
);

/** Makes the columns of an image's manifest for a revision. It holds only the values that its write replaced: any may be NULL. */
const makeEarlierColumns = () =>
  ({
    name: text(),
    version: text(),
    description: text(),
    homepage: text(),
    eula: text(),
    /** JSON array of account UUIDs, never empty. A trigger keeps `image_acl` equal to it, except for a destroyed image. */
    acl: text(),
    /** JSON object. NULL if never set, or cleared. */
    tags: text(),
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
    owner: text(),
    public: integer({ mode: "boolean" }),
    state: text().$type<ImageState>(),
    origin: text(),
    /** JSON object `{code, message}` of a failed image. */
    error: text(),
  }) satisfies Record<ManifestColumn, unknown>;

/** The same columns of an image. */
const manifestColumns = {
  ...makeEarlierColumns(),
  name: text().notNull(),
  version: text().notNull(),
  owner: text().notNull(),
  public: integer({ mode: "boolean" }).notNull().default(false),
  state: text().$type<ImageState>().notNull(),
};

const isNullOrObject = (column: SQLWrapper): SQL => sql`${column} IS NULL OR json_type(${column}) = 'object'`;

/** The current images. */
export const images = sqliteTable(
  "images",
  {
    uuid: text().primaryKey(),
    ...manifestColumns,
    /** Every write raises it, from 1. A trigger then inserts the revision into `image_revisions`. */
    revision: integer().notNull().default(1),
    /** Id of the write that made this revision. The service's retries have the same, and a client's with the same Idempotency-Key. */
    write_id: text(),
    /** Who made this revision: a JSON object of `toWriteValues`, which the trigger reads. NULL for provisioning. */
    write: text(),
  },
  (table) => [
    // Destroyed images stay in the table. With this index, lists of their owner do not read them.
    index("images_owner").on(table.owner).where(sql`${table.state} <> 'destroyed'`),
    // Finds destroyed images to remove when an account has many.
    index("images_destroyed").on(table.owner).where(sql`${table.state} = 'destroyed'`),
    // Only public images: finding them by the column would read every image.
    index("images_public").on(table.state).where(sql`${table.public} = 1`),
    index("images_origin").on(table.origin),
    check("images_state", sql`${table.state} IN (${sql.raw(imageStates.map((state) => `'${state}'`).join(", "))})`),
    check("images_public", isFlag(table.public)),
    check("images_revision", sql`${table.revision} >= 1`),
    check("images_requirements", isNullOrObject(table.requirements)),
    check("images_files", sql`${table.files} IS NULL OR json_type(${table.files}) = 'array'`),
    check("images_tags", isNullOrObject(table.tags)),
    check(
      "images_acl",
      sql`${table.acl} IS NULL OR (json_type(${table.acl}) = 'array' AND json_array_length(${table.acl}) > 0)`,
    ),
    check("images_error", isNullOrObject(table.error)),
  ],
);

/** The accounts that an image is shared with: an index over `images.acl`. Only triggers write it. */
export const imageAcl = sqliteTable("image_acl", { image: text().notNull(), account: text().notNull() }, (table) => [
  primaryKey({ columns: [table.image, table.account] }),
  index("image_acl_account").on(table.account),
]);

/** What is kept of every revision but the image's fields: who made it, when, and what it changed. */
const bookkeepingColumns = {
  image: text().notNull(),
  revision: integer().notNull(),
  /** Bytes of this and all earlier revisions of the image, kept or not. A difference of two is what lies between them. */
  total_bytes: integer().notNull().default(0),
  /** Milliseconds since the epoch, by the database's clock. */
  time: integer().notNull(),
  write_id: text().notNull(),
  /** SHA-256 of what the request asked for. NULL without an Idempotency-Key. */
  request_hash: text(),
  /** Id of the HTTP request that wrote, not of one attempt: tells that request from a later one with its Idempotency-Key. */
  attempt_id: text(),
  /** The account that signed, its key's SHA256 fingerprint and the Request-Id. NULL for provisioning. */
  account: text(),
  key_sha256: text(),
  request_id: text(),
  /** The scope of the key then. NULL for a key without one. */
  key_scope: text(),
  operation: text().$type<WriteOperation | "provision">().notNull(),
  /** The columns that this write changed, with commas, updatable ones first. NULL if it made the image. */
  changed: text(),
};

/**
 * The kept revisions of every image, as differences: each has the values that its write replaced. Only the oldest may go,
 * because a revision is the image with the values before each later one. Triggers insert them, in the write's transaction.
 */
export const imageRevisions = sqliteTable(
  "image_revisions",
  {
    /** Bytes of this row. */
    bytes: integer().notNull(),
    /** The revision before was not kept when this row was stored, so it does not show what the write itself changed. */
    is_cut: integer({ mode: "boolean" }).notNull().default(false),
    ...bookkeepingColumns,
    /** The account whose history the row counts to: the image's owner after this write. NULL for provisioning. */
    holder: text(),
    /** The account in whose feed of changes the row is: the image's owner after this write. NULL before release 0.3. */
    feed: text(),
    /** The place in that feed: one more than any before, in the order of commit. */
    sequence: integer(),
    /** The owner before, if this write moved the image, and the place in that feed. */
    ...{ left_feed: text(), left_sequence: integer() },
    // The values before this write, of the columns in `changed`. NULL for the others.
    ...makeEarlierColumns(),
  },
  (table) => [
    primaryKey({ columns: [table.image, table.revision] }),
    uniqueIndex("image_revisions_write_id").on(table.write_id),
    index("image_revisions_holder").on(table.holder, table.time),
    index("image_revisions_feed").on(table.feed, table.sequence),
    index("image_revisions_left").on(table.left_feed, table.left_sequence).where(sql`${table.left_feed} IS NOT NULL`),
  ],
);

/**
 * The kept revisions, each with the fields of the image as it left them. A view: each field is found among the later
 * revisions, so that to read the oldest of 1 000 costs as much as about two updates. An index for each field would make every update dearer.
 */
export const imageHistory = sqliteView("image_history", { ...bookkeepingColumns, ...manifestColumns }).existing();

/** The history of an account as a whole. Only triggers write this table. */
export const accountHistory = sqliteTable("account_history", {
  account: text().primaryKey(),
  /** Bytes of its `image_revisions` and `account_writes`. */
  bytes: integer().notNull(),
  /** The newest place in its feed of changes, also if that row is gone. */
  newest: integer().notNull().default(0),
  /** The highest place that was ever removed: the feed begins above it. */
  removed: integer().notNull().default(0),
});

/**
 * Images with too many bytes of history, all too recent to remove. Only triggers write this table: every write of any image
 * removes a few revisions of the image that has waited longest.
 */
export const imageTrims = sqliteTable(
  "image_trims",
  {
    image: text().primaryKey(),
    /** The image's last write, in milliseconds since the epoch. */
    time: integer().notNull(),
  },
  (table) => [index("image_trims_time").on(table.time)],
);

/**
 * When the primary last said that it lives: one row. A replica's copy of it says how old the replica may be. `db/near` moves
 * it when a replica's copy is older than a reader allows.
 */
export const heartbeat = sqliteTable(
  "heartbeat",
  {
    id: integer().primaryKey(),
    /** Milliseconds since the epoch, by the primary's clock. */
    at: integer().notNull(),
  },
  (table) => [check("heartbeat_id", sql`${table.id} = 1`)],
);
