import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { imageHistory, images } from "../db/schema.ts";
import { boolean, type Placeholders } from "../db/statement.ts";
import { type UpdatableField, updatableFields } from "../tables.ts";
import { isRevision, oldestRevision, type RevisionValues } from "./get-image.sql.ts";
import { imageChange, runChange } from "./image-write.sql.ts";
import { toWriteValues, type Write, type WriteOutcome, type WriteValues } from "./write-outcome.sql.ts";

/** `withAcl` is 0 or 1. */
type RevertValues = WriteValues & RevisionValues & { withAcl: number };

const kept = (field: UpdatableField): SQL => sql`"kept".${sql.identifier(field)}`;

/** One row: the revision. No row if it is not kept. */
const keptRow = (bind: Placeholders<RevertValues>): SQL =>
  sql`(SELECT * FROM ${imageHistory} WHERE ${isRevision(bind)} LIMIT 1) AS "kept"`;

/** The acl stays unless the request asks for it: a grant that was withdrawn must not come back by accident. */
const reverted = (field: UpdatableField, { withAcl }: Placeholders<RevertValues>): SQL =>
  field === "acl" ? sql`CASE WHEN ${withAcl} = 1 THEN ${kept(field)} ELSE ${images.acl} END` : kept(field);

const revertFields = (bind: Placeholders<RevertValues>) => ({
  oldest: oldestRevision(bind),
  isKept: boolean(sql`EXISTS (SELECT 1 FROM ${keptRow(bind)})`),
});

export const revert = imageChange<RevertValues, ReturnType<typeof revertFields>>(
  (bind) => ({
    values: Object.fromEntries(updatableFields.map((field) => [field, reverted(field, bind)])),
    source: keptRow(bind),
  }),
  revertFields,
);

/** What came of a revert: whether the revision is kept, and the oldest that is. */
export type RevertOutcome = WriteOutcome & { oldest: number; isKept: boolean };

/** The revision to go back to, and whether the acl goes back too. */
export type Revert = Omit<RevisionValues, "imageId"> & { withAcl: boolean };

/** Sets an image's updatable fields to an earlier revision's, if the caller owns the image and a field differs. */
export const writeRevert = (db: Database, write: Write, { withAcl, ...revision }: Revert): Promise<RevertOutcome> =>
  runChange(db, write, { change: revert, values: { ...toWriteValues(write), ...revision, withAcl: Number(withAcl) } });
