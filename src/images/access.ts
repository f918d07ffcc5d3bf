import { invalidCredentials } from "../auth/refusal.ts";
import type { ListedImages } from "../db/image-list.ts";
import type { ImageRow, SeenImage, WriteOutcome } from "../db/images.ts";
import { CloudApiError } from "../errors.ts";
import { type ListFilters, listTooLong, unknownMarker } from "./filters.ts";

/**
 * Whether the account may see the image: its own, or another's that is activated and public or shared with it by acl.
 * CONTRACT §6. Destroyed images are there for nobody.
 */
export function isVisible(image: SeenImage, account: string): boolean {
  if (image.state === "destroyed") return false;
  if (image.owner === account) return true;
  const isActivated = image.state === "active" || image.state === "disabled";
  return isActivated && (image.public || image.shared === 1);
}

const notFound = (): CloudApiError => new CloudApiError("ResourceNotFound", "image not found");

/** The image, for one who may see it. @throws {CloudApiError} ResourceNotFound when it is hidden or not there (ours: not told apart) */
export function visibleImage(image: SeenImage | undefined, account: string): SeenImage {
  if (!image || !isVisible(image, account)) throw notFound();
  return image;
}

/**
 * The images of a list.
 *
 * @throws {CloudApiError} InvalidArgument when the marker's image cannot be seen, or the list is longer than one answer
 * may be and no limit was given
 */
export function listedImages(
  { images, marker }: ListedImages,
  { account, filters, maxList }: { account: string; filters: ListFilters; maxList: number },
): ImageRow[] {
  if (filters.marker !== null && !(marker && isVisible(marker, account))) throw unknownMarker(filters.marker);
  if (images.length > maxList) throw listTooLong(maxList);
  return images;
}

/**
 * The image after an accepted write.
 *
 * @throws {CloudApiError} InvalidCredentials when key or account went away since they were read; ResourceNotFound when
 * the image is hidden or not there; NotImageOwner when it is another's
 */
export function writtenImage({ hasAuthority, image, isWritten }: WriteOutcome, account: string): SeenImage {
  if (isWritten && image) return image;
  if (!hasAuthority) throw invalidCredentials();
  const seen = visibleImage(image, account);
  if (seen.owner !== account) throw new CloudApiError("NotImageOwner", "only the owner of an image may change it");
  throw new Error(`the write on ${seen.uuid} was not made, and nothing says why`);
}
