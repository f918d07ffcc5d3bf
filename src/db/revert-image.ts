import { or, type SQL, sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "./client.ts";
import { isRevision, oldestRevision, type RevisionValues } from "./get-revision.ts";
import { imageChange } from "./image-change.ts";
import { imageHistory, images, type UpdatableField, updatableFields } from "./schema.ts";
import { flag, type Placeholders, statement } from "./statement.ts";
import { outcomeFields, readOutcome, selectOutcome, type WriteOutcome } from "./write-outcome.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.ts";

/** `withAcl` is 0 or 1. */
type RevertValues = WriteValues & RevisionValues & { withAcl: number };

const kept = (field: UpdatableField): SQL => sql`"kept".${sql.identifier(field)}`;

/** A table of one row, the revision; of no row where it is not kept. */
const keptRow = (value: Placeholders<RevertValues>): SQL =>
  sql`(SELECT * FROM ${imageHistory} WHERE ${isRevision(value)} LIMIT 1) AS "kept"`;

/** The acl stays unless it is asked for: a grant that was withdrawn must not come back by accident. */
const reverted = (field: UpdatableField, { withAcl }: Placeholders<RevertValues>): SQL =>
  field === "acl" ? sql`CASE WHEN ${withAcl} = 1 THEN ${kept(field)} ELSE ${images.acl} END` : kept(field);

const differs = (value: Placeholders<RevertValues>): SQL | undefined =>
  or(...updatableFields.map((field) => sql`${reverted(field, value)} IS NOT ${images[field]}`));

const revert = imageChange<RevertValues>((value) => ({
  set: Object.fromEntries(updatableFields.map((field) => [field, reverted(field, value)])),
  from: keptRow(value),
  changes: differs(value),
}));

const revertOutcomeStatement = statement<RevertValues>().reads(
  (value) => ({
    ...outcomeFields(value),
    oldest: oldestRevision(value),
    isKept: flag(sql`EXISTS (SELECT 1 FROM ${keptRow(value)})`),
    isChange: flag(sql`EXISTS (SELECT 1 FROM ${keptRow(value)} WHERE ${differs(value)})`),
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
  const [made, rows] = await db.batch([revert.by(write).with(values), revertOutcomeStatement.with(values)]);
  const { oldest, isKept, isChange, ...row } = readOnlyRow(rows);
  return { ...readOutcome(row, write, made), oldest, isKept, isChange };
}
