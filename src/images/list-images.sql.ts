import { sql } from "drizzle-orm";
import { authorityStatement } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import {
  integer,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  type SelectedFieldsFlat,
  statement,
} from "../db/statement.ts";
import { pickInScope } from "../scope.ts";
import { longColumns } from "../tables.ts";
import { getImageStatement } from "./get-image.sql.ts";
import { countLongBytes, type FoundImage, type ImageRow, imageColumns } from "./image-row.sql.ts";
import {
  type IdsValues,
  inListOrder,
  isListed,
  isStillListable,
  type ListedIds,
  type ListRequest,
  type ListValues,
  toIdsValues,
  toValues,
} from "./list-conditions.sql.ts";

const rowBytes = countLongBytes(images);

/** Larger images are fetched separately, to keep pages small. */
const maxInlineBytes = 4096;

export const maxPageRows = 1000;

/** A text, or NULL if the image is large. */
const inlineText = (name: (typeof longColumns)[number]) =>
  nullableText(sql`CASE WHEN ${rowBytes} <= ${sql.raw(String(maxInlineBytes))} THEN ${images[name]} END`);

const inlineTexts = Object.fromEntries(longColumns.map((name) => [name, inlineText(name)]));

// The cast keeps the types of `imageColumns`: each text is read like its column.
const listedFields = { ...imageColumns, ...(inlineTexts as object), bytes: integer(rowBytes) };

const selectListed = (columns: SelectedFieldsFlat, bind: Placeholders<ListValues>) =>
  query
    .select(columns)
    .from(images)
    .where(isListed(bind))
    .orderBy(...inListOrder)
    .limit(bind.limit);

export const listStatement = statement<ListValues>().returnsRows(() => listedFields, selectListed);

export const idsStatement = statement<ListValues>().returnsRows(() => ({ uuid: images.uuid }), selectListed);

export const pageStatement = statement<IdsValues>().returnsRows(
  () => listedFields,
  (columns, bind) =>
    query
      .select(columns)
      .from(images)
      .where(isStillListable(bind))
      .orderBy(...inListOrder),
);

export const wholeStatement = statement<IdsValues>().returnsRows(
  () => imageColumns,
  (columns, bind) => query.select(columns).from(images).where(isStillListable(bind)),
);

/** A listed image, and the bytes of its long texts. `isLarge`: the texts are missing; `readLargeImages` reads them. */
export type ListedImage = { image: ImageRow; bytes: number; isLarge: boolean };

/** A page of images, the caller's authority and the marker's image, read together. */
export type ListedImages = { hasAuthority: boolean; images: ListedImage[]; marker: FoundImage | null };

/**
 * Lists the first page of the images that the account can see and the filters match, by ascending `published_at`, ties by
 * id. Lists none if tags are wanted and over a megabyte of them would be searched. One round trip.
 */
export async function readList(db: Database, request: ListRequest): Promise<ListedImages> {
  const limit = Math.min(request.limit, maxPageRows);
  const { caller, filters } = request;
  const [marker = null] = filters.marker === null ? [] : pickInScope(caller.scope, [filters.marker]);
  const [found, rows] = await db.batch([
    getImageStatement.with({ ...caller, imageId: marker }),
    listStatement.with(toValues({ ...request, limit })),
  ]);
  const { hasAuthority, image } = requireRow(found);
  return { hasAuthority, images: rows.map(toListed), marker: image };
}

const toListed = (row: RowOf<typeof listedFields>): ListedImage => ({
  image: row,
  bytes: row.bytes,
  isLarge: row.bytes > maxInlineBytes,
});

/** Reads the ids of all images that match, in the order of the list, up to the request's limit. One round trip. */
export const readIds = async (db: Database, request: ListRequest): Promise<string[]> =>
  (await db.all(idsStatement.with(toValues(request)))).map(({ uuid }) => uuid);

/** Reads a later page by id, without what the caller can no longer list. One round trip. */
export async function readPage(
  db: Database,
  listed: ListedIds,
): Promise<{ hasAuthority: boolean; images: ListedImage[] }> {
  const values = toIdsValues(listed);
  const [authority, rows] = await db.batch([authorityStatement.with(values), pageStatement.with(values)]);
  return { ...requireRow(authority), images: rows.map(toListed) };
}

/** Reads large images whole, by id, without what the caller can no longer list. One round trip. */
export async function readLargeImages(
  db: Database,
  listed: ListedIds,
): Promise<{ hasAuthority: boolean; images: Map<string, ImageRow> }> {
  const values = toIdsValues(listed);
  const [authority, rows] = await db.batch([authorityStatement.with(values), wholeStatement.with(values)]);
  return { ...requireRow(authority), images: new Map(rows.map((row) => [row.uuid, row])) };
}
