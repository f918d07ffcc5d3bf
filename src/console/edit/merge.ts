import { editableFields, type Image, isJsonObject, type JsonObject, type Update } from "../api/image.ts";
import { isEqual } from "./equal.ts";

/** A field, or one tag as `tags.KEY`, that both sides changed, each to another value. Undefined is a tag that is gone. */
export type Conflict = { field: string; was: unknown; theirs: unknown; mine: unknown };

/** Who wins a conflict. */
export type Choices = Readonly<Record<string, "theirs" | "mine">>;

type Sides = { was: Image; theirs: Image; mine: Update };

/** What both sides changed. Tags are compared one by one: two people may each add one. */
export function findConflicts({ was, theirs, mine }: Sides): Conflict[] {
  return editableFields
    .filter((field) => field in mine)
    .flatMap((field) =>
      field === "tags" && isJsonObject(mine.tags)
        ? findTagConflicts({ was: was.tags ?? {}, theirs: theirs.tags ?? {}, mine: mine.tags })
        : findConflict(field, [was[field], theirs[field], mine[field]]),
    );
}

function findConflict(field: string, [was, theirs, mine]: readonly [unknown, unknown, unknown]): Conflict[] {
  const isMineAlone = isEqual(was, theirs) || isEqual(theirs, mine) || isEqual(was, mine);
  return isMineAlone ? [] : [{ field, was, theirs, mine }];
}

type TagSides = { was: JsonObject; theirs: JsonObject; mine: JsonObject };

const read = (tags: JsonObject, key: string): unknown => (Object.hasOwn(tags, key) ? tags[key] : undefined);

/** A tag that is gone is not one that is null. */
const isSameTag = (one: unknown, other: unknown): boolean =>
  (one === undefined) === (other === undefined) && isEqual(one, other);

function findTagConflicts({ was, theirs, mine }: TagSides): Conflict[] {
  return [...new Set([...Object.keys(mine), ...Object.keys(was)])].flatMap((key) => {
    const [old, other, own] = [read(was, key), read(theirs, key), read(mine, key)];
    const isMineAlone = isSameTag(old, other) || isSameTag(other, own) || isSameTag(old, own);
    return isMineAlone ? [] : [{ field: `tags.${key}`, was: old, theirs: other, mine: own }];
  });
}

/**
 * The update that makes `theirs` what was chosen: what only I changed, and the conflicts that I win. Fields that are so
 * already are left out.
 */
export function applyChoices({ was, theirs, mine }: Sides, choices: Choices): Update {
  const lost = (field: string) => choices[field] === "theirs";
  const update: Update = {};
  for (const field of editableFields) {
    if (!(field in mine) || lost(field) || isEqual(was[field], mine[field])) continue;
    const value =
      field === "tags" && isJsonObject(mine.tags)
        ? mergeTags({ was: was.tags ?? {}, theirs: theirs.tags ?? {}, mine: mine.tags }, lost)
        : mine[field];
    if (!isEqual(value, theirs[field])) update[field] = value;
  }
  return update;
}

/** Their tags in their places, with what I changed. @param lost whether theirs wins at `tags.KEY` */
export function mergeTags({ was, theirs, mine }: TagSides, lost = (_field: string): boolean => false): JsonObject {
  const merged = new Map(Object.entries(theirs));
  for (const key of new Set([...Object.keys(mine), ...Object.keys(was)])) {
    const [old, own] = [read(was, key), read(mine, key)];
    if (isSameTag(old, own) || lost(`tags.${key}`)) continue;
    if (own === undefined) merged.delete(key);
    else merged.set(key, own);
  }
  return Object.fromEntries(merged);
}
