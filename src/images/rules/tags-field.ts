import * as z from "zod/mini";
import { describeSent, parseJsonOr } from "./field-refusal.ts";
import { findTagsMistake } from "./tags.ts";

const rule = "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null";

const encoder = new TextEncoder();

/** Tags that were sent, and their JSON as the column stores it. */
type SentTags = { value: Readonly<Record<string, unknown>>; text: string };

/**
 * An object of any keys and JSON values, types kept. The published page types it String: a JSON object in a string is taken
 * too (ours).
 *
 * @param maxBytes of the stored JSON, which may be longer than what was sent: `1e20` is stored in 21; 0 for no bound
 */
const makeSentTags = (maxBytes: number) =>
  z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? parseJsonOr(input) : input)),
    z.pipe(
      z.custom<Record<string, unknown>>(
        (input) => typeof input === "object" && input !== null && !Array.isArray(input) && !findTagsMistake(input),
        { error: ({ input }) => describeMistake(input), abort: true },
      ),
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

const makeTagsText = (maxBytes: number) =>
  z.pipe(
    makeSentTags(maxBytes),
    z.transform(({ text }: SentTags) => text),
  );

/** The most bytes of an image's tags, so that its row stays under the 2 MB of D1. */
const maxRowTagsBytes = 1_000_000;

/** The most bytes that all tags of an image may have. @param maxBytes as it is configured; 0 for no bound but the row's */
export const findMaxTagsBytes = (maxBytes: number): number => maxBytes || maxRowTagsBytes;

/** The refusal of tags that are too large. @param counted the end of the sentence: what has so many */
export const describeTooLarge = (most: number, count: number, counted: string): string =>
  `tags is at most ${most} bytes of JSON as it is stored; ${count} ${counted}`;

/** The tags as their column stores them; null clears. */
export const makeTags = (maxBytes: number) => z.nullable(makeTagsText(maxBytes));

/** The tags that replace all. */
export const makeTagsSchema = ({ maxTagsBytes }: { maxTagsBytes: number }) =>
  z.object({ tags: makeTagsText(maxTagsBytes) });

/** The tags that a request adds: as they were parsed, too, which takes long for thousands. */
export const makeAddedTagsSchema = ({ maxTagsBytes }: { maxTagsBytes: number }) =>
  z.object({ tags: makeSentTags(maxTagsBytes) });

/** Bytes of a text in UTF-8. */
export const countBytes = (text: string): number => encoder.encode(text).length;

function describeMistake(input: unknown): string {
  const isContainer = typeof input === "object" && input !== null;
  return `${rule}; ${(isContainer && findTagsMistake(input)) || describeSent(input)}`;
}
