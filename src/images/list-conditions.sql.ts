import { and, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { images } from "../db/schema.ts";
import type { Placeholder, Placeholders } from "../db/statement.ts";
import { toTagPath } from "./tag-path.sql.ts";
import { selectVisible } from "./visibility.sql.ts";

/** The filters of a list, as SQL takes them; null where a filter is off. docs/contract.md#listimages */
export type ListValues = {
  account: string;
  name: string | null;
  namePart: string | null;
  os: string | null;
  version: string | null;
  versionPart: string | null;
  type: string | null;
  notType: string | null;
  isZvol: number | null;
  public: number | null;
  state: string;
  owner: string | null;
  /** JSON array of what `toWanted` answers. */
  tags: string | null;
  marker: string | null;
  limit: number;
};

/** The filters of a list; null where a filter is off. docs/contract.md#listimages */
export type ListFilters = Omit<ListValues, "account" | "isZvol" | "public" | "tags" | "limit"> & {
  isZvol: boolean | null;
  public: boolean | null;
  /** Keys and the text of their values, all of which must match. */
  tags: readonly (readonly [string, string])[];
  limit: number | null;
};

/**
 * `all` is every state of one's own images and the active ones of others. Of the other states only `active` shows images of
 * others. `unactivated` is every image that was never activated.
 *
 * `+` keeps the column from being compared with the WHERE of a partial index, here and below: see `isWritten`.
 */
const isInState = ({ state, account }: Placeholders<ListValues>): SQL => sql`CASE ${state}
  WHEN 'active' THEN ${images.state} = 'active'
  WHEN 'all' THEN ${images.owner} = ${account} OR ${images.state} = 'active'
  WHEN 'unactivated' THEN ${images.owner} = ${account} AND ${images.state} IN ('unactivated', 'creating', 'failed')
  ELSE ${images.owner} = ${account} AND +${images.state} = ${state} END`;

/** A filter is off when its value is NULL. */
const filter = (value: Placeholder, condition: SQL): SQL => sql`(${value} IS NULL OR ${condition})`;

/** Every wanted tag is there. Finding a key costs a tenth of listing all; the first that is missing ends it. */
export const hasTags = (tags: Placeholder): SQL => sql`NOT EXISTS (
  SELECT 1 FROM json_each(${tags}) AS wanted
  WHERE coalesce(${images.tags} -> (wanted.value ->> 0) NOT IN (wanted.value ->> 1, wanted.value ->> 2), 1))`;

/** A wanted tag for SQL: the path of its key, and the JSON texts of its value: of a string, and of any other value. */
function toWanted([key, text]: readonly [string, string]): [string, string, string] {
  const ofString = JSON.stringify(text);
  return [toTagPath(key), ofString, text.startsWith('"') ? ofString : text];
}

/** Images without `published_at` come first. With milliseconds, so that texts of either precision compare as times. */
export const publishedAt = (column: SQLWrapper): SQL => sql`coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ${column}), '')`;

const isAfter = (marker: Placeholder): SQL => sql`(${publishedAt(images.published_at)}, ${images.uuid}) >
  (SELECT ${publishedAt(sql`m.published_at`)}, m.uuid FROM ${images} m WHERE m.uuid = ${marker})`;

export const isCandidate = (bind: Placeholders<ListValues>): SQL | undefined =>
  and(
    sql`${images}.rowid IN (${selectVisible(bind.account)})`,
    isInState(bind),
    filter(bind.name, sql`${images.name} = ${bind.name}`),
    filter(bind.namePart, sql`instr(${images.name}, ${bind.namePart}) > 0`),
    filter(bind.os, sql`${images.os} = ${bind.os}`),
    filter(bind.version, sql`${images.version} = ${bind.version}`),
    filter(bind.versionPart, sql`instr(${images.version}, ${bind.versionPart}) > 0`),
    filter(bind.notType, sql`${images.type} IS NOT ${bind.notType}`),
    filter(bind.type, sql`${images.type} = ${bind.type}`),
    filter(bind.isZvol, sql`(${images.type} NOT IN ('', 'null') AND (${images.type} = 'zvol') = ${bind.isZvol})`),
    filter(bind.public, sql`+${images.public} = ${bind.public}`),
    filter(bind.owner, sql`${images.owner} = ${bind.owner}`),
    filter(bind.marker, isAfter(bind.marker)),
  );

/** The most bytes of tags that one statement searches: it holds D1 for all accounts. */
export const maxSearchedBytes = 1_000_000;

/** Bytes of the tags of all images that match the other filters; asking for the length of a value does not read it. */
const tagsBytes = (bind: Placeholders<ListValues>): SQL =>
  sql`(SELECT total(octet_length(${images.tags})) FROM ${images} WHERE ${isCandidate(bind)})`;

/** The images that match. None where tags are wanted and too many bytes would be searched: `db/search-tags` searches those. */
export const isListed = (bind: Placeholders<ListValues>): SQL | undefined =>
  and(
    isCandidate(bind),
    filter(
      bind.tags,
      sql`CASE WHEN ${tagsBytes(bind)} <= ${sql.raw(String(maxSearchedBytes))} THEN ${hasTags(bind.tags)} ELSE 0 END`,
    ),
  );

/** A list that an account asks for: at most `limit` images. */
export type ListRequest = { caller: Caller; filters: ListFilters; limit: number };

const toInteger = (claim: boolean | null): number | null => (claim === null ? null : Number(claim));

export const toValues = ({ caller, filters, limit }: ListRequest): ListValues => ({
  ...filters,
  account: caller.account,
  limit,
  isZvol: toInteger(filters.isZvol),
  public: toInteger(filters.public),
  tags: filters.tags.length > 0 ? JSON.stringify(filters.tags.map(toWanted)) : null,
});
