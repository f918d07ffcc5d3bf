import { type SQL, sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import type { Placeholders } from "../db/statement.ts";
import { choose, imageChange } from "./image-change.sql.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

/** `tags` is a JSON object of the JSON texts of the values. */
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
const storedText = sql`CASE WHEN tag.type = 'text' THEN json_quote(tag.value) WHEN ${isInexact} THEN image.tags -> tag.fullkey
  WHEN tag.type IN ('true', 'false', 'null') THEN tag.type ELSE tag.value END`;

/**
 * The stored tags with the sent ones: in the place of those of the same key, or after all; NULL where too many are inexact.
 * One pass over the stored, and another where a sent one is new.
 */
const joinTags = ({ image, tags }: Placeholders<AddTagsValues>): SQL => sql`(
  WITH image(tags) AS MATERIALIZED (SELECT ${images.tags} FROM ${images} WHERE ${images.uuid} = ${image}),
    sent(name, text) AS MATERIALIZED (SELECT key, value FROM json_each(${tags})),
    stored(found, pieces) AS MATERIALIZED (
      SELECT count(sent.name), group_concat(json_quote(tag.key) || ':' || coalesce(sent.text, ${storedText}), ',')
      FROM image CROSS JOIN json_each(image.tags) AS tag LEFT JOIN sent ON sent.name = tag.key)
  SELECT CASE
    WHEN (SELECT count(*) FROM sent) = 0 THEN (SELECT tags FROM image)
    WHEN (SELECT count(*) FROM image CROSS JOIN json_each(image.tags) AS tag WHERE ${isInexact}) > ${sql.raw(String(maxInexactTags))} THEN NULL
    ELSE (SELECT '{' || concat_ws(',', pieces, CASE WHEN found < (SELECT count(*) FROM sent) THEN (
      SELECT group_concat(json_quote(name) || ':' || text, ',') FROM sent
      WHERE name NOT IN (SELECT tag.key FROM image CROSS JOIN json_each(image.tags) AS tag)) END) || '}' FROM stored) END)`;

export const addTags = imageChange<AddTagsValues>((bind) => ({
  set: { tags: sql`"change"."tags"` },
  from: sql`(SELECT ${joinTags(bind)} AS "tags" LIMIT 1) AS "change"`,
  changes: sql`"change"."tags" IS NOT NULL AND "change"."tags" IS NOT ${images.tags}
    AND octet_length("change"."tags") <= max(${bind.maxTagsBytes}, octet_length(coalesce(${images.tags}, '')))`,
}));

/** Tags and their values, and the most bytes that all of an image may have. */
export type AddedTags = { tags: Readonly<Record<string, unknown>>; maxTagsBytes: number };

/** The JSON object of the JSON texts of the values. To make an object of thousands of keys would take most of the request. */
function toTexts(tags: AddedTags["tags"]): string {
  let isRoot = true;
  return JSON.stringify(tags, (_, value: unknown) => {
    if (!isRoot) return JSON.stringify(value);
    isRoot = false;
    return value;
  });
}

/** Adds tags to an image, or replaces them, if the caller owns it and one differs, in one batch. Idempotent: safe to retry. */
export async function addImageTags(
  db: Database,
  write: Write,
  { tags, maxTagsBytes }: AddedTags,
): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const [made, outcome] = await db.batch([
    choose(addTags, write).with({ ...values, tags: toTexts(tags), maxTagsBytes }),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write, made);
}
