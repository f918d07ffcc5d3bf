import * as z from "zod/mini";
import { CloudApiError, show } from "../../errors.ts";
import { describeInexact, findInexactNumber } from "../../syntax/inexact-number.ts";
import { describeSent, isObject, isStorable, JsonText, parseJsonOr } from "../../text.ts";

/** The most levels of arrays and objects, counting the tags object itself (ours: D1 reads no more than 1000). */
export const maxTagLevels = 100;

/**
 * Finds why a value cannot be stored as tags, as the end of a sentence. Undefined if it can be. Without recursion: a body
 * may nest 50 000 levels.
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

const rule = `tags is an object of JSON values, at most ${maxTagLevels} levels deep, without U+0000 or lone surrogates, or null`;

/** Tags that were sent, and their JSON as the column stores it. */
type SentTags = { value: Readonly<Record<string, unknown>>; text: string };

/**
 * An object of any keys and JSON values, types kept. The published page types it String: a JSON object in a string is valid
 * too (ours).
 *
 * @param maxBytes of the stored JSON, which may be longer than what was sent: `1e20` is stored in 21. 0 turns the limit off
 */
const makeSentTags = (maxBytes: number) =>
  z.pipe(
    z.transform((input: unknown, { issues }) => {
      if (typeof input !== "string") return input;
      const parsed = parseJsonOr(input);
      const inexact = isObject(parsed) ? findInexactNumber(input) : undefined;
      if (inexact) issues.push({ code: "custom", input, message: `${rule}; ${describeInexact(inexact)}` });
      return parsed;
    }),
    z.pipe(
      z.custom<Record<string, unknown>>((input) => isObject(input) && !findTagsMistake(input), {
        error: ({ input }) => describeMistake(input),
        abort: true,
      }),
      z.transform((value: Record<string, unknown>, { issues }): SentTags => {
        const text = JSON.stringify(value);
        const bytes = maxBytes === 0 ? 0 : countBytes(text);
        if (bytes > maxBytes) {
          issues.push({ code: "custom", input: value, message: describeTooLarge(maxBytes, bytes, "were sent") });
        }
        return { value, text };
      }),
    ),
  );

function describeMistake(input: unknown): string {
  const isContainer = typeof input === "object" && input !== null;
  return `${rule}; ${(isContainer && findTagsMistake(input)) || describeSent(input)}`;
}

const makeTagsText = (maxBytes: number) =>
  z.pipe(
    makeSentTags(maxBytes),
    z.transform(({ text }: SentTags) => text),
  );

/** The most bytes of an image's tags, to keep its row under the 2 MB of D1. */
const maxRowTagsBytes = 1_000_000;

/** The most bytes that all tags of an image may have. @param maxBytes as configured. 0: only the limit of the row */
export const findMaxTagsBytes = (maxBytes: number): number => maxBytes || maxRowTagsBytes;

/** The refusal of tags that are too large. @param counted the end of the sentence, such as "were sent" */
export const describeTooLarge = (most: number, count: number, counted: string): string =>
  `tags is at most ${most} bytes of JSON as it is stored; ${count} ${counted}`;

/** The tags as their column stores them. Null clears. */
export const makeTags = (maxBytes: number) => z.nullable(makeTagsText(maxBytes));

/** The tags of a request that replaces all. */
export const makeTagsSchema = ({ maxTagsBytes }: { maxTagsBytes: number }) =>
  z.object({ tags: makeTagsText(maxTagsBytes) });

/** The tags that a request adds, parsed and as text: parsing thousands again would take long. */
export const makeAddedTagsSchema = ({ maxTagsBytes }: { maxTagsBytes: number }) =>
  z.object({ tags: makeSentTags(maxTagsBytes) });

const encoder = new TextEncoder();

export const countBytes = (text: string): number => encoder.encode(text).length;

/** Stored tags as they are answered: the stored text. */
export const formatTags = (tags: string | null): JsonText => new JsonText(tags ?? "{}");

/** The tags of a stored image. None if they were never set. */
export const parseTags = (tags: string | null): Readonly<Record<string, unknown>> =>
  tags === null ? {} : JSON.parse(tags);

/** Returns the value of a tag. @throws {CloudApiError} ResourceNotFound: there is no such tag */
export function requireTag(tags: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Object.hasOwn(tags, key)) return tags[key];
  throw new CloudApiError("ResourceNotFound", `tag ${show(key)} not found`);
}
