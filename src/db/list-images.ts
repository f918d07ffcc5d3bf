import { and, type Placeholder, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { getImageStatement } from "./get-image.ts";
import { type ImageRow, imageColumns, type SeenImage } from "./image-row.ts";
import { images } from "./schema.ts";
import { integer, type Placeholders, query, statement } from "./statement.ts";
import { selectVisible } from "./visibility.ts";

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

const order = sql`${publishedAt(images.published_at)}, ${images.uuid}`;

/** Bytes of the texts that can be long; asking for the length of a value does not read it. */
const rowBytes = sql.join(
  [images.acl, images.tags, images.requirements, images.files, images.description].map(
    (column) => sql`coalesce(octet_length(${column}), 0)`,
  ),
  sql` + `,
);

/** The most bytes of texts that one page reads from D1, but for its last image. */
const maxPageBytes = 4_000_000;

/**
 * A page of the listed images: as many as fit, one at least. Only the ids are sorted and summed; the rest of a row is read
 * for the images of the page.
 */
const pageOf = (value: Placeholders<ListValues>): SQL => sql`(
  SELECT ${images}.rowid AS "id", count(*) OVER () AS "matching",
    sum(${rowBytes}) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - (${rowBytes}) AS "before"
  FROM ${images} WHERE ${isListed(value)} ORDER BY ${order} LIMIT ${value.limit}) AS "page"`;

const listStatement = statement<ListValues>().reads(
  () => ({ ...imageColumns, matching: integer(sql`"page"."matching"`) }),
  (columns, value) =>
    query
      .select(columns)
      .from(pageOf(value))
      .innerJoin(images, sql`${images}.rowid = "page"."id"`)
      .where(sql`"page"."before" < ${sql.raw(String(maxPageBytes))}`)
      .orderBy(publishedAt(images.published_at), images.uuid),
);

/**
 * A page of images, at most `limit`. `matching` is how many match in all, whatever the limit. The caller's authority and the
 * marker's image are as they are now.
 */
export type ListedImages = {
  hasAuthority: boolean;
  images: ImageRow[];
  matching: number;
  marker: SeenImage | null;
};

const toInteger = (claim: boolean | null): number | null => (claim === null ? null : Number(claim));

/**
 * Lists the images that the account can see and the filters match, by ascending `published_at`, ties by id: one page, of a
 * few megabytes at most. One round trip.
 *
 * @param limit the most rows to answer
 */
export async function listImages(
  db: Database,
  { caller, filters, limit }: { caller: Caller; filters: ListFilters; limit: number },
): Promise<ListedImages> {
  const { tags, isZvol, public: isPublic, marker } = filters;
  const values: ListValues = {
    ...filters,
    account: caller.account,
    limit,
    isZvol: toInteger(isZvol),
    public: toInteger(isPublic),
    tags: tags.length > 0 ? JSON.stringify(tags) : null,
  };
  const [found, rows] = await db.batch([
    getImageStatement.with({ ...caller, image: marker }),
    listStatement.with(values),
  ]);
  const { hasAuthority, image } = readOnlyRow(found);
  return { hasAuthority, images: rows, matching: rows[0]?.matching ?? 0, marker: image };
}
