import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { type ListedImages, type ListFilters, listImages as readImages } from "../db/list-images.ts";
import { answerPages, type Page } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { renderImage } from "./image-json.ts";
import { makeListTooLong, makeUnknownMarker, readListFilters } from "./list-filters.ts";
import { isVisible } from "./visibility.ts";

/** ListImages, and HeadImages. docs/contract.md#listimages */
export const listImages = createFactory<AppEnv, "/:login/images">().createHandlers(named("ListImages"), async (c) => {
  const { maxList } = readConfiguration(c.env);
  const filters = readListFilters(readQuery(c), { release: c.get("release"), maxList });
  return answerPages(c, await readPage(c, filters, { isFirst: true, limit: filters.limit ?? maxList }));
});

/** Reads a page of the list, of at most `limit` images, and the way to the next. */
async function readPage(
  c: Context<AppEnv>,
  filters: ListFilters,
  { isFirst, limit }: { isFirst: boolean; limit: number },
): Promise<Page> {
  const { maxList } = readConfiguration(c.env);
  const release = c.get("release");
  const listed = await asCaller(c, (db, caller) => readImages(db, { caller, filters, limit }));
  assertAuthority(listed);
  // The image that a later page begins after may have been hidden meanwhile.
  if (isFirst) assertListable(listed, { account: requireSet(c, "caller").account, filters, maxList });
  const { images, matching } = listed;
  const values = images.map((image) => renderImage(image, release));
  const last = images.at(-1);
  const remaining = Math.min(limit, matching) - images.length;
  if (!last || remaining <= 0) return { values };
  const rest = { ...filters, marker: last.uuid };
  return { values, next: () => readPage(c, rest, { isFirst: false, limit: remaining }) };
}

/**
 * Checks that the list can be answered. Pure.
 *
 * @throws {CloudApiError} InvalidArgument when the caller cannot see the marker's image, or the list is longer than one
 * answer may be and no limit was sent
 */
export function assertListable(
  { marker, matching }: Pick<ListedImages, "marker" | "matching">,
  { account, filters, maxList }: { account: string; filters: ListFilters; maxList: number },
): void {
  if (filters.marker !== null && !(marker && isVisible(marker, account))) throw makeUnknownMarker(filters.marker);
  if (filters.limit === null && matching > maxList) throw makeListTooLong(maxList);
}
