import type { Image, JsonObject, Update } from "../api/image.ts";
import type { Difference } from "./difference.ts";
import { isEqual } from "./equal.ts";

/**
 * The update that gives a field the value it had before a revision. Of tags, only those that the revision changed go
 * back; the others stay as they are now.
 */
export function takeBack({ field, before, after }: Difference, current: Image): Update {
  if (field !== "tags") return { [field]: before };
  const [old, changed] = [toObject(before), toObject(after)];
  const tags = new Map(Object.entries(current.tags ?? {}));
  for (const key of new Set([...Object.keys(old), ...Object.keys(changed)])) {
    const isChanged = Object.hasOwn(old, key) !== Object.hasOwn(changed, key) || !isEqual(old[key], changed[key]);
    if (!isChanged) continue;
    if (Object.hasOwn(old, key)) tags.set(key, old[key]);
    else tags.delete(key);
  }
  return { tags: Object.fromEntries(tags) };
}

const toObject = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
