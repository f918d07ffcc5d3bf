import { sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { choose, imageChange } from "./image-change.sql.ts";
import { toTagPath } from "./tag-path.sql.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

/** The path of one tag; NULL for all. */
type DeleteTagsValues = WriteValues & { path: string | null };

export const deleteTags = imageChange<DeleteTagsValues>(({ path }) => ({
  set: { tags: sql`CASE WHEN ${path} IS NULL THEN '{}' ELSE json_remove(${images.tags}, ${path}) END` },
  changes: sql`CASE WHEN ${path} IS NULL THEN ${images.tags} <> '{}' ELSE json_type(${images.tags}, ${path}) IS NOT NULL END`,
}));

/**
 * Deletes a tag of an image, or all where `key` is null, if the caller owns it and there is one, in one batch. Idempotent:
 * safe to retry.
 */
export async function deleteImageTags(db: Database, write: Write, key: string | null): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const [made, outcome] = await db.batch([
    choose(deleteTags, write).with({ ...values, path: key === null ? null : toTagPath(key) }),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write, made);
}
