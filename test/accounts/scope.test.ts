import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CloudApiError } from "../../src/errors.ts";
import {
  assertCovered,
  assertWithin,
  formatScopeImages,
  type KeyLimits,
  type NeededWord,
  pickInScope,
  scopeWords,
} from "../../src/scope.ts";
import { propertyOptions } from "../support/property-options.ts";
import { makeUuid } from "../support/uuids.ts";

const [a, b] = [makeUuid(1), makeUuid(2)];

const refusal = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (error) {
    const { code, message } = error as CloudApiError;
    return `${code}: ${message}`;
  }
};

const cover = (scope: string | null, anyOf: readonly NeededWord[], imageId?: string) =>
  refusal(() => assertCovered({ scope, expires: null }, anyOf, imageId));

describe("a scope", () => {
  it.each<[string | null, NeededWord[], string | undefined]>([
    [null, ["keys"], undefined],
    ["keys", ["keys"], undefined],
    ["images:tag", ["images:tag@path"], a],
    [`images:tag@${a}`, ["images:tag@path"], a],
    [`images:tag@${a}`, ["images:read@path"], a],
    ["images:delete", ["images:read@path"], a],
    [`images:clone@${b} keys`, ["images:read@any"], undefined],
    ["images:share", ["images:update@path", "images:share@path"], b],
  ])("%s covers %j of %s", (scope, anyOf, imageId) => {
    expect(cover(scope, anyOf, imageId)).toBeUndefined();
  });

  it.each<[string, NeededWord[], string | undefined]>([
    ["keys", ["account:read"], undefined],
    ["account:write", ["account:read"], undefined],
    ["images:read", ["images:tag@path"], a],
    [`images:tag@${a}`, ["images:tag@path"], b],
    [`images:tag@${a}`, ["images:read@path"], b],
    [`images:tag@${a}`, ["images:read@path"], `${a}$'`],
    [`images:tag@${a}`, ["images:read@path"], a.toUpperCase()],
    [`images:read@${a}`, ["images:read"], undefined],
    ["account:read keys", ["images:read@any"], undefined],
    ["images:read", ["images:update@path", "images:tag@path", "images:share@path"], a],
  ])("%s does not cover %j of %s", (scope, anyOf, imageId) => {
    const missing = anyOf.map((word) => word.replace(/@.*/, "")).join(" or ");
    const which = anyOf[0]?.endsWith("@path") ? " of this image" : "";
    expect(cover(scope, anyOf, imageId)).toBe(`NotAuthorized: the scope of this key lacks ${missing}${which}`);
  });

  it.each([
    [null, null],
    ["images:read", null],
    [`images:tag images:read@${a}`, null],
    [`images:read@${a} images:tag@${b} keys`, [a, b]],
    ["keys", []],
  ])("%j is for the images %j", (scope, images) => {
    expect(formatScopeImages(scope)).toEqual(images && JSON.stringify(images));
    expect(pickInScope(scope, [b, a])).toEqual([b, a].filter((id) => images?.includes(id) ?? true));
  });
});

/** A key without limits, or with some. */
const anyLimits: fc.Arbitrary<KeyLimits> = fc.record({
  scope: fc.oneof(
    fc.constant(null),
    fc
      .subarray(
        scopeWords.flatMap((word) => (word.startsWith("images:") ? [word, `${word}@${a}`, `${word}@${b}`] : word)),
        {
          minLength: 1,
        },
      )
      .map((words) => words.sort().join(" ")),
  ),
  expires: fc.oneof(fc.constant(null), fc.constantFrom(1, 2, 3)),
});

/** What a key may do: every need of an operation that its limits allow, and until when. */
function listAllowed({ scope, expires }: KeyLimits): Set<string> {
  const needs = scopeWords.flatMap((word): { word: NeededWord; id: string | undefined }[] =>
    word.startsWith("images:")
      ? [a, b, makeUuid(3)].map((id) => ({ word: `${word}@path`, id }))
      : [{ word, id: undefined }],
  );
  const allowed = needs.filter(({ word, id }) => cover(scope, [word], id) === undefined);
  const times = [1, 2, 3, 4].filter((time) => expires === null || time < expires);
  return new Set(times.flatMap((time) => allowed.map(({ word, id }) => `${word} ${id} ${time}`)));
}

describe("a key within another", () => {
  it("may do nothing that the other may not, and none may do more that is not within it", () => {
    fc.assert(
      fc.property(anyLimits, anyLimits, (inner, outer) => {
        const isWithin = refusal(() => assertWithin(inner, outer)) === undefined;
        const [innerAllowed, outerAllowed] = [listAllowed(inner), listAllowed(outer)];
        const doesLess = [...innerAllowed].every((one) => outerAllowed.has(one));
        if (isWithin) expect(doesLess).toBe(true);
        // A list of all words is a scope all the same: what is added to the service later is not in it.
        else if (inner.scope !== null && inner.expires !== 1) expect(doesLess).toBe(false);
      }),
      propertyOptions(20_000),
    );
  });

  it.each<[KeyLimits, KeyLimits, string]>([
    [
      { scope: null, expires: null },
      { scope: "keys", expires: null },
      "a key without a scope can do more than this one",
    ],
    [
      { scope: "images:read", expires: null },
      { scope: `images:read@${a}`, expires: null },
      "the scope of this key lacks images:read",
    ],
    [
      { scope: `keys images:tag@${b}`, expires: null },
      { scope: `keys images:tag@${a}`, expires: null },
      `the scope of this key lacks images:tag@${b}`,
    ],
    [
      { scope: null, expires: null },
      { scope: null, expires: 0 },
      "this key ends at 1970-01-01T00:00:00.000Z, before the other",
    ],
    [
      { scope: null, expires: 1 },
      { scope: null, expires: 0 },
      "this key ends at 1970-01-01T00:00:00.000Z, before the other",
    ],
  ])("%j is not within %j", (inner, outer, message) => {
    expect(refusal(() => assertWithin(inner, outer))).toBe(`NotAuthorized: ${message}`);
  });
});
