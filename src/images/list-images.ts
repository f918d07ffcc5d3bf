import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { connect } from "../db/client.ts";
import type { ImageRow } from "../db/image-row.ts";
import {
  countImages,
  type ListedImage,
  type ListedImages,
  type ListFilters,
  maxPageRows,
  listImages as readImages,
  readTexts,
} from "../db/list-images.ts";
import { answerPages } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { renderImage } from "./image-json.ts";
import { makeListTooLong, makeUnknownMarker, readListFilters } from "./list-filters.ts";
import { isVisible } from "./visibility.ts";

/** ListImages, and HeadImages. docs/contract.md#listimages */
export const listImages = createFactory<AppEnv, "/:login/images">().createHandlers(named("ListImages"), (c) => {
  const { maxList } = readConfiguration(c.env);
  const release = c.get("release");
  return answerPages(c, renderPages(c, readListFilters(readQuery(c), { release, maxList })));
});

/**
 * The list in pages of a few megabytes.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the caller cannot see
 * the marker's image, or the list is longer than one answer may be and no limit was sent
 */
async function* renderPages(c: Context<AppEnv>, filters: ListFilters): AsyncGenerator<readonly unknown[]> {
  const release = c.get("release");
  // One more than an answer may hold shows that a list is too long.
  let remaining = filters.limit ?? readConfiguration(c.env).maxList + 1;
  let { marker } = filters;
  for (let page = 0, isMore = true; isMore; page += 1) {
    const limit = Math.min(remaining, maxPageRows);
    const listed = await readPage(c, { ...filters, marker }, limit);
    isMore = listed.images.length === limit && remaining > limit;
    if (page === 0) await assertListable(c, filters, { listed, isMore });
    for (const group of groupByBytes(listed.images)) {
      yield (await withTexts(c, group)).map((image) => renderImage(image, release));
    }
    remaining -= limit;
    marker = listed.images.at(-1)?.image.uuid ?? marker;
  }
}

/** Checks the first page: the marker, and that the list is not too long. @throws {CloudApiError} InvalidArgument */
async function assertListable(
  c: Context<AppEnv>,
  filters: ListFilters,
  { listed, isMore }: { listed: ListedImages; isMore: boolean },
): Promise<void> {
  assertMarker(filters, listed, requireSet(c, "caller").account);
  if (filters.limit !== null) return;
  const { maxList } = readConfiguration(c.env);
  const count = isMore ? await countAll(c, filters) : listed.images.length;
  if (count > maxList) throw makeListTooLong(maxList);
}

async function readPage(c: Context<AppEnv>, filters: ListFilters, limit: number): Promise<ListedImages> {
  const listed = await asCaller(c, (db, caller) => readImages(db, { caller, filters, limit }));
  assertAuthority(listed);
  return listed;
}

/**
 * Checks that the account can see the marker's image. Pure.
 *
 * @throws {CloudApiError} InvalidArgument
 */
export function assertMarker(
  filters: Pick<ListFilters, "marker">,
  { marker }: Pick<ListedImages, "marker">,
  account: string,
): void {
  if (filters.marker !== null && !(marker && isVisible(marker, account))) throw makeUnknownMarker(filters.marker);
}

/** Counts the images of a list that is longer than a page, no further than one beyond what an answer may hold. */
function countAll(c: Context<AppEnv>, filters: ListFilters): Promise<number> {
  const limit = readConfiguration(c.env).maxList + 1;
  return countImages(connect(c.env.DB, c.get("meter")), { caller: requireSet(c, "caller"), filters, limit });
}

/** The most bytes of texts in memory at once, but for one image. */
const maxGroupBytes = 4_000_000;

/** Splits images into runs of a few megabytes, one image at least. */
export function groupByBytes(images: readonly ListedImage[]): ListedImage[][] {
  const groups: ListedImage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const image of images) {
    if (bytes + image.bytes > maxGroupBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(image);
    bytes += image.bytes;
  }
  return groups;
}

/** The images with the texts of the large ones. One that was deleted meanwhile stays as it was listed. */
async function withTexts(c: Context<AppEnv>, group: readonly ListedImage[]): Promise<ImageRow[]> {
  const ids = group.filter(({ isLarge }) => isLarge).map(({ image }) => image.uuid);
  if (ids.length === 0) return group.map(({ image }) => image);
  const texts = await readTexts(connect(c.env.DB, c.get("meter")), ids);
  return group.map(({ image }) => ({ ...image, ...texts.get(image.uuid) }));
}
