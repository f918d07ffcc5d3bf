import { CloudApiError } from "../../errors.ts";
import type { SeenImage } from "../image-row.sql.ts";

/**
 * Who may see an image, in TypeScript. `db/visibility.ts` is the same rule in SQL, and a test compares the two for every
 * kind of image. docs/contract.md#visibility
 */

type VisibleFields = Pick<SeenImage, "owner" | "state" | "public" | "isShared">;

/** Whether the image is activated: only then can another account than the owner see it. */
export const isActivated = ({ state }: Pick<SeenImage, "state">): boolean => state === "active" || state === "disabled";

/** Whether the account can see the image: its own, or another's that is activated and public or shared. Nobody sees a destroyed one. */
export function isVisible(image: VisibleFields, account: string): boolean {
  if (image.owner === account) return image.state !== "destroyed";
  return isActivated(image) && (image.public || image.isShared);
}

/**
 * The image, for an account that can see it.
 *
 * @throws {CloudApiError} ResourceNotFound: the image is hidden or does not exist (ours: one answer for both)
 */
export function requireVisible(image: SeenImage | null, account: string): SeenImage {
  if (image && isVisible(image, account)) return image;
  throw new CloudApiError("ResourceNotFound", "image not found");
}
