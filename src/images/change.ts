import type { ImageChange } from "../db/images.ts";
import type { ImageUpdate } from "./schemas.ts";

/** An update as columns: structured fields as compact JSON text; empty text and an empty acl clear. CONTRACT §6. */
export function imageChange({ name, version, description, homepage, eula, acl, tags }: ImageUpdate): ImageChange {
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description: description || null }),
    ...(homepage !== undefined && { homepage }),
    ...(eula !== undefined && { eula }),
    ...(acl !== undefined && { acl: acl?.length ? JSON.stringify(acl) : null }),
    ...(tags !== undefined && { tags: tags && JSON.stringify(tags) }),
  };
}
