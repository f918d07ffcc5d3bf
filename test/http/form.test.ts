import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectPairs, decodeForm } from "../../src/syntax/form.ts";
import { propertyOptions } from "../support/property-options.ts";

/** A decoded form as a plain object. */
const decode = (text: string) => {
  const { values, undecodable } = decodeForm(text);
  return { values: { ...values }, undecodable };
};

describe("decodeForm reads", () => {
  it.each<[text: string, values: Record<string, unknown>]>([
    ["", {}],
    ["&&", {}],
    ["=", { "": "" }],
    ["a", { a: "" }],
    ["a=", { a: "" }],
    ["a=b=c", { a: "b=c" }],
    ["a=b;c=d", { a: "b;c=d" }],
    ["?a=b", { "?a": "b" }],
    ["a+b=c+d%2B", { "a b": "c d+" }],
    ["a=1&b=2&a=3&a=", { a: ["1", "3", ""], b: "2" }],
    ["a[]=1&a[b]=2", { "a[]": "1", "a[b]": "2" }],
    ["%61=%C3%BC", { a: "ü" }],
    ["a=%F0%9F%98%80", { a: "😀" }],
    ["a=50%+off", { a: "50% off" }],
    ["a=100%", { a: "100%" }],
    ["a=%zz", { a: "%zz" }],
    ["a=%2", { a: "%2" }],
    ["a=%C3%BC+%", { a: "%C3%BC %" }],
    ["100%=%41", { "100%": "A" }],
    ["%41=100%", { A: "100%" }],
    ["a=%FF%", { a: "%FF%" }],
    ["a=%25+off", { a: "% off" }],
    ["a=%00", { a: "\u0000" }],
  ])("%s", (text, values) => {
    expect(decode(text)).toEqual({ values, undecodable: undefined });
  });

  it("names of a prototype as any other", () => {
    const { values } = decodeForm("__proto__=1&constructor=2&__proto__=3");
    expect(Object.entries(values)).toEqual([
      ["__proto__", ["1", "3"]],
      ["constructor", "2"],
    ]);
  });

  it("nothing of a part that is not UTF-8, and names the first one as it was sent", () => {
    expect(decode("a=1&b=%FF&%C3=x&a=2")).toEqual({ values: { a: ["1", "2"] }, undecodable: "b=%FF" });
    expect(decode("%ED%A0%80")).toEqual({ values: {}, undecodable: "%ED%A0%80" });
  });
});

it("collectPairs keeps the order of a name's values, and has no prototype", () => {
  const values = collectPairs([
    ["b", "1"],
    ["a", "2"],
    ["b", "3"],
    ["b", "4"],
  ]);
  expect(Object.entries(values)).toEqual([
    ["b", ["1", "3", "4"]],
    ["a", "2"],
  ]);
  expect(Object.getPrototypeOf(values)).toBeNull();
});

const isHex = (text: string): boolean => /^[0-9A-Fa-f]{2}$/.test(text);

/** Decodes a name or value byte by byte, without the code under test; undefined where it is not UTF-8. */
function decodeByBytes(part: string): string | undefined {
  const spaced = part.replace(/\+/g, " ");
  const bytes: number[] = [];
  for (let at = 0; at < spaced.length; ) {
    if (spaced[at] !== "%") {
      const [character = ""] = spaced.slice(at);
      bytes.push(...new TextEncoder().encode(character));
      at += character.length;
      continue;
    }
    const digits = spaced.slice(at + 1, at + 3);
    if (!isHex(digits)) return spaced;
    bytes.push(Number.parseInt(digits, 16));
    at += 3;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** Form-coded text as a client may send it: escapes whole, cut and wrong, and any characters. */
const formText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "&",
        "=",
        "+",
        "%",
        "%2",
        "%zz",
        "%25",
        "%26",
        "%3D",
        "%2B",
        "%00",
        "%C3%BC",
        "%C3",
        "%FF",
        "a",
        "b",
      ),
      fc.constantFrom("%F0%9F%98%80", "%ED%A0%80", "%EF%BB%BF", "?", ";", "[]", "__proto__", "é", "😀"),
      fc.string({ unit: "grapheme", maxLength: 3 }),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(""));

describe("decodeForm with any text", () => {
  it("reads every part as its bytes say", () => {
    fc.assert(
      fc.property(formText, (text) => {
        const parts = text.split("&").filter((part) => part !== "");
        const decoded = parts.map((part) => {
          const [name = "", ...rest] = part.split("=");
          return { part, name: decodeByBytes(name), value: decodeByBytes(rest.join("=")) };
        });
        const good = decoded.filter(({ name, value }) => name !== undefined && value !== undefined);
        const names = [...new Set(good.map(({ name }) => name))];
        const expected = names.map((name) => {
          const values = good.filter((one) => one.name === name).map(({ value }) => value);
          return [name, values.length === 1 ? values[0] : values];
        });
        const { values, undecodable } = decodeForm(text);
        expect(new Map(Object.entries(values))).toEqual(new Map(expected as [string, unknown][]));
        expect(undecodable).toBe(decoded.find((one) => !good.includes(one))?.part);
      }),
      propertyOptions(50_000),
    );
  });

  it("reads what URLSearchParams writes as what it was made of", () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(pairs, (sent) => {
        const { values, undecodable } = decodeForm(new URLSearchParams(sent).toString());
        expect(undecodable).toBeUndefined();
        expect(values).toEqual(collectPairs(sent));
      }),
      propertyOptions(20_000),
    );
  });
});
