import type { Context } from "hono";
import { asCaller } from "../caller/as-caller.ts";
import { answerNear, fromReader } from "../caller/near.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerPages, type Pages } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { noteIgnored, readQuery } from "../http/parameters.ts";
import type { Release } from "../releases.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { groupByBytes } from "../text.ts";
import type { ImageRow } from "./image-row.sql.ts";
import type { ListFilters, ListRequest } from "./list-conditions.sql.ts";
import { type ListedImage, maxPageRows, readIds, readLargeImages, readList, readPage } from "./list-images.sql.ts";
import { formatImage } from "./rules/image-json.ts";
import { assertMarker, listParameters, makeListTooLong, readListFilters } from "./rules/list-filters.ts";
import { groupCandidates, isLargeSearch, readCandidates, searchTags } from "./search-tags.sql.ts";

/** ListImages, and HeadImages. docs/contract.md#listimages */
export const listImages = handlersOf<"/:login/images">()(named("ListImages"), (c) => {
  const { maxList } = readConfiguration(c.env);
  const release = c.get("release");
  const query = readQuery(c);
  noteIgnored(c, query, listParameters);
  const filters = readListFilters(query, { release, maxList });
  return answerNear(c, () => answerPages(c, renderPages(c, filters)));
});

/**
 * Renders the list in pages of 500 KB of texts. The first read is by the filters. If more images match, their ids are
 * read once, and the other pages by id.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the caller cannot see
 * the marker's image, or the list is longer than one answer may be and no limit was sent
 */
async function* renderPages(c: Context<AppEnv>, filters: ListFilters): Pages {
  const { maxList } = readConfiguration(c.env);
  // One more than allowed: a longer list is refused below.
  const limit = filters.limit ?? maxList + 1;
  const listed = await asCaller(c, (db, caller) => readList(db, { caller, filters, limit }));
  assertAuthority(listed);
  assertMarker(filters, listed, requireSet(c, "caller").account);
  const first = listed.images.map(({ image }) => image.uuid);
  const ids = await findIds(c, { filters, limit, first });
  if (filters.limit === null && ids.length > maxList) throw makeListTooLong(maxList);
  let held = holdFirst(listed.images);
  const isHeld = new Set(held.images.map(({ image }) => image.uuid));
  let left = ids.filter((id) => !isHeld.has(id));
  let last = yield* renderGroups(c, filters, held.images);
  while (left.length > 0) {
    // An empty page would be the first of two: the answer would be streamed.
    if (held.images.length > 0) yield last;
    const page = left.slice(0, held.size);
    const later = await asCaller(c, (db, caller) => readPage(db, { caller, filters, ids: page }));
    assertAuthority(later);
    held = holdFirst(later.images);
    left = left.slice(held.next === null ? page.length : left.indexOf(held.next));
    last = yield* renderGroups(c, filters, held.images);
  }
  return last;
}

/** The most bytes of texts that an answer holds while its client does not read, and those of the large images of a group. */
const maxHeldBytes = 500_000;

type Held = {
  images: readonly ListedImage[];
  /** Id of the first image that is to be read again. Null if all are held. */
  next: string | null;
  /** How many images to read at once. */
  size: number;
};

/** Holds the first images of a read. The others are read again in their turn. */
function holdFirst(images: readonly ListedImage[]): Held {
  let held = 0;
  const end = images.findIndex(({ bytes, isLarge }) => {
    held += isLarge ? 0 : bytes;
    return held > maxHeldBytes;
  });
  if (end < 0) return { images, next: null, size: maxPageRows };
  return { images: images.slice(0, end), next: images[end]?.image.uuid ?? null, size: end };
}

type Wanted = { filters: ListFilters; limit: number; first: readonly string[] };

/** Finds the ids of all images that match, in the order of the list. @param first those of the first read */
async function findIds(c: Context<AppEnv>, { filters, limit, first }: Wanted): Promise<readonly string[]> {
  const request = { caller: requireSet(c, "caller"), filters, limit };
  if (filters.tags.length > 0 && first.length === 0) return await search(c, request);
  return first.length === maxPageRows && limit > maxPageRows
    ? await fromReader(c, (db) => readIds(db, request))
    : first;
}

/**
 * Searches by tags after the first read found no image: none has the tags, or there were too many bytes to search at once.
 * If there were, each round trip searches a megabyte, and lets other accounts' statements run in between.
 */
async function search(c: Context<AppEnv>, request: ListRequest): Promise<string[]> {
  const candidates = await fromReader(c, (db) => readCandidates(db, request));
  if (!isLargeSearch(candidates)) return [];
  const found: string[] = [];
  for (const group of groupCandidates(candidates)) {
    const searched = await asCaller(c, (db, caller) => searchTags(db, { ...request, caller }, group));
    assertAuthority(searched);
    found.push(...searched.ids);
    if (found.length >= request.limit) break;
  }
  return found.slice(0, request.limit);
}

/** Yields all groups but the last, which it returns. */
async function* renderGroups(c: Context<AppEnv>, filters: ListFilters, images: readonly ListedImage[]): Pages {
  const [first = [], ...others] = groupByBytes(images, { maxBytes: maxHeldBytes });
  let last = await renderGroup(c, filters, first);
  for (const group of others) {
    yield last;
    last = await renderGroup(c, filters, group);
  }
  return last;
}

type Group = readonly ListedImage[];

const renderGroup = async (c: Context<AppEnv>, filters: ListFilters, group: Group): Promise<Iterable<unknown>> =>
  renderEach(await withLargeImages(c, filters, group), c.get("release"));

/** Renders an image when it is taken. */
function* renderEach(images: readonly ImageRow[], release: Release): Generator<unknown> {
  for (const image of images) yield formatImage(image, release);
}

/** Returns the images of a group, without a large one that the caller can no longer see. */
async function withLargeImages(c: Context<AppEnv>, filters: ListFilters, group: Group): Promise<ImageRow[]> {
  const ids = group.filter(({ isLarge }) => isLarge).map(({ image }) => image.uuid);
  if (ids.length === 0) return group.map(({ image }) => image);
  const large = await asCaller(c, (db, caller) => readLargeImages(db, { caller, filters, ids }));
  assertAuthority(large);
  return group.flatMap(({ image, isLarge }) => (isLarge ? (large.images.get(image.uuid) ?? []) : image));
}
