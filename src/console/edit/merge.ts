import type { JsonObject } from "../api/image.ts";
import { isEqual } from "./equal.ts";

/** Tags as they were, as someone else left them, and as they are meant here. */
export type TagSides = { was: JsonObject; theirs: JsonObject; mine: JsonObject };

/** The value of a tag; undefined where it is not there. */
export const readTag = (tags: JsonObject, key: string): unknown => (Object.hasOwn(tags, key) ? tags[key] : undefined);

/** A tag that is gone is not one that is null. */
export const isSameTag = (one: unknown, other: unknown): boolean =>
  (one === undefined) === (other === undefined) && isEqual(one, other);

/** The keys of all of these, each once. */
export const listKeys = (...all: readonly JsonObject[]): string[] => [...new Set(all.flatMap(Object.keys))];

/** Their tags in their places, with what I changed. @param lost whether theirs wins at a key */
export function mergeTags({ was, theirs, mine }: TagSides, lost = (_key: string): boolean => false): JsonObject {
  const merged = new Map(Object.entries(theirs));
  for (const key of listKeys(mine, was)) {
    const own = readTag(mine, key);
    if (isSameTag(readTag(was, key), own) || lost(key)) continue;
    if (own === undefined) merged.delete(key);
    else merged.set(key, own);
  }
  return Object.fromEntries(merged);
}

/** A field that differs; null where it is absent. A tag that differs; undefined where it is absent, as null is a value. */
export type Difference = { field: string; before: unknown; after: unknown };

/** The tags that differ, in the order of the second. */
export const listTagDifferences = (before: JsonObject, after: JsonObject): Difference[] =>
  listKeys(after, before)
    .map((field) => ({ field, before: readTag(before, field), after: readTag(after, field) }))
    .filter((change) => !isSameTag(change.before, change.after));
