import { CloudApiError, show } from "../errors.ts";

/** What If-Match or If-None-Match lists: the texts within the quotes, `W/` left out; or `*`. RFC 9110 §8.8.3, §13.1 */
export type EntityTags = "*" | readonly string[];

// An element may be empty (RFC 9110 §5.6.1.2). Sticky: each match starts where the last one ended.
const element = /[ \t]*(?:(?:W\/)?"([^"\u0000-\u0020\u007f]*)"[ \t]*)?(,|$)/y;

/**
 * Parses the header's value; null when it was not sent.
 *
 * @throws {CloudApiError} InvalidHeader when it is neither `*` nor a list of quoted tags
 */
export function parseEntityTags(name: string, value: string | undefined): EntityTags | null {
  if (value === undefined) return null;
  if (value.trim() === "*") return "*";
  const tags: string[] = [];
  for (let at = 0, isMore = true; isMore; at = element.lastIndex) {
    element.lastIndex = at;
    const [, tag, separator] = element.exec(value) ?? [];
    if (separator === undefined) throw makeMalformed(name, value);
    if (tag !== undefined) tags.push(tag);
    isMore = separator === ",";
  }
  if (tags.length === 0) throw makeMalformed(name, value);
  return tags;
}

const makeMalformed = (name: string, value: string): CloudApiError =>
  new CloudApiError(
    "InvalidHeader",
    `${name} is * or a list of entity tags in double quotes, as ETag had them; ${show(value) || "an empty value"} was sent`,
  );
