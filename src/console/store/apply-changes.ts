import type { Change, Image } from "../api/image.ts";

/** An image after a change of the feed. A value that is null is absent. */
export function applyChange(image: Image, { changes }: Change): Image {
  const after = Object.entries(changes).map(([field, { after: value }]) => [field, value]);
  const all = Object.entries({ ...image, ...Object.fromEntries(after) });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as Image; // as: the feed shows what an image shows
}

/** Whether an account's list still has the image after a change. Null where it must be asked for. */
export function staysInList({ action, changes }: Change, account: string): boolean | null {
  if (action === "delete" || changes["state"]?.after === "destroyed") return false;
  return changes["owner"] && changes["owner"].after !== account ? null : true;
}
