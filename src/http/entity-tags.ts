import { CloudApiError, shown } from "../errors.ts";

/** What If-Match or If-None-Match lists: the texts within the quotes, `W/` left out; or `*`. RFC 9110 §8.8.3, §13.1. */
export type EntityTags = "*" | readonly string[];

// An element may be empty (RFC 9110 §5.6.1.2). Sticky: each takes up where the last one ended.
const element = /[ \t]*(?:(?:W\/)?"([^"\u0000-\u0020\u007f]*)"[ \t]*)?(,|$)/y;

/**
 * Reads the header's value; null when it was not sent.
 *
 * @throws {CloudApiError} InvalidHeader when it is neither `*` nor a list of quoted tags
 */
export function entityTags(name: string, value: string | undefined): EntityTags | null {
  if (value === undefined) return null;
  if (value.trim() === "*") return "*";
  const tags: string[] = [];
  for (let at = 0, isMore = true; isMore; at = element.lastIndex) {
    element.lastIndex = at;
    const [, tag, separator] = element.exec(value) ?? [];
    if (separator === undefined) throw malformed(name, value);
    if (tag !== undefined) tags.push(tag);
    isMore = separator === ",";
  }
  if (tags.length === 0) throw malformed(name, value);
  return tags;
}

const malformed = (name: string, value: string): CloudApiError =>
  new CloudApiError(
    "InvalidHeader",
    `${name} is * or a list of entity tags in double quotes, as ETag had them; ${shown(value) || "an empty value"} was sent`,
  );
