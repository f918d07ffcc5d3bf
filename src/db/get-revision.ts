import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { callerRow, hasAuthority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { type ImageRow, type SeenImage, seenImage } from "./image-row.ts";
import { accounts, imageHistory, images } from "./schema.ts";
import { type Expression, flag, leftJoined, type Placeholders, query, statement } from "./statement.ts";

/** A revision of an image that a request names; null for one that cannot be. */
export type RevisionValues = { image: string; of: number | null; keepRevisions: number };

/** The oldest revision that the audit may show. */
const oldestShown = (value: Placeholders<RevisionValues>): SQL =>
  sql`(SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${value.image}) - ${value.keepRevisions} + 1`;

/** The row of the revision in the history, where the audit shows it. */
export const isRevision = (value: Placeholders<RevisionValues>): SQL | undefined =>
  and(
    eq(imageHistory.image, value.image),
    eq(imageHistory.revision, value.of),
    sql`${imageHistory.revision} >= ${oldestShown(value)}`,
  );

/** The oldest revision that is kept. */
export const oldestRevision = (value: Placeholders<RevisionValues>): Expression<number> => ({
  sql: sql`(SELECT min(kept.revision) FROM ${imageHistory} AS kept
    WHERE kept.image = ${value.image} AND kept.revision >= ${oldestShown(value)})`,
  read: Number,
});

/** Whether the account that signed is an operator. */
export const isOperator = (value: Placeholders<Caller>): Expression<boolean> =>
  flag(sql`coalesce((SELECT ${accounts.operator} FROM ${accounts} WHERE ${accounts.uuid} = ${value.signer}), 0)`);

const {
  image: uuid,
  write_id: _,
  request_hash: __,
  attempt_id: ___,
  time: ____,
  account: _____,
  key_sha256: ______,
  request_id: _______,
  operation: ________,
  changed: _________,
  total_bytes: __________,
  ...revisionColumns
} = getTableColumns(imageHistory);

const revisionStatement = statement<Caller & RevisionValues>().reads(
  (value) => ({
    hasAuthority,
    isOperator: isOperator(value),
    oldest: oldestRevision(value),
    revision: leftJoined({ uuid, ...revisionColumns }, "uuid"),
    image: seenImage(value.account),
  }),
  (columns, value) =>
    query
      .select(columns)
      .from(callerRow(value))
      .leftJoin(images, eq(images.uuid, value.image))
      .leftJoin(imageHistory, isRevision(value)),
);

/** A revision of an image, null where it is not kept, and the image as it is now. */
export type FoundRevision = {
  hasAuthority: boolean;
  isOperator: boolean;
  oldest: number;
  revision: ImageRow | null;
  image: SeenImage | null;
};

/** Reads a revision of an image, whoever may see it. One round trip. */
export const getRevision = async (db: Database, values: Caller & RevisionValues): Promise<FoundRevision> =>
  readOnlyRow(await db.all(revisionStatement.with(values)));
