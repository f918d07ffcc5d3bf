import { describe, expect, it } from "vitest";
import { readEnd, readKeyLimits, readScope } from "../../src/accounts/rules/key-limits.ts";
import type { CloudApiError } from "../../src/errors.ts";
import { listRepeatedNames } from "../../src/syntax/repeated-names.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";

describe("a scope", () => {
  it.each([
    ["images:read", "images:read"],
    ["  keys   images:tag ", "images:tag keys"],
    ["images:tag images:tag images:read", "images:read images:tag"],
    [`images:tag@${image.toUpperCase()} images:tag@${image}`, `images:tag@${image}`],
    [`images:tag images:tag@${image}`, `images:tag images:tag@${image}`],
    [
      "keys images:update images:tag images:share images:read images:delete images:clone account:write account:read",
      "account:read account:write images:clone images:delete images:read images:share images:tag images:update keys",
    ],
    [`${" ".repeat(1020)}keys`, "keys"],
  ])("is stored sorted, without repeats, with UUIDs in lower case: %j", (sent, value) => {
    expect(readScope(sent)).toEqual({ value });
  });

  const words =
    "scope is words with blanks between, of account:read, account:write, images:clone, images:delete, images:read, images:share, images:tag, images:update, keys; an images: word may be of one image: images:tag@UUID";

  it.each([
    "",
    " ",
    "images",
    "images:",
    "images:*",
    "*",
    "IMAGES:READ",
    "images:read,images:tag",
    "images:read\timages:tag",
    "images:read\u00a0images:tag",
    "images:read\u0000",
    "іmages:read",
    "ｋｅｙｓ",
    `keys@${image}`,
    `account:read@${image}`,
    "images:read@",
    "images:read@*",
    "images:read@path",
    "images:read@any",
    `images:read@${image}@${image}`,
    `images:read@${image.slice(1)}`,
    "images:read constructor",
    "__proto__",
  ])("is refused, with the list of words, if one is unknown: %j", (sent) => {
    expect(readScope(sent)).toEqual({ rule: words });
  });

  it.each([
    [null],
    [5],
    [true],
    [["images:read"]],
    [{ "images:read": true }],
    [`keys${" ".repeat(1021)}`],
    ["k".repeat(100_000)],
  ])("is a string of at most 1024 characters: %#", (sent) => {
    expect(readScope(sent)).toEqual({ rule: "scope is a string of at most 1024 characters" });
  });
});

describe("an end", () => {
  it.each([
    ["2030-01-31T10:00:00Z", "2030-01-31T10:00:00.000Z"],
    ["2030-01-31t10:00:00z", "2030-01-31T10:00:00.000Z"],
    ["2030-01-31T10:00:00.5Z", "2030-01-31T10:00:00.500Z"],
    ["2030-01-31T10:00:00.0019999Z", "2030-01-31T10:00:00.001Z"],
    ["2030-01-31T10:00:00+00:00", "2030-01-31T10:00:00.000Z"],
    ["2028-02-29T23:59:59.999-00:00", "2028-02-29T23:59:59.999Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"],
  ])("is a time in UTC, with milliseconds: %s", (sent, time) => {
    expect(readEnd(sent)).toEqual({ value: Date.parse(time) });
  });

  it.each([
    [""],
    ["tomorrow"],
    ["2030-01-31"],
    ["2030-01-31 10:00:00Z"],
    ["2030-01-31T10:00Z"],
    ["2030-01-31T10:00:00"],
    ["2030-01-31T10:00:00+01:00"],
    ["2030-01-31T10:00:00 00:00"],
    ["2030-02-30T10:00:00Z"],
    ["2030-13-01T10:00:00Z"],
    ["2030-01-31T24:00:00Z"],
    ["2030-01-31T10:00:60Z"],
    ["2030-01-31T10:00:00.Z"],
    [" 2030-01-31T10:00:00Z"],
    ["+02030-01-31T10:00:00Z"],
    ["２０３０-01-31T10:00:00Z"],
    [1_900_000_000],
    [null],
    [["2030-01-31T10:00:00Z"]],
    [{}],
  ])("is refused if it is anything else: %j", (sent) => {
    expect(readEnd(sent)).toEqual({ rule: "expires is a date and time in UTC, like 2030-01-31T10:00:00Z" });
  });
});

describe("the limits of a request", () => {
  const read = (sent: Record<string, unknown>, query: Record<string, unknown> = {}, repeated: string[] = []) => {
    try {
      return readKeyLimits({ ...query, ...sent }, query, repeated);
    } catch (error) {
      const { code, message } = error as CloudApiError;
      return `${code}: ${message}`;
    }
  };

  it("are none if no name was sent", () => {
    expect(read({ key: "k", name: "scope" })).toEqual({ scope: null, expires: null });
  });

  it("come from the query or the body, or from both if they are the same", () => {
    const limits = { scope: "keys", expires: Date.parse("2030-01-01T00:00:00Z") };
    const sent = { scope: "keys", expires: "2030-01-01T00:00:00Z" };
    expect([read(sent), read({}, sent), read(sent, sent)]).toEqual([limits, limits, limits]);
  });

  it.each([
    ["an unset shell variable", { scope: "" }, {}],
    ["null", { scope: null }, {}],
    ["false", { expires: false }, {}],
    ["a list", { scope: ["images:read"] }, {}],
    ["a repeated parameter", {}, { scope: ["images:read", "keys"] }],
    ["a repeated one with the same value", {}, { expires: ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"] }],
    ["another value in the body", { scope: "keys images:tag" }, { scope: "keys" }],
    ["null in the body", { scope: null }, { scope: "keys" }],
    ["an empty end", { expires: "" }, {}],
  ])("are refused for %s", (_, sent, query) => {
    expect(read(sent, query)).toMatch(/^InvalidArgument: /);
  });

  it("are refused if the body, as JSON, has a name twice", () => {
    expect(read({ scope: "keys" }, {}, ["scope"])).toBe("InvalidArgument: scope was sent more than once");
    expect(read({ scope: "keys" }, {}, ["name"])).toEqual({ scope: "keys", expires: null });
  });

  it.each([
    "scop",
    "scopes",
    "Scope",
    "SCOPE",
    "scope ",
    "scope[]",
    "sco",
    "escope",
    "copes",
    "expire",
    "expiry",
    "Expires",
    "expires[]",
    "expirse",
  ])("are refused if a name is nearly theirs: %j", (name) => {
    expect(read({ [name]: "images:read" })).toMatch(/^InvalidArgument: the parameter is named (scope|expires); /);
  });

  it.each(["key", "name", "action", "dry-run", "sc", "comment", "expiration", "description", "__proto__"])(
    "are none though a parameter is named %j",
    (name) => {
      expect(read(Object.fromEntries([[name, "x"]]))).toEqual({ scope: null, expires: null });
    },
  );
});

describe("the repeated names of JSON", () => {
  it.each([
    ['{"scope":"a","scope":"b"}', ["scope"]],
    ['{"scope":"a","\\u0073cope":"b"}', ["scope"]],
    ['{"a":{"scope":1},"scope":2,"b":[{"scope":3}]}', []],
    ['{"a":{"x":1,"x":2},"scope":2}', []],
    ['{"key":"scope\\":1,","name":"\\"scope\\"","scope":"a"}', []],
    ['{"a":"}{","scope" : 1 , "scope"\n:2,"scope":3}', ["scope", "scope"]],
    ["[1]", []],
    ['"scope"', []],
    ["null", []],
  ])("are those of its top level: %s", (json, names) => {
    expect(listRepeatedNames(json)).toEqual(names);
  });
});
