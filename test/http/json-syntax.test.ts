import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonMistake, locate } from "../../src/syntax/json-syntax.ts";
import { propertyOptions } from "../support/property-options.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text with a piece of it replaced. */
const almostJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom(
      "",
      ",",
      "}",
      "]",
      "[",
      "{",
      '"',
      "\\",
      ":",
      "0",
      "-",
      "e",
      ".",
      "\u0001",
      "nul",
      " ",
      "\\u12",
      "\ufeff",
    ),
  )
  .map(([text, at, length, piece]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + piece + text.slice(start + length);
  });

describe("findJsonMistake", () => {
  it("finds a mistake if and only if JSON.parse refuses the text", () => {
    const texts = fc.oneof(
      almostJson,
      fc.json(),
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'[]{}",:0-1.eE+ntf\\u '.split("")) }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(findJsonMistake(text) === undefined).toBe(isJson(text));
      }),
      propertyOptions(100_000),
    );
  });

  it.each([
    ['{\n  "name": "my-renamed-image",\n}', "there is a trailing comma before } at line 2, column 29"],
    ["[1, 2,\n]", "there is a trailing comma before ] at line 1, column 6"],
    ["{name:1}", "a name in double quotes is missing at line 1, column 2"],
    ["{'name':1}", "a name in double quotes is missing at line 1, column 2"],
    ['{"name" 1}', "a colon is missing after the name at line 1, column 9"],
    ['{"name":}', "a value is missing at line 1, column 9"],
    ['{"a":1 "b":2}', "a comma or } is missing at line 1, column 8"],
    ["[1 2]", "a comma or ] is missing at line 1, column 4"],
    ['{"a":"x', "a string is not closed at line 1, column 8"],
    ['{"a":"\\x"}', "a string has a character that must be escaped, or a bad escape at line 1, column 7"],
    ['{"a":"line\nbreak"}', "a string has a character that must be escaped, or a bad escape at line 1, column 11"],
    ['{"a":1', "it ends too early at line 1, column 7"],
    ["  ", "it ends too early at line 1, column 3"],
    ["{} x", "text after the end of the value at line 1, column 4"],
    ["NaN", "a value is missing at line 1, column 1"],
  ])("names the mistake and its place: %j", (text, named) => {
    const mistake = findJsonMistake(text);
    expect(mistake && `${mistake.problem} at ${locate(text, mistake.offset)}`).toBe(named);
  });

  it("reads text as deep and as long as a body may be", () => {
    expect(findJsonMistake("[".repeat(50_000) + "]".repeat(50_000))).toBeUndefined();
    expect(findJsonMistake("[".repeat(100_000))).toEqual({ problem: "it ends too early", offset: 100_000 });
    const long = `"${'\\"é'.repeat(33_000)}"`;
    expect(findJsonMistake(long)).toBeUndefined();
    expect(findJsonMistake(long.slice(0, -1))).toEqual({ problem: "a string is not closed", offset: long.length - 1 });
  });
});
