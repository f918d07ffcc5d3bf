import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/console/api/image.ts";
import { makeTagsDraft, readTags, switchMode, type TagType } from "../../src/console/edit/tag-rows.ts";

const runs = { numRuns: process.env["LONG"] ? 20_000 : 500 };

describe("tags as rows", () => {
  const read = (text: string, type: TagType | null = null) =>
    readTags({ mode: "rows", rows: [{ id: "k", key: "k", text, type }] });

  it("are what they look like only where nothing of them is lost", () => {
    const guessed: (readonly [string, unknown])[] = [
      ...([
        ["1.10", "1.10"],
        ["007", "007"],
        ["12345678901234567890", "12345678901234567890"],
        ["1e3", "1e3"],
      ] as const),
      ...([
        ["8", 8],
        ["-1.5", -1.5],
        ["true", true],
        ["yes", "yes"],
        ["null", "null"],
        ['"8"', '"8"'],
      ] as const),
      ['{"a": [1, null]}', { a: [1, null] }],
    ];
    expect(guessed.map(([text]) => read(text))).toEqual(guessed.map(([, k]) => ({ tags: { k } })));
  });

  it("are of the type that is chosen, or a mistake", () => {
    expect(read("8", "text")).toEqual({ tags: { k: "8" } });
    expect(read("1.10", "number")).toEqual({ tags: { k: 1.1 } });
    expect(read("null", "json")).toEqual({ tags: { k: null } });
    const mistake = (what: string) => ({
      mistake: `The value of "k" ${what}. Correct it, or choose Text to keep it as it is typed.`,
    });
    expect(read("abc", "number")).toEqual(mistake("is not a number"));
    expect(read("1", "boolean")).toEqual(mistake("is not true or false"));
    expect(read("{", "json")).toEqual(mistake("is not JSON"));
    expect(read("9007199254740993", "number")).toEqual(
      mistake("has the number 9007199254740993, which would lose digits"),
    );
    expect(read("[1e400]")).toEqual(mistake("has a number that is too large"));
  });

  it("are the tags again, whatever their values, and as JSON too", () => {
    const anyTags = fc.dictionary(
      fc.string({ maxLength: 3 }),
      fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>("8", "true", "null", "1.10", '"', "a\nb", "\r", 1e21, "")),
    );
    fc.assert(
      fc.property(anyTags, (all) => {
        // As the service shows them.
        const stored: JsonObject = JSON.parse(JSON.stringify(all));
        const filled = Object.fromEntries(Object.entries(stored).filter(([key, value]) => key !== "" || value !== ""));
        expect(readTags(makeTagsDraft(stored))).toEqual({ tags: filled });
        expect(readTags(switchMode(makeTagsDraft(stored)))).toEqual({ tags: filled });
      }),
      runs,
    );
  });

  it("as JSON are no JSON, no object, a key twice, or a number that would be another one: a mistake", () => {
    const mistakeOf = (text: string) => readTags({ mode: "json", text });
    expect(mistakeOf("[]")).toEqual({ mistake: 'Tags are a JSON object, such as {"role": "db"}.' });
    expect(mistakeOf('{"a": 1, "a": 2}')).toEqual({ mistake: 'The key "a" stands twice.' });
    expect(mistakeOf('{"a": 9007199254740993}')).toEqual({
      mistake: "A value has the number 9007199254740993, which would lose digits. Write it as text, in quotes.",
    });
    expect(mistakeOf("{")).toHaveProperty("mistake", expect.stringMatching(/^This is no JSON: /));
  });
});
