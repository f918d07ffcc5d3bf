import { describe, expect, it } from "vitest";
import { readAccountPatch } from "../../src/accounts/rules/account.ts";
import { type UpdatableAccountField, updatableAccountFields } from "../../src/tables.ts";
import { catchRefusal } from "../support/refusals.ts";

const makeTextRule = (most: number): string =>
  `a string of at most ${most} characters without U+0000 or a lone surrogate`;

/** The most characters of each field that is text, and its rule. */
const texts: Readonly<Partial<Record<UpdatableAccountField, { most: number; rule: string }>>> = {
  companyName: { most: 255, rule: makeTextRule(255) },
  firstName: { most: 255, rule: makeTextRule(255) },
  lastName: { most: 255, rule: makeTextRule(255) },
  address: { most: 1024, rule: makeTextRule(1024) },
  postalCode: { most: 255, rule: makeTextRule(255) },
  city: { most: 255, rule: makeTextRule(255) },
  state: { most: 255, rule: makeTextRule(255) },
  country: { most: 255, rule: makeTextRule(255) },
  phone: { most: 255, rule: makeTextRule(255) },
};

it("every field is text, an e-mail address or a flag", () => {
  expect(updatableAccountFields).toEqual(["email", ...Object.keys(texts), "triton_cns_enabled"]);
});

describe.each(Object.entries(texts))("readAccountPatch reads %s", (field, { most, rule }) => {
  it("as it was sent, up to its limit in UTF-16 units", () => {
    for (const sent of [" a\n", "ü😀", "0", "x".repeat(most), "😀".repeat(Math.floor(most / 2))]) {
      expect(readAccountPatch({ [field]: sent })).toEqual({ [field]: sent });
    }
  });

  it("not at all where it is empty", () => {
    for (const sent of ["", null, undefined]) expect(readAccountPatch({ [field]: sent })).toEqual({});
  });

  it.each<[sent: unknown, shown: string]>([
    ["x".repeat(most + 1), `"${"x".repeat(64)}..."`],
    ["😀".repeat(most), `"${"😀".repeat(32)}..."`],
    ["a\u0000", '"a\\u0000"'],
    ["\ud800", '"\ufffd"'],
    [5, "5"],
    [false, "false"],
    [["a", "b"], "an array"],
    [{}, "an object"],
  ])("and refuses what breaks its rule: case %#", (sent, shown) => {
    expect(catchRefusal(() => readAccountPatch({ [field]: sent }))).toEqual({
      code: "InvalidArgument",
      message: `${field} is ${rule}; ${shown} was sent`,
    });
  });
});

describe("readAccountPatch reads email", () => {
  it.each(["a@b", "a.b+c@example.com", "ü@exämple.com", `${"a".repeat(252)}@b`])("as an address: %s", (email) => {
    expect(readAccountPatch({ email })).toEqual({ email });
  });

  it.each(["", null, undefined])("not at all where it is empty: %j", (email) => {
    expect(readAccountPatch({ email })).toEqual({});
  });

  it.each<[sent: unknown, shown: string]>([
    ["a", '"a"'],
    ["@b", '"@b"'],
    ["a@", '"a@"'],
    ["a@b@c", '"a@b@c"'],
    ["a b@c", '"a b@c"'],
    ["a@b\n", '"a@b\\n"'],
    ["a\u0085@b", '"a\u0085@b"'],
    ["a\u0000@b", '"a\\u0000@b"'],
    [`${"a".repeat(253)}@b`, `"${"a".repeat(64)}..."`],
    [5, "5"],
    [["a@b"], "an array"],
  ])("and refuses what is none: %j", (email, shown) => {
    expect(catchRefusal(() => readAccountPatch({ email }))).toEqual({
      code: "InvalidArgument",
      message: `email is an e-mail address of at most 254 characters; ${shown} was sent`,
    });
  });

  it("in time that grows no faster than the address", () => {
    // A rule that looks back would need hours for each of these.
    for (const unit of ["@", "a", "a@", " ", "\n"]) {
      const email = unit.repeat(3_000_000);
      expect(catchRefusal(() => readAccountPatch({ email }))).toMatchObject({ code: "InvalidArgument" });
    }
  });
});

describe("readAccountPatch reads triton_cns_enabled", () => {
  it.each<[sent: unknown, value: boolean]>([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
  ])("%j as %s", (sent, value) => {
    expect(readAccountPatch({ triton_cns_enabled: sent })).toEqual({ triton_cns_enabled: value });
  });

  it.each<[sent: unknown, shown: string]>([
    [null, "null"],
    ["", '""'],
    ["True", '"True"'],
    [1, "1"],
    [[true], "an array"],
  ])("and refuses %j", (sent, shown) => {
    expect(catchRefusal(() => readAccountPatch({ triton_cns_enabled: sent }))).toEqual({
      code: "InvalidArgument",
      message: `triton_cns_enabled is true or false; ${shown} was sent`,
    });
  });
});

describe("readAccountPatch", () => {
  it("ignores every other name", () => {
    const other = { id: "x", login: "x", operator: true, disabled: true, created: "x", updated: "x", __proto__: null };
    expect(readAccountPatch({ ...other, city: "Bern", constructor: 5 })).toEqual({ city: "Bern" });
    expect(readAccountPatch({})).toEqual({});
  });

  it("names the first field that breaks its rule, in the documentation's order", () => {
    expect(catchRefusal(() => readAccountPatch({ phone: 5, city: 6, email: "a@b" }))).toMatchObject({
      message: expect.stringMatching(/^city is /),
    });
  });
});
