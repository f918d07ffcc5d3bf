import { CloudApiError } from "../../errors.ts";
import { activatedStates } from "../../image-states.ts";
import type { FoundImage } from "../image-row.sql.ts";

/**
 * Who may see an image, in TypeScript. `visibility.sql` is the same rule in SQL; a test compares the two for every kind of
 * image. docs/contract.md#visibility
 */

type VisibleFields = Pick<FoundImage, "owner" | "state" | "public" | "isShared">;

/** Whether the image is activated. Accounts other than the owner see only activated images. */
export const isActivated = ({ state }: Pick<FoundImage, "state">): boolean => activatedStates.includes(state);

/** Whether the account can see the image: its own, or an activated one that is public or shared. Nobody sees a destroyed one. */
export function isVisible(image: VisibleFields, account: string): boolean {
  if (image.owner === account) return image.state !== "destroyed";
  return isActivated(image) && (image.public || image.isShared);
}

/**
 * Returns the image to an account that can see it.
 *
 * @throws {CloudApiError} ResourceNotFound: the image is hidden or does not exist (ours: one answer for both)
 */
export function requireVisible(image: FoundImage | null, account: string): FoundImage {
  if (image && isVisible(image, account)) return image;
  throw new CloudApiError("ResourceNotFound", "image not found");
}

/** Returns the image to its owner. @throws {CloudApiError} ResourceNotFound, NotImageOwner */
export function requireOwn(image: FoundImage | null, account: string): FoundImage {
  const visible = requireVisible(image, account);
  if (visible.owner === account) return visible;
  throw makeNotOwner("only the owner of an image may change or delete it");
}

export const makeNotOwner = (message: string): CloudApiError => new CloudApiError("NotImageOwner", message);
