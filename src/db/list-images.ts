import { and, type Column, type Placeholder, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { authorityStatement } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { getImageStatement } from "./get-image.ts";
import { type ImageRow, imageColumns, type SeenImage } from "./image-row.ts";
import { images } from "./schema.ts";
import {
  type Expression,
  integer,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  statement,
} from "./statement.ts";
import { isVisible, selectVisible } from "./visibility.ts";

/** The filters of a list, as SQL takes them; null where a filter is off. docs/contract.md#listimages */
type ListValues = {
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
  /** JSON array of `[key, text]`. */
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
 */
const isInState = ({ state, account }: Placeholders<ListValues>): SQL => sql`CASE ${state}
  WHEN 'active' THEN ${images.state} = 'active'
  WHEN 'all' THEN ${images.owner} = ${account} OR ${images.state} = 'active'
  WHEN 'unactivated' THEN ${images.owner} = ${account} AND ${images.state} IN ('unactivated', 'creating', 'failed')
  ELSE ${images.owner} = ${account} AND ${images.state} = ${state} END`;

/** A filter is off when its value is NULL. */
const filter = (value: Placeholder, condition: SQL): SQL => sql`(${value} IS NULL OR ${condition})`;

/** The text of a tag: a string as itself, any other value as its JSON. */
const tagText = sql`CASE tag.type WHEN 'text' THEN tag.value ELSE ${images.tags} -> tag.fullkey END`;

/**
 * Every wanted `[key, text]` is a tag, each key wanted once. One pass over the tags: the wanted ones are read into an index
 * once, and only a tag whose key is wanted is compared.
 */
const hasTags = (tags: Placeholder): SQL => sql`json_array_length(${tags}) = (
  SELECT count(*) FROM json_each(${images.tags}) AS tag
  WHERE CASE WHEN tag.key IN (SELECT value ->> 0 FROM json_each(${tags}))
    THEN (tag.key, ${tagText}) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${tags})) ELSE 0 END)`;

/** Images without `published_at` come first. With milliseconds, so that texts of either precision compare as times. */
const publishedAt = (column: SQLWrapper): SQL => sql`coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ${column}), '')`;

const isAfter = (marker: Placeholder): SQL => sql`(${publishedAt(images.published_at)}, ${images.uuid}) >
  (SELECT ${publishedAt(sql`m.published_at`)}, m.uuid FROM ${images} m WHERE m.uuid = ${marker})`;

const isListed = (value: Placeholders<ListValues>): SQL | undefined =>
  and(
    sql`${images}.rowid IN (${selectVisible(value.account)})`,
    isInState(value),
    filter(value.name, sql`${images.name} = ${value.name}`),
    filter(value.namePart, sql`instr(${images.name}, ${value.namePart}) > 0`),
    filter(value.os, sql`${images.os} = ${value.os}`),
    filter(value.version, sql`${images.version} = ${value.version}`),
    filter(value.versionPart, sql`instr(${images.version}, ${value.versionPart}) > 0`),
    filter(value.notType, sql`${images.type} IS NOT ${value.notType}`),
    filter(value.type, sql`${images.type} = ${value.type}`),
    filter(value.isZvol, sql`(${images.type} NOT IN ('', 'null') AND (${images.type} = 'zvol') = ${value.isZvol})`),
    filter(value.public, sql`${images.public} = ${value.public}`),
    filter(value.owner, sql`${images.owner} = ${value.owner}`),
    filter(value.tags, hasTags(value.tags)),
    filter(value.marker, isAfter(value.marker)),
  );

const textColumns = {
  acl: images.acl,
  tags: images.tags,
  requirements: images.requirements,
  files: images.files,
  description: images.description,
};

/** Bytes of the texts that can be long; asking for the length of a value does not read it. */
const rowBytes = sql.join(
  Object.values(textColumns).map((column) => sql`coalesce(octet_length(${column}), 0)`),
  sql` + `,
);

/** The texts of a larger image are read by themselves, so that a page of images stays small. */
const maxInlineBytes = 4096;

/** The most images of one page. */
export const maxPageRows = 1000;

/** A text, or NULL where the image is large. */
const inlineText = (column: Column): Expression<string | null> =>
  nullableText(sql`CASE WHEN ${rowBytes} <= ${sql.raw(String(maxInlineBytes))} THEN ${column} END`);

const listedFields = {
  ...imageColumns,
  ...{
    acl: inlineText(images.acl),
    tags: inlineText(images.tags),
    requirements: inlineText(images.requirements),
    files: inlineText(images.files),
    description: inlineText(images.description),
  },
  bytes: integer(rowBytes),
};

const listStatement = statement<ListValues>().reads(
  () => listedFields,
  (columns, value) =>
    query
      .select(columns)
      .from(images)
      .where(isListed(value))
      .orderBy(publishedAt(images.published_at), images.uuid)
      .limit(value.limit),
);

const idsStatement = statement<ListValues>().reads(
  () => ({ uuid: images.uuid }),
  (columns, value) =>
    query
      .select(columns)
      .from(images)
      .where(isListed(value))
      .orderBy(publishedAt(images.published_at), images.uuid)
      .limit(value.limit),
);

/** Images that a list found. `ids` is a JSON array. */
type FoundValues = Caller & { ids: string };

/** What the caller can no longer see is left out. */
const isFound = (value: Placeholders<FoundValues>): SQL =>
  sql`${images.uuid} IN (SELECT value FROM json_each(${value.ids})) AND ${isVisible(images, value.account)}`;

const pageStatement = statement<FoundValues>().reads(
  () => listedFields,
  (columns, value) =>
    query.select(columns).from(images).where(isFound(value)).orderBy(publishedAt(images.published_at), images.uuid),
);

const wholeStatement = statement<FoundValues>().reads(
  () => imageColumns,
  (columns, value) => query.select(columns).from(images).where(isFound(value)),
);

/** A listed image. `bytes` of its texts; they are missing where `isLarge`, and `readLargeImages` reads it whole. */
export type ListedImage = { image: ImageRow; bytes: number; isLarge: boolean };

/** A page of images; the caller's authority and the marker's image as they are now. */
export type ListedImages = { hasAuthority: boolean; images: ListedImage[]; marker: SeenImage | null };

/** A list that an account asks for: at most `limit` images. */
export type ListRequest = { caller: Caller; filters: ListFilters; limit: number };

const toInteger = (claim: boolean | null): number | null => (claim === null ? null : Number(claim));

const toValues = ({ caller, filters, limit }: ListRequest): ListValues => ({
  ...filters,
  account: caller.account,
  limit,
  isZvol: toInteger(filters.isZvol),
  public: toInteger(filters.public),
  tags: filters.tags.length > 0 ? JSON.stringify(filters.tags) : null,
});

/**
 * Lists the images that the account can see and the filters match, by ascending `published_at`, ties by id: one page. One
 * round trip.
 */
export async function listImages(db: Database, request: ListRequest): Promise<ListedImages> {
  const limit = Math.min(request.limit, maxPageRows);
  const [found, rows] = await db.batch([
    getImageStatement.with({ ...request.caller, image: request.filters.marker }),
    listStatement.with(toValues({ ...request, limit })),
  ]);
  const { hasAuthority, image: marker } = readOnlyRow(found);
  return { hasAuthority, images: rows.map(toListed), marker };
}

const toListed = ({ bytes, ...image }: RowOf<typeof listedFields>): ListedImage => ({
  image,
  bytes,
  isLarge: bytes > maxInlineBytes,
});

/** The ids of all images that match, in the order of the list, up to the request's limit. One round trip. */
export const listIds = async (db: Database, request: ListRequest): Promise<string[]> =>
  (await db.all(idsStatement.with(toValues(request)))).map(({ uuid }) => uuid);

/** Reads a later page, by the ids that the list found: those that the caller can still see. One round trip. */
export async function readListedImages(
  db: Database,
  { caller, ids }: { caller: Caller; ids: readonly string[] },
): Promise<{ hasAuthority: boolean; images: ListedImage[] }> {
  const values = { ...caller, ids: JSON.stringify(ids) };
  const [authority, rows] = await db.batch([authorityStatement.with(values), pageStatement.with(values)]);
  return { ...readOnlyRow(authority), images: rows.map(toListed) };
}

/** Reads large images whole, by id: those that the caller can still see. One round trip. */
export async function readLargeImages(
  db: Database,
  { caller, ids }: { caller: Caller; ids: readonly string[] },
): Promise<{ hasAuthority: boolean; images: Map<string, ImageRow> }> {
  const values = { ...caller, ids: JSON.stringify(ids) };
  const [authority, rows] = await db.batch([authorityStatement.with(values), wholeStatement.with(values)]);
  return { ...readOnlyRow(authority), images: new Map(rows.map((row) => [row.uuid, row])) };
}
