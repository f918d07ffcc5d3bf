import { type Image, isJsonObject, type Update } from "../api/image.ts";
import type { Difference } from "./difference.ts";
import { mergeTags } from "./merge.ts";

/**
 * The update that gives a field the value it had before a revision. Of tags, only those that the revision changed go
 * back; the others stay as they are now.
 */
export function takeBack({ field, before, after }: Difference, current: Image): Update {
  if (field !== "tags") return { [field]: before };
  const [mine, was] = [before, after].map((tags) => (isJsonObject(tags) ? tags : {}));
  return { tags: mergeTags({ was: was ?? {}, theirs: current.tags ?? {}, mine: mine ?? {} }) };
}
