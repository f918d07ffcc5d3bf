import { expect, it } from "vitest";
import type { Change } from "../../src/console/api/image.ts";
import { findAuthor, type News } from "../../src/console/store/opened.ts";

const made = (isOwn: boolean, changes: Change["changes"]): News => ({
  ...{ caller: { type: "operator" }, time: "2026-11-28T00:00:00.000Z", revision: 2, isHere: false },
  ...{ isOwn, changes },
});

it("the author of a value is who wrote it, not who changed something else later, and unknown until the feed told", () => {
  const told = [
    made(false, { tags: { before: { a: 1, b: 1 }, after: { a: 1, b: 2 } }, name: { before: "x", after: "y" } }),
    made(true, { tags: { before: { a: 1, b: 2 }, after: { a: 2, b: 2 } } }),
    made(true, { description: { before: null, after: "mine" } }),
  ];
  const ask = (field: string, theirs: unknown) =>
    findAuthor({ field, was: undefined, theirs, mine: undefined, side: null }, told);
  expect([ask("tags.b", 2), ask("tags.a", 2), ask("name", "y"), ask("description", "mine")]).toEqual([
    ...["other", "self", "other", "self"],
  ]);
  expect([ask("tags.c", 1), ask("name", "z"), ask("eula", null)]).toEqual(["unknown", "unknown", "unknown"]);
});
