import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { accounts, imageHistory, images } from "../db/schema.ts";
import { boolean, type Expression, leftJoined, type Placeholders, query, statement } from "../db/statement.ts";
import { type ImageRow, type SeenImage, seenImage } from "./image-row.sql.ts";

/** A revision of an image that a request names; null for one that cannot be. */
export type RevisionValues = { image: string; of: number | null; keepRevisions: number };

/** The oldest revision that the audit may show. */
const oldestShown = (bind: Placeholders<RevisionValues>): SQL =>
  sql`(SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${bind.image}) - ${bind.keepRevisions} + 1`;

/** The row of the revision in the history, where the audit shows it. */
export const isRevision = (bind: Placeholders<RevisionValues>): SQL | undefined =>
  and(
    eq(imageHistory.image, bind.image),
    eq(imageHistory.revision, bind.of),
    sql`${imageHistory.revision} >= ${oldestShown(bind)}`,
  );

/** The oldest revision that is kept. */
export const oldestRevision = (bind: Placeholders<RevisionValues>): Expression<number> => ({
  sql: sql`(SELECT min(kept.revision) FROM ${imageHistory} AS kept
    WHERE kept.image = ${bind.image} AND kept.revision >= ${oldestShown(bind)})`,
  read: Number,
});

/** Whether the account that signed is an operator. */
export const isOperator = (bind: Placeholders<Caller>): Expression<boolean> =>
  boolean(sql`coalesce((SELECT ${accounts.operator} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.signer}), 0)`);

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

export const revisionStatement = statement<Caller & RevisionValues>().reads(
  (bind) => ({
    hasAuthority,
    isOperator: isOperator(bind),
    oldest: oldestRevision(bind),
    revision: leftJoined({ uuid, ...revisionColumns }, "uuid"),
    image: seenImage(bind.account),
  }),
  (columns, bind) =>
    query
      .select(columns)
      .from(callerRow(bind))
      .leftJoin(images, eq(images.uuid, bind.image))
      .leftJoin(imageHistory, isRevision(bind)),
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
