import { invalidCredentials } from "../auth/refusal.ts";
import type { ListedImages } from "../db/image-list.ts";
import type { RemovalOutcome } from "../db/image-removal.ts";
import type { ImageRow, SeenImage, WriteOutcome } from "../db/outcome.ts";
import { CloudApiError } from "../errors.ts";
import { type ListFilters, listTooLong, unknownMarker } from "./filters.ts";

/**
 * Whether the account may see the image: its own, or another's that is activated and public or shared with it by acl.
 * CONTRACT §6. Destroyed images are there for nobody.
 */
export function isVisible(image: SeenImage, account: string): boolean {
  if (image.state === "destroyed") return false;
  if (image.owner === account) return true;
  return isActivated(image) && (image.public || image.shared === 1);
}

const isActivated = ({ state }: ImageRow): boolean => state === "active" || state === "disabled";

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

/** Refuses for what every write may be refused for. Answers the image, which the account may see. */
function refusedOrSeen({ hasAuthority, image }: WriteOutcome, account: string): SeenImage {
  if (!hasAuthority) throw invalidCredentials();
  return visibleImage(image, account);
}

const notOwner = (): CloudApiError =>
  new CloudApiError("NotImageOwner", "only the owner of an image may change or delete it");

const unexplained = (image: SeenImage): Error =>
  new Error(`a write on ${image.uuid} was not made, and nothing says why`);

/**
 * The image after an accepted update.
 *
 * @throws {CloudApiError} InvalidCredentials when key or account went away since they were read; ResourceNotFound when
 * the image is hidden or not there; NotImageOwner when it is another's
 */
export function updatedImage(outcome: WriteOutcome, account: string): SeenImage {
  if (outcome.isWritten && outcome.image) return outcome.image;
  const image = refusedOrSeen(outcome, account);
  throw image.owner === account ? unexplained(image) : notOwner();
}

/**
 * Passes after an accepted removal.
 *
 * @throws {CloudApiError} as `updatedImage`; ImageHasDependentImages, which names only what the account can see
 */
export function checkRemoved(outcome: RemovalOutcome, account: string): void {
  if (outcome.isWritten) return;
  const image = refusedOrSeen(outcome, account);
  if (image.owner !== account) throw notOwner();
  if (!outcome.hasDependents) throw unexplained(image);
  const named = outcome.visibleDependents.length > 0 ? `: ${outcome.visibleDependents.join(", ")}` : "";
  throw new CloudApiError("ImageHasDependentImages", `other images have this one as their origin${named}`);
}

/**
 * The clone, after it was made.
 *
 * @throws {CloudApiError} InvalidCredentials, ResourceNotFound as `updatedImage`; ImageNotShared when the image is not
 * shared with the account by acl, or not activated; InvalidArgument when it is a docker image
 */
export function clonedImage(outcome: WriteOutcome, account: string): SeenImage {
  if (outcome.isWritten && outcome.image) return outcome.image;
  const image = refusedOrSeen(outcome, account);
  if (image.shared !== 1 || !isActivated(image)) {
    throw new CloudApiError("ImageNotShared", "only an activated image that is shared with you by acl can be cloned");
  }
  throw image.type === "docker"
    ? new CloudApiError("InvalidArgument", "docker images cannot be cloned")
    : unexplained(image);
}
