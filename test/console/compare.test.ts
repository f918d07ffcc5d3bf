import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Image } from "../../src/console/api/image.ts";
import { choosePair, compareImages } from "../../src/console/edit/compare.ts";
import { listDifferences } from "../../src/console/edit/difference.ts";
import { listTagDifferences } from "../../src/console/edit/merge.ts";
import { formatValue } from "../../src/console/ui/difference.tsx";
import { formatAgo, formatTime } from "../../src/console/ui/time.tsx";
import { base } from "./base-image.ts";

const images = fc
  .record(
    {
      name: fc.constantFrom("n", "m"),
      description: fc.constantFrom("one", "two"),
      acl: fc.subarray(["a", "b"], { minLength: 1 }),
      tags: fc.dictionary(fc.constantFrom("a", "__proto__", ""), fc.constantFrom<unknown>(1, "x", [true])),
    },
    { requiredKeys: [] },
  )
  .map((some): Image => ({ ...base, ...some }));

describe("two revisions", () => {
  it("are compared field by field, tags by key, the acl by account", () => {
    const [acl, other] = ["a", "b"];
    const one = { ...base, tags: { gone: null, kept: 1, role: "db" }, acl: [acl], eula: "e" };
    const two = { ...base, version: "2", tags: { role: "web", kept: 1, constructor: "x" }, acl: [other, acl] };
    const { differing, same } = compareImages(one, two);
    expect(differing).toEqual([
      { field: "version", part: null, before: "1", after: "2" },
      { field: "eula", part: null, before: "e", after: undefined },
      { field: "tags", part: "gone", before: null, after: undefined },
      { field: "tags", part: "role", before: "db", after: "web" },
      { field: "tags", part: "constructor", before: undefined, after: "x" },
      { field: "acl", part: other, before: undefined, after: "shared" },
    ]);
    expect(same.map(({ field, part }) => [field, part])).toEqual([
      ["name", null],
      ["tags", "kept"],
      ["acl", acl],
      ...["public", "state", "id", "requirements", "owner"].map((field) => [field, null]),
    ]);
  });

  it("differ in nothing only if they are equal", () => {
    fc.assert(
      fc.property(images, images, (before, after) => {
        // No tags, and an empty object of them, have the same tags.
        const read = (image: Image) => ({ ...image, tags: image.tags ?? {} });
        const { differing } = compareImages(before, after);
        expect(differing.length === 0).toBe(listDifferences(read(before), read(after)).length === 0);
      }),
      { numRuns: process.env["LONG"] ? 20_000 : 500 },
    );
  });

  it("are those that were chosen, or the newest and the one before", () => {
    expect(choosePair([], [9, 8, 7])).toEqual([8, 9]);
    expect(choosePair([3], [9, 8, 7])).toEqual([3, 9]);
    expect(choosePair([9], [9, 8, 7])).toEqual([8, 9]);
    expect(choosePair([7, 3], [9, 8, 7])).toEqual([3, 7]);
    expect([choosePair([], [1]), choosePair([1], [1])]).toEqual([undefined, undefined]);
  });
});

describe("a difference of tags", () => {
  it("tells a tag that is null from one that is gone, in words too", () => {
    const differences = listTagDifferences({ a: null, b: 1, c: null }, { b: null, c: null, d: null });
    expect(differences).toStrictEqual([
      { field: "b", before: 1, after: null },
      { field: "d", before: undefined, after: null },
      { field: "a", before: null, after: undefined },
    ]);
    expect(differences.map(({ before, after }) => [before, after].map(formatValue))).toEqual([
      ["1", "null"],
      ["(none)", "null"],
      ["null", "(none)"],
    ]);
  });
});

describe("a time", () => {
  const now = Date.parse("2026-11-28T12:00:00.000Z");
  const ago = (ms: number, language = "en") => formatAgo(new Date(now - ms).toISOString(), now, language);
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

  it("is how long ago it was, in whole units; older than some weeks, its date", () => {
    expect([0, minute - 1, minute, 2 * hour - 1, 3 * hour, day, 13.9 * day].map((ms) => ago(ms))).toEqual([
      "now",
      "now",
      "1 minute ago",
      "1 hour ago",
      "3 hours ago",
      "1 day ago",
      "13 days ago",
    ]);
    expect([14 * day, 35 * day - 1, 35 * day].map((ms) => ago(ms))).toEqual([
      "2 weeks ago",
      "4 weeks ago",
      "Oct 24, 2026",
    ]);
    expect([ago(3 * hour, "de"), ago(400 * day, "de")]).toEqual(["vor 3 Stunden", "24.10.2025"]);
  });

  it("to come is date and time, but for what two clocks may differ by", () => {
    expect(ago(-minute)).toBe("now");
    const later = new Date(now + 90 * day).toISOString();
    expect(formatAgo(later, now, "en")).toBe(formatTime(later, "en"));
  });
});
