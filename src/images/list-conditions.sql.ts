import { and, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { imageRevisions, images } from "../db/schema.ts";
import type { Placeholder, Placeholders } from "../db/statement.ts";
import { unactivatedStates } from "../image-states.ts";
import { formatScopeImages, pickInScope } from "../scope.ts";
import { toTagPath } from "./tags.sql.ts";
import { isInScope, isVisible, listStates, selectVisible } from "./visibility.sql.ts";

/** The filters of a list, as SQL binds them. Null turns a filter off. docs/contract.md#listimages */
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
  /** JSON array of what `toWanted` returns. */
  tags: string | null;
  /** Id of the image that the page continues after. */
  marker: string | null;
  /** Time of publication that the page begins with, as `publishedAt` formats it. */
  since: string | null;
  limit: number;
  /** JSON array of the ids that the caller's scope is for. Null for all. */
  scopeImages: string | null;
};

/** The filters of a list as read from a request. Null turns a filter off. */
export type ListFilters = Omit<ListValues, "account" | "scopeImages" | "isZvol" | "public" | "tags" | "limit"> & {
  isZvol: boolean | null;
  public: boolean | null;
  /** Keys, and their values as text. All must match. */
  tags: readonly (readonly [string, string])[];
  limit: number | null;
};

/**
 * `active` shows everybody's active images; `all` shows the account's own images in every state, and others' active ones.
 * Every other state, `destroyed` too, shows the account's own images. `unactivated` is every image that was never activated.
 *
 * The `+`, here and below, keeps SQLite from matching a bound column with the WHERE of a partial index: see `isImageToWrite`.
 */
const isInState = ({ state, account }: Placeholders<ListValues>): SQL => sql`CASE ${state}
  WHEN 'active' THEN ${images.state} = 'active'
  WHEN 'all' THEN ${images.owner} = ${account} OR ${images.state} = 'active'
  WHEN 'unactivated' THEN ${images.owner} = ${account} AND ${images.state} IN (${listStates(unactivatedStates)})
  ELSE ${images.owner} = ${account} AND +${images.state} = ${state} END`;

const filter = (value: Placeholder, condition: SQL): SQL => sql`(${value} IS NULL OR ${condition})`;

/** True if the image has all tags. Looking a key up is ten times cheaper than json_each. */
export const hasTags = (tags: Placeholder): SQL => sql`NOT EXISTS (
  SELECT 1 FROM json_each(${tags}) AS wanted
  WHERE coalesce(${images.tags} -> (wanted.value ->> 0) NOT IN (wanted.value ->> 1, wanted.value ->> 2), 1))`;

/** A wanted tag for SQL: the path of its key, and the JSON texts that match: of a string, and of any other value. */
function toWanted([key, text]: readonly [string, string]): [string, string, string] {
  const ofString = JSON.stringify(text);
  return [toTagPath(key), ofString, text.startsWith('"') ? ofString : text];
}

/** Images without `published_at` come first. With milliseconds, so that texts of either precision compare as times. */
const publishedAt = (column: SQLWrapper): SQL => sql`coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ${column}), '')`;

const isAfter = (marker: Placeholder): SQL => sql`(${publishedAt(images.published_at)}, ${images.uuid}) >
  (SELECT ${publishedAt(sql`m.published_at`)}, m.uuid FROM ${images} m WHERE m.uuid = ${marker})`;

export const inListOrder = [publishedAt(images.published_at), images.uuid] as const;

/** Whether the image is a destroyed one of the account that still has an audit. */
const isOwnDestroyed = (account: Placeholder): SQL => sql`${images.owner} = ${account} AND ${images.state} = 'destroyed'
  AND EXISTS (SELECT 1 FROM ${imageRevisions} WHERE ${imageRevisions.image} = ${images.uuid})`;

/**
 * Selects the rowids of what a list is chosen from: all images that the account can see or, for the state `destroyed`, its
 * destroyed ones. SQLite tests the state first, and reads no index of the other half.
 */
const selectListable = ({ state, account }: Placeholders<ListValues>): SQL => sql`
  SELECT rowid FROM (${selectVisible(account)}) WHERE ${state} <> 'destroyed'
  UNION ALL SELECT rowid FROM ${images} WHERE ${state} = 'destroyed' AND ${isOwnDestroyed(account)}`;

/** Whether the image is listable to the caller, and all filters but the tags match. */
export const isCandidate = (bind: Placeholders<ListValues>): SQL | undefined =>
  and(
    sql`${images}.rowid IN (${selectListable(bind)})`,
    isInScope(images, bind.scopeImages),
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
    filter(bind.since, sql`${publishedAt(images.published_at)} >= ${bind.since}`),
  );

/** The most bytes of tags that one statement searches: D1 runs no other statement meanwhile. */
export const maxSearchedBytes = 1_000_000;

/** Bytes of the tags of all candidates. SQLite knows the length of a value without reading it. */
const tagsBytes = (bind: Placeholders<ListValues>): SQL =>
  sql`(SELECT total(octet_length(${images.tags})) FROM ${images} WHERE ${isCandidate(bind)})`;

/** Whether all filters match. False for all images if tags are wanted and too many bytes would be searched: see `search-tags`. */
export const isListed = (bind: Placeholders<ListValues>): SQL | undefined =>
  and(
    isCandidate(bind),
    filter(
      bind.tags,
      sql`CASE WHEN ${tagsBytes(bind)} <= ${sql.raw(String(maxSearchedBytes))} THEN ${hasTags(bind.tags)} ELSE 0 END`,
    ),
  );

/** A request for a list of at most `limit` images. */
export type ListRequest = { caller: Caller; filters: ListFilters; limit: number };

const toInteger = (claim: boolean | null): number | null => (claim === null ? null : Number(claim));

export const toValues = ({ caller, filters, limit }: ListRequest): ListValues => ({
  ...filters,
  account: caller.account,
  scopeImages: formatScopeImages(caller.scope),
  limit,
  isZvol: toInteger(filters.isZvol),
  public: toInteger(filters.public),
  tags: filters.tags.length > 0 ? JSON.stringify(filters.tags.map(toWanted)) : null,
});

/** `ids`: JSON array of ids that a list by this `state` found. */
export type IdsValues = Caller & { ids: string; state: string };

/** Whether a list found the image, and would still choose from it. */
export const isStillListable = (bind: Placeholders<IdsValues>): SQL =>
  sql`${images.uuid} IN (SELECT value FROM json_each(${bind.ids})) AND CASE ${bind.state}
    WHEN 'destroyed' THEN ${isOwnDestroyed(bind.account)} ELSE ${isVisible(images, bind.account)} END`;

/** Ids that a list found, its filters, and who asks for them. */
export type ListedIds = { caller: Caller; filters: Pick<ListFilters, "state">; ids: readonly string[] };

/** Without the ids that the scope of the caller leaves out: it may be another than that of the first page. */
export const toIdsValues = ({ caller, filters, ids }: ListedIds): IdsValues => ({
  ...caller,
  state: filters.state,
  ids: JSON.stringify(pickInScope(caller.scope, ids)),
});
