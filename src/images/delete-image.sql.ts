import { type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { boolean, type Expression, type Placeholder, type Placeholders, statement } from "../db/statement.ts";
import { formatScopeImages } from "../scope.ts";
import { bindChange, imageChange, runBound } from "./image-write.sql.ts";
import { isInScope, isVisible } from "./visibility.sql.ts";
import { toWriteValues, type Write, type WriteOutcome, type WriteValues } from "./write-outcome.sql.ts";

const dependent = alias(images, "dependent");

/** An image that is not destroyed has this one as its origin. */
const isDependentOf = (imageId: Placeholder): SQL =>
  sql`${dependent.origin} = ${imageId} AND ${dependent.state} <> 'destroyed'`;

const hasDependents = (imageId: Placeholder): SQL =>
  sql`EXISTS (SELECT 1 FROM ${images} AS ${dependent} WHERE ${isDependentOf(imageId)})`;

/** The most dependents that a message names. */
const maxNamedDependents = 10;

const uuidList = (list: SQL): Expression<string[]> => ({ sql: list, decode: (stored) => JSON.parse(String(stored)) });

/** `scopeImages`: JSON array of the ids that the caller's scope is for. Null for all. */
type DeletionValues = WriteValues & { scopeImages: string | null };

const deletionFields = (bind: Placeholders<DeletionValues>) => ({
  hasDependents: boolean(hasDependents(bind.imageId)),
  visibleDependents: uuidList(sql`(SELECT json_group_array(uuid) FROM (SELECT ${dependent.uuid} AS uuid
      FROM ${images} AS ${dependent}
      WHERE ${isDependentOf(bind.imageId)} AND ${isVisible(dependent, bind.account)} AND ${isInScope(dependent, bind.scopeImages)}
      ORDER BY ${dependent.uuid} LIMIT ${sql.raw(String(maxNamedDependents))}))`),
});

export const deletion = imageChange<DeletionValues, ReturnType<typeof deletionFields>>(
  (bind) => ({ values: { state: sql`'destroyed'` }, fits: sql`NOT ${hasDependents(bind.imageId)}` }),
  deletionFields,
);

/** Removes up to four of the account's destroyed images beyond the `keep` newest, with their history. */
export const purgeStatement = statement<{ account: string; keep: number }>().returnsNone(
  ({ account, keep }) => sql`
    DELETE FROM ${images} WHERE rowid IN (
      SELECT rowid FROM ${images} WHERE ${images.owner} = ${account} AND ${images.state} = 'destroyed'
      ORDER BY rowid DESC LIMIT 4 OFFSET ${keep})`,
);

/** What came of a deletion. `visibleDependents`: ids of dependent images that the caller can see with its key, at most 10. */
export type DeletionOutcome = WriteOutcome & { hasDependents: boolean; visibleDependents: string[] };

/**
 * Marks an image as destroyed if the caller owns it and no other image depends on it. One batch. Idempotent: safe to retry.
 *
 * @param keep how many destroyed images of an account stay. 0 for all
 */
export function writeDeletion(db: Database, write: Write, keep: number): Promise<DeletionOutcome> {
  const values = { ...toWriteValues(write), scopeImages: formatScopeImages(write.caller.scope) };
  const purge = purgeStatement.with({ account: write.caller.account, keep });
  return runBound(db, write, {
    ...bindChange(deletion, write, values),
    outcome: deletion.outcome,
    values,
    more: keep > 0 && !write.isDryRun ? [purge] : [],
  });
}
