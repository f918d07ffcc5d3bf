import * as z from "zod/mini";
import { describeSent, parseJsonOr } from "./field-refusal.ts";
import { findTagsMistake } from "./tags.ts";

const rule = "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null";

const encoder = new TextEncoder();

/**
 * An object of any keys and JSON values, types kept, as the column stores it. The published page types it String: a JSON
 * object in a string is taken too (ours).
 *
 * @param maxBytes of the stored JSON, which may be longer than what was sent: `1e20` is stored in 21; 0 for no bound
 */
const makeTagsText = (maxBytes: number) =>
  z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? parseJsonOr(input) : input)),
    z.pipe(
      z.custom<Record<string, unknown>>(
        (input) => typeof input === "object" && input !== null && !Array.isArray(input) && !findTagsMistake(input),
        { error: ({ input }) => describeMistake(input), abort: true },
      ),
      z.pipe(
        z.transform((value: Record<string, unknown>) => JSON.stringify(value)),
        z.string().check(
          z.refine((json) => maxBytes === 0 || countBytes(json) <= maxBytes, {
            error: ({ input }) => describeTooLarge(maxBytes, countBytes(String(input)), "were sent"),
          }),
        ),
      ),
    ),
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

/** The tags that a request adds, or that replace all. */
export const makeTagsSchema = ({ maxTagsBytes }: { maxTagsBytes: number }) =>
  z.object({ tags: makeTagsText(maxTagsBytes) });

/** Bytes of a text in UTF-8. */
export const countBytes = (text: string): number => encoder.encode(text).length;

function describeMistake(input: unknown): string {
  const isContainer = typeof input === "object" && input !== null;
  return `${rule}; ${(isContainer && findTagsMistake(input)) || describeSent(input)}`;
}
