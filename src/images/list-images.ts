import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import type { ImageRow } from "../db/image-row.ts";
import { type ListedImages, type ListFilters, listImages as readImages } from "../db/list-images.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { renderImage } from "./image-json.ts";
import { makeListTooLong, makeUnknownMarker, readListFilters } from "./list-filters.ts";
import { isVisible } from "./visibility.ts";

/** ListImages, and HeadImages. docs/contract.md#listimages */
export const listImages = createFactory<AppEnv, "/:login/images">().createHandlers(named("ListImages"), async (c) => {
  const { maxList } = readConfiguration(c.env);
  const release = c.get("release");
  const filters = readListFilters(readQuery(c), { release, maxList });
  // One more than an answer may hold shows that a list is too long.
  const limit = filters.limit ?? maxList + 1;
  const listed = await asCaller(c, (db, caller) => readImages(db, { caller, filters, limit }));
  const images = judgeList(listed, { account: requireSet(c, "caller").account, filters, maxList });
  return answerJson(
    c,
    images.map((image) => renderImage(image, release)),
  );
});

/**
 * Judges what was listed. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the caller cannot see
 * the marker's image, or the list is longer than one answer may be and no limit was sent
 */
export function judgeList(
  listed: ListedImages,
  { account, filters, maxList }: { account: string; filters: ListFilters; maxList: number },
): ImageRow[] {
  assertAuthority(listed);
  const { images, marker } = listed;
  if (filters.marker !== null && !(marker && isVisible(marker, account))) throw makeUnknownMarker(filters.marker);
  if (images.length > maxList) throw makeListTooLong(maxList);
  return images;
}
