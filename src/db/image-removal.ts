import { and, eq, ne, sql } from "drizzle-orm";
import { authority } from "./authority.ts";
import { type Database, selectStatement, writeStatement } from "./client.ts";
import { outcomeFields, outcomeQuery, type WriteOutcome, writeOutcome } from "./outcome.ts";
import { imageAcl, images } from "./schema.ts";
import { canBeMade, type Write, writeValues, writtenColumns } from "./write.ts";

/** The undestroyed images that name this one as their origin. */
const dependents = sql`${images} d WHERE d.origin = ${sql.placeholder("image")} AND d.state <> 'destroyed'`;

const account = sql.placeholder("account");

const removeStatement = writeStatement((db) =>
  db
    .update(images)
    .set({ state: "destroyed", revision: sql`${images.revision} + 1`, ...writtenColumns })
    .where(
      and(
        eq(images.uuid, sql.placeholder("image")),
        eq(images.owner, account),
        ne(images.state, "destroyed"),
        sql`NOT EXISTS (SELECT 1 FROM ${dependents})`,
        canBeMade,
        authority(db),
      ),
    ),
);

/** A message names no more of them than this. */
const maxNamedDependents = 10;

const removalFields = {
  ...outcomeFields,
  hasDependents: sql<number>`EXISTS (SELECT 1 FROM ${dependents})`.as("hasDependents"),
  visibleDependents: sql<string>`(SELECT json_group_array(uuid) FROM (SELECT d.uuid FROM ${dependents}
    AND (d.owner = ${account} OR (d.state IN ('active', 'disabled') AND (d.public = 1
      OR EXISTS (SELECT 1 FROM ${imageAcl} a WHERE a.image = d.uuid AND a.account = ${account}))))
    ORDER BY d.uuid LIMIT ${sql.raw(String(maxNamedDependents))}))`.as("visibleDependents"),
};

const removalStatement = selectStatement(removalFields, outcomeQuery);

/** What came of a removal; of the images that stand on this one, the ids of those that the caller can see (at most 10). */
export type RemovalOutcome = WriteOutcome & { hasDependents: boolean; visibleDependents: string[] };

/** Destroys an image if its owner asks and no other stands on it, in one batch. Bears being sent twice. */
export async function removeImage(
  db: Database,
  { image, write }: { image: string; write: Write },
): Promise<RemovalOutcome> {
  const values = { image, ...writeValues(write) };
  const row = await db.writeThenRead([removeStatement, values], [removalStatement, values]);
  if (!row) throw new Error("a removal answered no outcome");
  const { hasDependents, visibleDependents, ...outcome } = row;
  return {
    ...writeOutcome(outcome, write),
    hasDependents: hasDependents === 1,
    visibleDependents: JSON.parse(visibleDependents),
  };
}
