import * as z from "zod/mini";
import { countBytes } from "../../src/images/rules/tags.ts";
import { describeSent, isStorable, uuidShape } from "../../src/text.ts";

/** What accounts, images and revisions share: the refusal of a file, and the kinds of field. */

/** Text on one line of a terminal, whatever a file or a person put into it: control characters are written `\u001b`. */
export const escapeControls = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Why nothing of a provision file is loaded: every mistake, one a line, each naming its entry and field. */
export class ProvisionRefused extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    const lines = mistakes.map(escapeControls);
    super(lines.join("\n"));
    this.name = "ProvisionRefused";
    this.mistakes = lines;
  }
}

/** An entry read: its row, or everything that is wrong with it. */
export type Read<Row> = { row?: Row; mistakes: readonly string[] };

/** Describes a wrong value of an entry, as the end of a sentence. */
export const describeFound = (found: unknown): string => (found === undefined ? "it is missing" : describeSent(found));

/** Makes the error of any check of zod from the field's rule: `a UUID in lower case; "X" was sent`. */
export const rule = (text: string): { error: (issue: { input?: unknown }) => string } => ({
  error: ({ input }) => `${text}; ${describeFound(input)}`,
});

/** Lists every field that broke its rule, once: `acl[2] is a UUID in lower case; "X" was sent`. */
export function listFieldMistakes(issues: readonly z.core.$ZodIssue[]): string[] {
  const messages = new Map(issues.map(({ path, message }) => [z.core.toDotPath(path), message]));
  return [...messages].map(([field, message]) => `${field || "it"} is ${message}`);
}

/** A field that may be null or left out; `otherwise` is stored then. */
export const optional = <Schema extends z.core.$ZodType, const Otherwise>(schema: Schema, otherwise: Otherwise) =>
  z.pipe(
    z.nullish(schema),
    z.transform((value) => value ?? otherwise),
  );

const uuidRule = rule("a UUID in lower case");

export const uuid = z.string(uuidRule).check(z.regex(uuidShape, uuidRule));

/** Text that SQLite stores whole. Lengths are in UTF-16 units. */
export function text({ min = 0, max = Number.POSITIVE_INFINITY } = {}) {
  const some = min > 0 ? "non-empty string" : "string";
  const length = Number.isFinite(max) ? `string of ${min} to ${max} characters` : some;
  const textRule = rule(`a ${length} without U+0000 or a lone surrogate`);
  const fits = (sent: string) => sent.length >= min && sent.length <= max && isStorable(sent);
  return z.string(textRule).check(z.refine(fits, textRule));
}

export const flag = z.boolean(rule("true or false"));

/** ISO 8601 in UTC, stored as sent. */
export const timestamp = z.iso.datetime(rule("a date and time in UTC, like 2026-11-23T10:00:00.000Z"));

const wholeRule = rule("a whole number from 0");

/** A whole number that JavaScript holds exactly. */
export const wholeNumber = z.int(wholeRule).check(z.gte(0, wholeRule));

/** The same, or its digits as text: IMGAPI takes both (IMGAPI-104). */
export const wholeNumberOrDigits = z.pipe(
  z.transform((sent: unknown) => {
    const number = typeof sent === "string" && /^\d+$/.test(sent) ? Number(sent) : sent;
    return Number.isSafeInteger(number) ? number : sent;
  }),
  wholeNumber,
);

/** D1's limit of a row and of a bound value. @see https://developers.cloudflare.com/d1/platform/limits/ */
const maxRowBytes = 2_000_000;

/** The limit of an image: D1's, less what updates may add to it and the history to its row. */
export const maxImageBytes = 1_700_000;

/** Finds why D1 cannot store a row of these columns. Returns an empty list if it can. */
export function findSizeMistakes(columns: readonly unknown[], maxBytes = maxRowBytes): string[] {
  const sizes = columns.map((column) => (typeof column === "string" ? countBytes(column) : column === null ? 0 : 8));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes <= maxBytes) return [];
  const limit = maxBytes === maxRowBytes ? "D1's limit" : `D1's limit is ${maxRowBytes}, and updates need room`;
  return [`it takes ${bytes} bytes, and a row holds at most ${maxBytes} (${limit})`];
}
