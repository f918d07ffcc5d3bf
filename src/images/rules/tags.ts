import { CloudApiError, show } from "../../errors.ts";
import { isStorable } from "../../text.ts";

/** Of nested arrays and objects, the tags object itself being the first (ours: D1 reads no more than 1000). */
const maxTagLevels = 100;

/**
 * Finds why a value cannot be stored as tags, as the end of a sentence; undefined when it can be.
 * Any keys and JSON values. Walks with a stack of its own: a body may nest as deep as it is long.
 */
export function findTagsMistake(value: unknown): string | undefined {
  const pending: { value: unknown; level: number }[] = [{ value, level: 1 }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const mistake = findScalarMistake(at.value);
    if (mistake) return mistake;
    if (typeof at.value !== "object" || at.value === null) continue;
    if (at.level > maxTagLevels) return `more than ${maxTagLevels} levels were sent`;
    for (const [key, inner] of Object.entries(at.value)) {
      if (!isStorable(key)) return "a key with U+0000 or a lone surrogate was sent";
      pending.push({ value: inner, level: at.level + 1 });
    }
  }
  return undefined;
}

function findScalarMistake(value: unknown): string | undefined {
  if (typeof value === "string" && !isStorable(value)) return "a string with U+0000 or a lone surrogate was sent";
  if (typeof value === "number" && !Number.isFinite(value)) return "a number that is not finite was sent";
  return undefined;
}

/** The tags of a stored image; none where they were never set. */
export const parseTags = (tags: string | null): Readonly<Record<string, unknown>> =>
  tags === null ? {} : JSON.parse(tags);

/** The value of a tag. @throws {CloudApiError} ResourceNotFound when there is none */
export function requireTag(tags: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Object.hasOwn(tags, key)) return tags[key];
  throw new CloudApiError("ResourceNotFound", `tag ${show(key)} not found`);
}
