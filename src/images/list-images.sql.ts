import { type Column, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authorityStatement } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import {
  type Expression,
  integer,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  statement,
} from "../db/statement.ts";
import { getImageStatement } from "./get-image.sql.ts";
import { type ImageRow, imageColumns, type SeenImage } from "./image-row.sql.ts";
import { isListed, type ListRequest, type ListValues, publishedAt, toValues } from "./list-conditions.sql.ts";
import { isVisible } from "./visibility.sql.ts";

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

export const listStatement = statement<ListValues>().reads(
  () => listedFields,
  (columns, bind) =>
    query
      .select(columns)
      .from(images)
      .where(isListed(bind))
      .orderBy(publishedAt(images.published_at), images.uuid)
      .limit(bind.limit),
);

export const idsStatement = statement<ListValues>().reads(
  () => ({ uuid: images.uuid }),
  (columns, bind) =>
    query
      .select(columns)
      .from(images)
      .where(isListed(bind))
      .orderBy(publishedAt(images.published_at), images.uuid)
      .limit(bind.limit),
);

/** Images that a list found. `ids` is a JSON array. */
type FoundValues = Caller & { ids: string };

/** What the caller can no longer see is left out. */
const isFound = (bind: Placeholders<FoundValues>): SQL =>
  sql`${images.uuid} IN (SELECT value FROM json_each(${bind.ids})) AND ${isVisible(images, bind.account)}`;

export const pageStatement = statement<FoundValues>().reads(
  () => listedFields,
  (columns, bind) =>
    query.select(columns).from(images).where(isFound(bind)).orderBy(publishedAt(images.published_at), images.uuid),
);

export const wholeStatement = statement<FoundValues>().reads(
  () => imageColumns,
  (columns, bind) => query.select(columns).from(images).where(isFound(bind)),
);

/** A listed image. `bytes` of its texts; they are missing where `isLarge`, and `readLargeImages` reads it whole. */
export type ListedImage = { image: ImageRow; bytes: number; isLarge: boolean };

/** A page of images; the caller's authority and the marker's image as they are now. */
export type ListedImages = {
  hasAuthority: boolean;
  images: ListedImage[];
  marker: SeenImage | null;
};

/**
 * Lists the images that the account can see and the filters match, by ascending `published_at`, ties by id: one page. One
 * round trip. None where tags are wanted, and more than a megabyte of them would be searched.
 */
export async function listImages(db: Database, request: ListRequest): Promise<ListedImages> {
  const limit = Math.min(request.limit, maxPageRows);
  const values = toValues({ ...request, limit });
  const [found, rows] = await db.batch([
    getImageStatement.with({ ...request.caller, image: request.filters.marker }),
    listStatement.with(values),
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
