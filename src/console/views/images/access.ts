import type { Image } from "../../api/image.ts";

/** Who may use an image, in a word or two. A grantee sees the acl too. */
export function describeAccess({ public: isPublic, acl = [] }: Image): string {
  if (isPublic) return "public";
  return acl.length === 0 ? "private" : `shared with ${acl.length}`;
}

/** The lists of the console: one's own images, those of others by how they are seen, and one's own that were deleted. */
export const scopes = { mine: "Mine", shared: "Shared with me", public: "Public", deleted: "Deleted" } as const;

export type Scope = keyof typeof scopes;

/** The list that an image stands in while it is not deleted. @param account the UUID of the one who looks */
export function findScope({ owner, public: isPublic }: Image, account: string): Exclude<Scope, "deleted"> {
  if (owner === account) return "mine";
  return isPublic ? "public" : "shared";
}
