import { type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { boolean, type Expression, type Placeholder, statement } from "../db/statement.ts";
import { choose, imageChange } from "./image-change.sql.ts";
import { isVisible } from "./visibility.sql.ts";
import { outcomeFields, readOutcome, selectOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

const dependent = alias(images, "dependent");

/** An image that is not destroyed has this one as its origin. */
const isDependentOf = (image: Placeholder): SQL =>
  sql`${dependent.origin} = ${image} AND ${dependent.state} <> 'destroyed'`;

const hasDependents = (image: Placeholder): SQL =>
  sql`EXISTS (SELECT 1 FROM ${images} AS ${dependent} WHERE ${isDependentOf(image)})`;

export const deletion = imageChange<WriteValues>((bind) => ({
  set: { state: sql`'destroyed'` },
  changes: sql`NOT ${hasDependents(bind.image)}`,
}));

/** A message names no more of them than this. */
const maxNamedDependents = 10;

const uuidList = (list: SQL): Expression<string[]> => ({ sql: list, read: (stored) => JSON.parse(String(stored)) });

export const deletionStatement = statement<WriteValues>().reads(
  (bind) => ({
    ...outcomeFields(bind),
    hasDependents: boolean(hasDependents(bind.image)),
    visibleDependents: uuidList(sql`(SELECT json_group_array(uuid) FROM (SELECT ${dependent.uuid} AS uuid
      FROM ${images} AS ${dependent}
      WHERE ${isDependentOf(bind.image)} AND ${isVisible(dependent, bind.account)}
      ORDER BY ${dependent.uuid} LIMIT ${sql.raw(String(maxNamedDependents))}))`),
  }),
  selectOutcome,
);

/** Removes the oldest destroyed images of the account beyond as many as it may own, with their history. */
export const purgeStatement = statement<{ account: string; keep: number }>().writes(
  ({ account, keep }) => sql`
    DELETE FROM ${images} WHERE rowid IN (
      SELECT rowid FROM ${images} WHERE ${images.owner} = ${account} AND ${images.state} = 'destroyed'
      ORDER BY rowid DESC LIMIT 4 OFFSET ${keep})`,
);

/** What came of a deletion; of the images that depend on this one, the ids of those that the caller can see (at most 10). */
export type DeletionOutcome = WriteOutcome & { hasDependents: boolean; visibleDependents: string[] };

/**
 * Marks an image as destroyed if the caller owns it and no other image depends on it, in one batch. Idempotent: safe to
 * retry.
 *
 * @param keep how many destroyed images of an account stay; 0 for all
 */
export async function deleteImage(db: Database, write: Write, keep: number): Promise<DeletionOutcome> {
  const values = toWriteValues(write);
  const isPurging = keep > 0 && !write.isDryRun;
  const [made, rows] = await db.batch([
    choose(deletion, write).with(values),
    deletionStatement.with(values),
    purgeStatement.with({ account: write.caller.account, keep: isPurging ? keep : Number.MAX_SAFE_INTEGER }),
  ]);
  const { hasDependents, visibleDependents, ...row } = readOnlyRow(rows);
  return { ...readOutcome(row, write, made), hasDependents, visibleDependents };
}
