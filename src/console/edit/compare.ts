import { type Image, isJsonObject } from "../api/image.ts";
import { isEqual } from "./equal.ts";

/** A field of two revisions; of tags each key, and of the acl each account, is one by itself. Undefined where it is absent. */
export type Compared = { field: string; part: string | null; before: unknown; after: unknown };

/** What people look for first. The others follow in the image's own order. */
const first = ["name", "version", "description", "homepage", "eula", "tags", "acl", "public", "state"];

/** Every field of two revisions: those that differ, and those that are the same. */
export function compareImages(before: Image, after: Image): { differing: Compared[]; same: Compared[] } {
  const fields = new Set([...first, ...Object.keys(before), ...Object.keys(after)]);
  const [olds, news]: Record<string, unknown>[] = [{ ...before }, { ...after }];
  const all = [...fields].flatMap((field) => compareField(field, olds?.[field], news?.[field]));
  return { differing: all.filter((each) => !isSame(each)), same: all.filter(isSame) };
}

/** A tag that is gone is not one that is null. */
const isSame = ({ part, before, after }: Compared): boolean =>
  isEqual(before, after) && (part === null || (before === undefined) === (after === undefined));

function compareField(field: string, before: unknown, after: unknown): Compared[] {
  const [olds, news] = [toParts(field, before), toParts(field, after)];
  if (olds && news) {
    return [...new Set([...olds.keys(), ...news.keys()])].map((part) => ({
      field,
      part,
      before: olds.get(part),
      after: news.get(part),
    }));
  }
  return before === undefined && after === undefined ? [] : [{ field, part: null, before, after }];
}

/** The parts that a field is compared by; undefined where it is compared as a whole. */
function toParts(field: string, value: unknown = undefined): Map<string, unknown> | undefined {
  if (field === "tags" && isJsonObject(value ?? {})) return new Map(Object.entries(value ?? {}));
  if (field === "acl" && Array.isArray(value ?? [])) {
    return new Map((Array.isArray(value) ? value : []).map((account) => [String(account), "shared"]));
  }
  return undefined;
}

/**
 * The two revisions to compare: those that were chosen; of one alone, that and the newest; of none, the newest and the
 * one before. Undefined where there are no two.
 *
 * @param revisions that there are, newest first
 */
export function choosePair(
  chosen: readonly number[],
  revisions: readonly number[],
): readonly [number, number] | undefined {
  const others = [revisions[0], revisions[1]].filter((each) => each !== undefined && !chosen.includes(each));
  const [one, other] = [...chosen, ...others];
  if (one === undefined || other === undefined) return undefined;
  return one < other ? [one, other] : [other, one];
}
