import { type Image, toJsonObject, type Update } from "../api/image.ts";
import { type Difference, mergeTags } from "./merge.ts";

/**
 * The update that gives a field the value it had before a revision. Of tags, only those that the revision changed go
 * back; the others stay as they are now.
 */
export function takeBack({ field, before, after }: Difference, current: Image): Update {
  if (field !== "tags") return { [field]: before };
  return { tags: mergeTags({ was: toJsonObject(after), theirs: current.tags ?? {}, mine: toJsonObject(before) }) };
}
