import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { images } from "../db/schema.ts";
import type { Placeholders } from "../db/statement.ts";
import { maxInexactTags } from "../tables.ts";
import { imageChange, newValue, runChange } from "./image-write.sql.ts";
import { toWriteValues, type Write, type WriteOutcome, type WriteValues } from "./write-outcome.sql.ts";

/** The path of a tag in SQLite's JSON functions, which compare it with the key as JSON escapes it. */
export const toTagPath = (key: string): string => `$.${JSON.stringify(key)}`;

/** `tags` is a JSON object of the JSON texts of the values. */
type AddTagsValues = WriteValues & { tags: string; maxTagsBytes: number };

/** A number that SQLite does not print as it was stored: a fraction, or an integer beyond 2^53. */
const isInexact = sql`tag.type IN ('integer', 'real')
  AND (typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991)`;

/** The JSON text of a tag, as stored. */
const storedText = sql`CASE WHEN tag.type = 'text' THEN json_quote(tag.value) WHEN ${isInexact} THEN image.tags -> tag.fullkey
  WHEN tag.type IN ('true', 'false', 'null') THEN tag.type ELSE tag.value END`;

/**
 * The stored tags, each replaced by the sent one with its key; then the other sent ones. NULL if too many are inexact. One
 * pass over the stored tags, and a second one if a sent one is new.
 */
const joinTags = ({ imageId, tags }: Placeholders<AddTagsValues>): SQL => sql`(
  WITH image(tags) AS MATERIALIZED (SELECT ${images.tags} FROM ${images} WHERE ${images.uuid} = ${imageId}),
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
  values: { tags: joinTags(bind) },
  differs: sql`${newValue("tags")} IS NOT NULL AND ${newValue("tags")} IS NOT ${images.tags}`,
  fits: sql`octet_length(${newValue("tags")}) <= max(${bind.maxTagsBytes}, octet_length(coalesce(${images.tags}, '')))`,
}));

/** Tags and their values, and the most bytes that all tags of an image may have. */
export type AddedTags = { tags: Readonly<Record<string, unknown>>; maxTagsBytes: number };

/** Returns the JSON object of the JSON texts of the values. Making an object of thousands of keys would take most of the request. */
function toTexts(tags: AddedTags["tags"]): string {
  let isRoot = true;
  return JSON.stringify(tags, (_, value: unknown) => {
    if (!isRoot) return JSON.stringify(value);
    isRoot = false;
    return value;
  });
}

/** Adds tags to an image, or replaces them, if the caller owns it and one differs. */
export const writeTags = (db: Database, write: Write, { tags, maxTagsBytes }: AddedTags): Promise<WriteOutcome> =>
  runChange(db, write, { change: addTags, values: { ...toWriteValues(write), tags: toTexts(tags), maxTagsBytes } });

/** `path` is that of one tag. NULL for all tags. */
export const deleteTags = imageChange<WriteValues & { path: string | null }>(({ account, path }) => ({
  values: { tags: sql`CASE WHEN ${path} IS NULL THEN '{}' ELSE json_remove(${images.tags}, ${path}) END` },
  differs: sql`CASE WHEN ${path} IS NULL THEN ${images.tags} <> '{}' ELSE json_type(${images.tags}, ${path}) IS NOT NULL END`,
  unchanged: sql`${images.owner} = ${account} AND ${path} IS NULL AND coalesce(${images.tags}, '{}') = '{}'`,
  neverGrows: true,
}));

/** Deletes a tag of an image if the caller owns it and it has the tag. @param key null for all tags */
export const writeTagDeletion = (db: Database, write: Write, key: string | null): Promise<WriteOutcome> =>
  runChange(db, write, {
    change: deleteTags,
    values: { ...toWriteValues(write), path: key === null ? null : toTagPath(key) },
  });
