import { type SQL, sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "./client.ts";
import { computed, imageChange } from "./image-change.ts";
import { images } from "./schema.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.ts";

/** `tags` is a JSON array of `[key, JSON text of the value]`. */
type AddTagsValues = WriteValues & { tags: string; maxTagsBytes: number };

/**
 * The most tags of an image that are inexact numbers: see `isInexact`. The text of each is looked up from the first tag on,
 * and the square of their number must stay small.
 */
export const maxInexactTags = 100;

/** A number that SQLite does not print as it was stored: a fraction, or an integer beyond 2^53. */
const isInexact = sql`tag.type IN ('integer', 'real')
  AND (typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991)`;

/** The JSON text of a stored tag, as it is stored. */
const storedText = sql`CASE WHEN tag.type = 'text' THEN json_quote(tag.value) WHEN ${isInexact} THEN ${images.tags} -> tag.fullkey
  WHEN tag.type IN ('true', 'false', 'null') THEN tag.type ELSE tag.value END`;

/** The stored tags with the sent ones: in the place of those of the same key, or after all. One pass over both. */
const joinTags = (tags: SQL): SQL => sql`CASE
  WHEN json_array_length(${tags}) = 0 THEN ${images.tags}
  WHEN (SELECT count(*) FROM json_each(${images.tags}) AS tag WHERE ${isInexact}) > ${sql.raw(String(maxInexactTags))} THEN NULL
  ELSE (SELECT '{' || group_concat(json_quote(name) || ':' || text, ',' ORDER BY place) || '}' FROM (
    SELECT name, coalesce(max(sent), max(stored)) AS text, min(place) AS place FROM (
      SELECT tag.key AS name, NULL AS sent, ${storedText} AS stored, tag.id AS place FROM json_each(${images.tags}) AS tag
      UNION ALL SELECT value ->> 0, value ->> 1, NULL, 1000000000 + key FROM json_each(${tags})
    ) GROUP BY name)) END AS "tags"`;

const addTags = imageChange<AddTagsValues>((value) => ({
  set: { tags: sql`"change"."tags"` },
  from: computed(joinTags(sql`${value.tags}`), sql`${value.image}`),
  changes: sql`"change"."tags" IS NOT NULL AND "change"."tags" IS NOT ${images.tags}
    AND (${value.maxTagsBytes} = 0 OR octet_length("change"."tags") <= max(${value.maxTagsBytes}, octet_length(coalesce(${images.tags}, ''))))`,
}));

/** Tags and their values, and the most bytes that all of an image may have; 0 for no bound. */
export type AddedTags = { tags: Readonly<Record<string, unknown>>; maxTagsBytes: number };

/** Adds tags to an image, or replaces them, if the caller owns it and one differs, in one batch. Idempotent: safe to retry. */
export async function addImageTags(
  db: Database,
  write: Write,
  { tags, maxTagsBytes }: AddedTags,
): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const entries = Object.entries(tags).map(([key, tag]) => [key, JSON.stringify(tag)]);
  const [made, outcome] = await db.batch([
    addTags.by(write).with({ ...values, tags: JSON.stringify(entries), maxTagsBytes }),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write, made);
}
