import * as z from "zod/mini";
import { uuidShape } from "../../src/images/rules/acl.ts";
import { isStorable } from "../../src/text.ts";
import { rule } from "./refusal.ts";

/** The kinds of field that accounts and manifests share. */

const uuidRule = rule("a UUID in lower case");

/** A UUID in lower case. */
export const uuid = z.string(uuidRule).check(z.regex(uuidShape, uuidRule));

/** Text that SQLite stores whole, of a length in UTF-16 units. */
export function text({ min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}) {
  const length = Number.isFinite(max)
    ? `string of ${min} to ${max} characters`
    : min > 0
      ? "non-empty string"
      : "string";
  const textRule = rule(`a ${length} without U+0000 or a lone surrogate`);
  const fits = (sent: string) => sent.length >= min && sent.length <= max && isStorable(sent);
  return z.string(textRule).check(z.refine(fits, textRule));
}

/** true or false. */
export const flag = z.boolean(rule("true or false"));

/** ISO 8601 in UTC, kept as it was sent. */
export const timestamp = z.iso.datetime(rule("a date and time in UTC, like 2026-11-23T10:00:00.000Z"));

/** A whole number from 0 that JavaScript holds exactly. */
export function wholeNumber() {
  const wholeRule = rule("a whole number from 0");
  return z.int(wholeRule).check(z.gte(0, wholeRule));
}

const encoder = new TextEncoder();

/** D1's limit of a row and of a bound value. @see https://developers.cloudflare.com/d1/platform/limits/ */
export const maxRowBytes = 2_000_000;

/** Of an image: D1's limit less what updates may add to it and the history to its row. */
export const maxImageBytes = 1_700_000;

/** Why a row of these columns cannot be stored in D1, as a sentence; undefined when it can. */
export function findSizeMistake(columns: readonly unknown[], maxBytes = maxRowBytes): string | undefined {
  const bytes = columns.reduce((sum: number, column) => sum + countBytes(column), 0);
  if (bytes <= maxBytes) return undefined;
  const limit = maxBytes === maxRowBytes ? "D1's limit" : `D1's limit is ${maxRowBytes}, and updates need room`;
  return `it takes ${bytes} bytes, and a row holds at most ${maxBytes} (${limit})`;
}

function countBytes(column: unknown): number {
  if (typeof column === "string") return encoder.encode(column).length;
  return column === null ? 0 : 8;
}
