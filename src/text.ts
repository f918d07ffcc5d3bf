import { CloudApiError, show } from "./errors.ts";

/** A UUID in lower case, as CloudAPI writes them. */
export const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether SQLite stores the whole text: no U+0000, no lone surrogate. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && text.isWellFormed();

/** A value as a message shows it: strings in quotes. */
export const showValue = (sent: unknown): string =>
  typeof sent === "string" ? JSON.stringify(show(sent)) : show(sent);

/** A refusal of a parameter. @param rule what it may be */
export const makeNotAllowed = (rule: string, sent: unknown): CloudApiError =>
  new CloudApiError("InvalidArgument", `${rule}; ${showValue(sent)} was sent`);

/** Whether the value is an object of JSON. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a boolean, as JSON or as text. Undefined for anything else. */
export const parseBoolean = (sent: unknown): boolean | undefined =>
  sent === true || sent === "true" ? true : sent === false || sent === "false" ? false : undefined;

const beyondAscii = /[\u007f-\uffff]/g;

/** JSON text to answer with as it is. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const toJson = (value: unknown): string => (value instanceof JsonText ? value.text : JSON.stringify(value));

export const joinJson = (items: Iterable<unknown>): JsonText => new JsonText(`[${Array.from(items, toJson).join()}]`);

/** A value as compact JSON in printable ASCII. Every other UTF-16 unit is written `\uXXXX`. */
export const toAsciiJson = (value: unknown): string =>
  toJson(value).replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Splits items into groups of at most so many bytes and items. A larger item forms a group alone. */
export function groupByBytes<Item extends { bytes: number }>(
  items: readonly Item[],
  { maxBytes, maxItems = Number.POSITIVE_INFINITY }: { maxBytes: number; maxItems?: number },
): Item[][] {
  const groups: Item[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (bytes + item.bytes > maxBytes || groups.at(-1)?.length === maxItems) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(item);
    bytes += item.bytes;
  }
  return groups;
}

/** Makes the end of a refusal: what was sent. */
export function describeSent(input: unknown): string {
  if (typeof input === "string" && input.length > 64) return `${input.length} characters were sent: ${show(input)}`;
  return `${showValue(input)} was sent`;
}

/** Parses JSON text. Returns other text unchanged. */
export function parseJsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Levenshtein's distance: the letters to insert, remove or replace. */
export function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let line = 0; line < from.length; line += 1) {
    const next = [line + 1];
    for (let at = 0; at < to.length; at += 1) {
      const replaced = (row[at] ?? 0) + (from[line] === to[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
