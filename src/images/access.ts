import { invalidCredentials } from "../auth/refusal.ts";
import { type ImageHistory, maxPageBytes, type RevisionRow } from "../db/image-history.ts";
import type { ListedImages } from "../db/image-list.ts";
import type { RemovalOutcome } from "../db/image-removal.ts";
import { changeable, type ImageChange } from "../db/images.ts";
import type { ImageRow, Seen, SeenImage, WriteOutcome } from "../db/outcome.ts";
import { CloudApiError } from "../errors.ts";
import type { Release } from "../http/api-version.ts";
import { type ListFilters, listTooLong, unknownMarker } from "./filters.ts";
import { checkWritable } from "./preconditions.ts";

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

/**
 * The image, for one who may see it.
 *
 * @throws {CloudApiError} InvalidCredentials when key or account went away since they were read; ResourceNotFound when
 * the image is hidden or not there (ours: not told apart)
 */
export function visibleImage({ hasAuthority, image }: Seen, account: string): SeenImage {
  if (!hasAuthority) throw invalidCredentials();
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
  { hasAuthority, images, marker }: ListedImages,
  { account, filters, maxList }: { account: string; filters: ListFilters; maxList: number },
): ImageRow[] {
  if (!hasAuthority) throw invalidCredentials();
  if (filters.marker !== null && !(marker && isVisible(marker, account))) throw unknownMarker(filters.marker);
  if (images.length > maxList) throw listTooLong(maxList);
  return images;
}

/** The image as an accepted write left it. */
export type Written = {
  image: SeenImage;
  /** The fields that it changed, in the documentation's order; empty for one that changed nothing. */
  changedFields: readonly string[];
  /** It was made by an earlier request of the same Idempotency-Key. */
  isReplayed: boolean;
};

/**
 * The write as it was made, by whichever try; undefined when it was not.
 *
 * @throws {CloudApiError} InvalidCredentials when key or account went away since they were read; IdempotencyKeyReused
 */
function madeWrite({ hasAuthority, image, made, write }: WriteOutcome): Written | undefined {
  if (!hasAuthority) throw invalidCredentials();
  if (!made || !image) return undefined;
  if (made.requestHash !== write.requestHash) {
    throw new CloudApiError(
      "IdempotencyKeyReused",
      "this Idempotency-Key was sent before with another request on this image; use a new key for each new request",
    );
  }
  return { image, changedFields: made.changed?.split(", ") ?? [], isReplayed: !made.isOwn };
}

/** The image that a write was refused on, for its owner. */
function refusedOnOwn(outcome: WriteOutcome): SeenImage {
  const { account } = outcome.write.caller;
  const image = visibleImage(outcome, account);
  if (image.owner !== account) throw notOwner("only the owner of an image may change or delete it");
  return image;
}

const notOwner = (message: string): CloudApiError => new CloudApiError("NotImageOwner", message);

const unexplained = (image: SeenImage): Error =>
  new Error(`a write on ${image.uuid} was not made, and nothing says why`);

/**
 * The image after an accepted update.
 *
 * @throws {CloudApiError} InvalidCredentials when key or account went away since they were read; IdempotencyKeyReused;
 * ResourceNotFound when the image is hidden or not there; NotImageOwner when it is another's; PreconditionFailed,
 * PreconditionRequired
 */
export function updatedImage(
  outcome: WriteOutcome,
  { release, change }: { release: Release; change: ImageChange },
): Written {
  const written = madeWrite(outcome);
  if (written) return written;
  const image = refusedOnOwn(outcome);
  checkWritable(outcome.write.preconditions, { revision: image.revision, release });
  if (isChange(image, change)) throw unexplained(image);
  return { image, changedFields: [], isReplayed: false };
}

/** Whether the update changes the image, as the UPDATE itself compares them: by the stored text. */
const isChange = (image: ImageChange, change: ImageChange): boolean =>
  changeable.some((field) => change[field] !== undefined && change[field] !== image[field]);

/**
 * The image as an accepted removal left it.
 *
 * @throws {CloudApiError} as `updatedImage`; ImageHasDependentImages, which names only what the account can see
 */
export function removedImage(outcome: RemovalOutcome, release: Release): Written {
  const written = madeWrite(outcome);
  if (written) return written;
  const image = refusedOnOwn(outcome);
  if (outcome.hasDependents) {
    const named = outcome.visibleDependents.length > 0 ? `: ${outcome.visibleDependents.join(", ")}` : "";
    throw new CloudApiError("ImageHasDependentImages", `other images have this one as their origin${named}`);
  }
  checkWritable(outcome.write.preconditions, { revision: image.revision, release });
  throw unexplained(image);
}

/**
 * The clone, after it was made.
 *
 * @throws {CloudApiError} InvalidCredentials, IdempotencyKeyReused, ResourceNotFound, PreconditionFailed as
 * `updatedImage`; ImageNotShared when the image is not shared with the account by acl, or not activated; InvalidArgument
 * when it is a docker image
 */
export function clonedImage(outcome: WriteOutcome, release: Release): Written {
  const written = madeWrite(outcome);
  if (written) return written;
  const image = visibleImage(outcome, outcome.write.caller.account);
  if (image.shared !== 1 || !isActivated(image)) {
    throw new CloudApiError("ImageNotShared", "only an activated image that is shared with you by acl can be cloned");
  }
  if (image.type === "docker") throw new CloudApiError("InvalidArgument", "docker images cannot be cloned");
  checkWritable(outcome.write.preconditions, { revision: image.revision, release });
  throw unexplained(image);
}

/**
 * The revisions of a page of an image's history, for its owner and for operators; of a destroyed image too.
 *
 * @throws {CloudApiError} InvalidCredentials, ResourceNotFound as `visibleImage`; NotImageOwner; InvalidArgument when the
 * page is larger than an answer may be
 */
export function auditedRevisions(history: ImageHistory, account: string): RevisionRow[] {
  const { hasAuthority, isOperator, image, pageBytes, revisions } = history;
  const isOwner = image?.owner === account;
  if (!hasAuthority || !image || !(isOwner || isOperator)) {
    visibleImage(history, account);
    throw notOwner("only the owner of an image, and operators, may see its history");
  }
  if (pageBytes > maxPageBytes) {
    throw new CloudApiError(
      "InvalidArgument",
      `this page of the audit takes ${pageBytes} bytes, and the most is ${maxPageBytes}; ask for a smaller limit`,
    );
  }
  return revisions;
}
