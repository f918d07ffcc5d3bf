import { or, type SQL, sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "../db/client.ts";
import { imageHistory, images, type UpdatableField, updatableFields } from "../db/schema.ts";
import { boolean, type Placeholders, statement } from "../db/statement.ts";
import { isRevision, oldestRevision, type RevisionValues } from "./get-revision.sql.ts";
import { choose, imageChange } from "./image-change.sql.ts";
import { outcomeFields, readOutcome, selectOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

/** `withAcl` is 0 or 1. */
type RevertValues = WriteValues & RevisionValues & { withAcl: number };

const kept = (field: UpdatableField): SQL => sql`"kept".${sql.identifier(field)}`;

/** A table of one row, the revision; of no row where it is not kept. */
const keptRow = (bind: Placeholders<RevertValues>): SQL =>
  sql`(SELECT * FROM ${imageHistory} WHERE ${isRevision(bind)} LIMIT 1) AS "kept"`;

/** The acl stays unless it is asked for: a grant that was withdrawn must not come back by accident. */
const reverted = (field: UpdatableField, { withAcl }: Placeholders<RevertValues>): SQL =>
  field === "acl" ? sql`CASE WHEN ${withAcl} = 1 THEN ${kept(field)} ELSE ${images.acl} END` : kept(field);

const differs = (bind: Placeholders<RevertValues>): SQL | undefined =>
  or(...updatableFields.map((field) => sql`${reverted(field, bind)} IS NOT ${images[field]}`));

export const revert = imageChange<RevertValues>((bind) => ({
  set: Object.fromEntries(updatableFields.map((field) => [field, reverted(field, bind)])),
  from: keptRow(bind),
  changes: differs(bind),
}));

export const revertOutcomeStatement = statement<RevertValues>().reads(
  (bind) => ({
    ...outcomeFields(bind),
    oldest: oldestRevision(bind),
    isKept: boolean(sql`EXISTS (SELECT 1 FROM ${keptRow(bind)})`),
    isChange: boolean(sql`EXISTS (SELECT 1 FROM ${keptRow(bind)} WHERE ${differs(bind)})`),
  }),
  selectOutcome,
);

/** What came of a revert: whether the revision is kept and differs from the image, and the oldest that is kept. */
export type RevertOutcome = WriteOutcome & { oldest: number; isKept: boolean; isChange: boolean };

/** The revision to go back to, null for one that cannot be, and whether the acl goes back too. */
export type Revert = Omit<RevisionValues, "image"> & { withAcl: boolean };

/**
 * Gives an image's updatable fields the values of an earlier revision, if the caller owns it and one differs, in one batch.
 * Idempotent: safe to retry.
 */
export async function revertImage(
  db: Database,
  write: Write,
  { withAcl, ...revision }: Revert,
): Promise<RevertOutcome> {
  const values = { ...toWriteValues(write), ...revision, withAcl: Number(withAcl) };
  const [made, rows] = await db.batch([choose(revert, write).with(values), revertOutcomeStatement.with(values)]);
  const { oldest, isKept, isChange, ...row } = readOnlyRow(rows);
  return { ...readOutcome(row, write, made), oldest, isKept, isChange };
}
