import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import type { EditableField, Image, JsonObject, Update } from "../../src/console/api/image.ts";
import { editableFields } from "../../src/console/api/image.ts";
import { listDifferences, splitTextDifference } from "../../src/console/edit/difference.ts";
import {
  choose,
  type Edit,
  judgeEdit,
  noEdit,
  rebase,
  takeTheirs,
  textNames,
  typeTags,
  typeText,
} from "../../src/console/edit/edit.ts";
import { isEqual } from "../../src/console/edit/equal.ts";
import { listTagDifferences, readTag } from "../../src/console/edit/merge.ts";
import { addRow, makeTagsDraft, switchMode, type TagsDraft } from "../../src/console/edit/tag-rows.ts";
import { findAccountMistake, findFieldMistakes } from "../../src/console/edit/validate.ts";
import { formatRoute, type Route, readRoute } from "../../src/console/route.ts";
import { makeUpdateImageSchema } from "../../src/images/rules/fields.ts";
import { base } from "./base-image.ts";

const runs = { numRuns: process.env["LONG"] ? 20_000 : 500 };

const tags = fc.dictionary(fc.constantFrom("a", "b", "__proto__", ""), fc.constantFrom<unknown>(1, "x", null, [true]));

const texts = fc.constantFrom<unknown>("one", "two", null);

const updates: fc.Arbitrary<Update> = fc.record(
  {
    name: fc.constantFrom("one", "two"),
    version: fc.constantFrom("1", "2"),
    description: texts,
    homepage: texts,
    eula: texts,
    tags: fc.option(tags),
  },
  { requiredKeys: [] },
);

/** The image after an update: what the service stores. */
const update = (image: Image, some: Update): Image => ({ ...image, ...some }) as Image; // as: the arbitrary makes valid values

/** The edit of somebody who typed an update into the form. */
function type(image: Image, some: Update): Edit {
  let edit = noEdit;
  for (const field of textNames) {
    if (field in some) edit = typeText(edit, image, { field, text: String(some[field] ?? "") });
  }
  return "tags" in some ? typeTags(edit, image, makeTagsDraft((some.tags ?? {}) as JsonObject)) : edit; // as: tags are an object
}

/** The edit with every conflict won by one side. */
const chooseAll = (edit: Edit, image: Image, side: "theirs" | "mine"): Edit =>
  judgeEdit(edit, image).conflicts.reduce((chosen, conflict) => choose(chosen, conflict, side), edit);

const clean = (some: Update): Update =>
  Object.fromEntries(
    Object.entries(some).filter(([field, value]) => value !== null || !["name", "version"].includes(field)),
  );

describe("an edit over somebody else's", () => {
  it("keeps every field that only they changed, and makes every field that only I changed mine", () => {
    fc.assert(
      fc.property(updates, updates, updates, (start, other, mine) => {
        const was = update(base, start);
        const theirs = update(was, other);
        const edit = rebase(type(was, clean(mine)), theirs);
        const judged = judgeEdit(edit, theirs);
        const merged = update(theirs, judged.update);
        for (const field of textNames) {
          const isMine = field in mine && !isEqual(mine[field], was[field]);
          expect(merged[field] ?? null).toEqual((isMine ? mine[field] : theirs[field]) ?? null);
          const isTheirs = !isEqual(was[field], theirs[field]);
          const isConflict = isMine && isTheirs && !isEqual(mine[field], theirs[field]);
          expect(judged.conflicts.some((conflict) => conflict.field === field)).toBe(isConflict);
        }
      }),
      runs,
    );
  });

  it("with every conflict theirs, changes nothing that they changed; with every one mine, all that I meant is there", () => {
    fc.assert(
      fc.property(tags, tags, fc.tuple(tags, fc.boolean()), (old, other, [own, isJson]) => {
        const [was, theirs] = [update(base, { tags: old }), update(base, { tags: other })];
        const draft = isJson ? switchMode(makeTagsDraft(own)) : makeTagsDraft(own);
        const edit = rebase(typeTags(noEdit, was, draft), theirs);
        const readTags = (side: "theirs" | "mine"): JsonObject =>
          update(theirs, judgeEdit(chooseAll(edit, theirs, side), theirs).update).tags ?? {};
        const taken = takeTheirs(chooseAll(edit, theirs, "theirs"), theirs);
        expect(judgeEdit(taken, theirs).conflicts).toEqual([]);
        expect(update(theirs, judgeEdit(taken, theirs).update).tags ?? {}).toEqual(readTags("theirs"));
        const sides = [old, other, own, readTags("theirs"), readTags("mine")];
        for (const key of new Set([old, other, own].flatMap(Object.keys))) {
          const [before, them, me, kept, won] = sides.map((one) => JSON.stringify(readTag(one, key)));
          expect(won).toEqual(me === before ? them : me);
          expect(kept).toEqual(before === them ? me : them);
        }
      }),
      runs,
    );
  });

  it("sends nothing that is so already", () => {
    fc.assert(
      fc.property(updates, updates, (start, mine) => {
        const [was, theirs] = [update(base, start), update(update(base, start), mine)];
        expect(judgeEdit(rebase(type(was, clean(mine)), theirs), theirs)).toEqual({
          ...{ update: {}, mistakes: {}, conflicts: [], isTyped: false },
        });
      }),
      runs,
    );
  });

  it("keeps each tag in the row that it has, whatever goes from before it", () => {
    const was = update(base, { tags: { a: 1, b: 2, c: 3 } });
    const rows = makeTagsDraft(was.tags ?? {});
    const edit = typeTags(noEdit, was, rows);
    const theirs = update(base, { tags: { b: 5, c: 3, d: 4 } });
    const next = rebase(edit, theirs).tags?.draft ?? makeTagsDraft(theirs.tags ?? {});
    const readIds = (draft: TagsDraft) => (draft.mode === "rows" ? draft.rows.map(({ id, key }) => [key, id]) : []);
    expect(readIds(next)).toEqual([...readIds(rows).slice(1), ["d", "tag d"]]);
    const [first, second] = [addRow([]), addRow(addRow([]))];
    expect([first.map(({ id }) => id), new Set(second.map(({ id }) => id)).size]).toEqual([["new"], 2]);
  });

  it("is chosen anew where theirs is another one since", () => {
    const edit = type(base, { description: "mine" });
    const [first, second] = ["one", "two"].map((description) => update(base, { description }));
    if (!first || !second) throw new Error("two images");
    const chosen = chooseAll(rebase(edit, first), first, "mine");
    expect(judgeEdit(chosen, first).conflicts).toEqual([
      { field: "description", was: undefined, theirs: "one", mine: "mine", side: "mine" },
    ]);
    expect(judgeEdit(rebase(chosen, second), second).conflicts).toMatchObject([{ theirs: "two", side: null }]);
  });
});

describe("a difference", () => {
  it("names the fields that differ, whatever the order of an object's keys, and absent is null", () => {
    expect(
      listDifferences(
        { name: "a", tags: { a: 1, b: [2] }, eula: null },
        { name: "b", tags: { b: [2], a: 1 }, acl: ["x"] },
      ),
    ).toEqual([
      { field: "name", before: "a", after: "b" },
      { field: "acl", before: null, after: ["x"] },
    ]);
  });

  it("names a tag that an object without tags seems to have", () => {
    const tagged: Record<string, unknown> = JSON.parse('{"constructor": 1, "__proto__": 2}');
    expect(listTagDifferences({}, tagged)).toStrictEqual([
      { field: "constructor", before: undefined, after: 1 },
      { field: "__proto__", before: undefined, after: 2 },
    ]);
  });

  it("of texts holds both", () => {
    const words = fc
      .array(fc.constantFrom("red", "green", " ", "\n", "é", "💡", ","), { maxLength: 40 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(words, words, (before, after) => {
        const parts = splitTextDifference(before, after);
        const join = (without: string) =>
          parts
            .filter(({ kind }) => kind !== without)
            .map(({ text }) => text)
            .join("");
        expect([join("added"), join("removed")]).toEqual([before, after]);
        if (before === after) expect(parts.every(({ kind }) => kind === "same")).toBe(true);
        // What went stands before what came, and what stayed between two changes is longer than one of them.
        const kinds = parts.map(({ kind }) => kind.charAt(0)).join("");
        expect(kinds).toMatch(/^s?((ra?|a)s)*(ra?|a)?$/);
        const changes = parts.map(({ kind, text }) => (kind === "same" ? 0 : text.length));
        const largest = (at: number, step: number) => Math.max(changes[at + step] ?? 0, changes[at + 2 * step] ?? 0);
        for (const [at, { kind, text }] of parts.entries()) {
          const isBetween = kind === "same" && at > 0 && at < parts.length - 1;
          if (isBetween) expect(text.length).toBeGreaterThan(Math.min(largest(at, -1), largest(at, 1)));
        }
      }),
      runs,
    );
  });

  it("of a text that was rewritten is the old and the new one, each whole", () => {
    const [before, after] = [
      "PostgreSQL 17 with streaming replication, WAL archiving to object storage and nightly base backups.",
      "An image for the database of the billing service: it has the newest release, and the tools to take backups.",
    ];
    expect(splitTextDifference(before, after)).toEqual([
      { kind: "removed", text: before },
      { kind: "added", text: after },
    ]);
    expect(splitTextDifference("good", `good, and ${after}`)).toEqual([
      { kind: "same", text: "good" },
      { kind: "added", text: `, and ${after}` },
    ]);
  });

  it("of texts is word by word, and of long ones still done at once", () => {
    expect(splitTextDifference("a small test", "a large test")).toEqual([
      { kind: "same", text: "a " },
      { kind: "removed", text: "small" },
      { kind: "added", text: "large" },
      { kind: "same", text: " test" },
    ]);
    // Common words between longer changes are no islands.
    expect(splitTextDifference("runs on the old network today", "runs behind the new one today")).toEqual([
      { kind: "same", text: "runs " },
      { kind: "removed", text: "on the old network" },
      { kind: "added", text: "behind the new one" },
      { kind: "same", text: " today" },
    ]);
    const [before, after] = ["a ", "b "].map((word) => word.repeat(5000));
    expect(splitTextDifference(before ?? "", after ?? "").length).toBeGreaterThan(1);
  });
});

describe("the console's rules", () => {
  const values = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom<unknown>(null, 7, "https://a/", [], {}, "a".repeat(1025), "\u0000"),
  );
  const sent = fc.dictionary(
    fc.constantFrom<EditableField | "acl" | "other">(...editableFields, "acl", "other"),
    values,
  );

  it("refuse what the service refuses, with the rules of its sentences", () => {
    const schema = makeUpdateImageSchema({ maxAcl: 3000, maxTagsBytes: 102_400 });
    fc.assert(
      fc.property(sent, (some) => {
        const parsed = z.safeParse(schema, some);
        const issues = parsed.success ? [] : parsed.error.issues.filter(({ path }) => path.length > 0);
        const expected = Object.fromEntries(
          issues
            .toReversed()
            .map(({ path, message }) => [String(path[0]), message.replace(/(?:, or null)?; .*$/s, "")]),
        );
        expect(findFieldMistakes(some)).toEqual(expected);
      }),
      runs,
    );
  });

  it("name what is no account", () => {
    expect(findAccountMistake("47034e57-42d1-0342-b302-00db733e8c8a")).toBeUndefined();
    expect(findAccountMistake("alice")).toMatch(/^An account is named by its UUID in lower case/);
  });
});

describe("an address", () => {
  it("names a view, and the view names it", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((id) => id.isWellFormed() && !/^\.\.?$/.test(id)),
        (id) => {
          const routes: Route[] = [
            { view: "image", id },
            { view: "history", id },
            { view: "history", id, compare: [3, 7] },
          ];
          expect(routes.map((route) => readRoute(formatRoute(route)))).toEqual(routes);
        },
      ),
      runs,
    );
    const others = ["", "#", "#/", "#/nope", "#/images", "#/images//", "#/images/..", "#/images/%2e/history"];
    expect(others.map(readRoute)).toEqual(others.map(() => ({ view: "images" })));
    const compare = (text: string) => readRoute(`#/images/a/history?compare=${text}`);
    expect(["7,3", "10,9", "3", "0,1", "1,x", "1,2,3"].map(compare)).toEqual([
      { view: "history", id: "a", compare: [3, 7] },
      { view: "history", id: "a", compare: [9, 10] },
      ...Array(4).fill({ view: "history", id: "a" }),
    ]);
    expect(["#/keys", "#/sign-in", "#/images/%zz"].map(readRoute)).toEqual([
      { view: "keys" },
      { view: "sign-in" },
      { view: "image", id: "%zz" },
    ]);
  });
});
