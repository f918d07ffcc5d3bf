import { describe, expect, it } from "vitest";
import type { ListFilters } from "../../src/images/list-conditions.sql.ts";
import { readListFilters } from "../../src/images/rules/list-filters.ts";
import { type Release, releaseNames } from "../../src/releases.ts";
import { catchRefusal } from "../support/refusals.ts";
import { makeUuid } from "../support/uuids.ts";

/** The filters of a list whose query is empty, from release 8.0.0 on. */
const none: ListFilters = {
  ...{ name: null, namePart: null, os: null, version: null, versionPart: null, public: null, owner: null },
  ...{ type: null, notType: "docker", isZvol: null, state: "active", tags: [], limit: null, marker: null, since: null },
};

const maxList = 50;

const read = (query: Record<string, unknown>, release: Release = "9.0.0") =>
  readListFilters(query, { release, maxList });

describe("readListFilters reads", () => {
  it.each<[query: Record<string, string>, filters: Partial<ListFilters>]>([
    [{}, {}],
    [{ name: "base" }, { name: "base" }],
    [{ name: "~base" }, { namePart: "base" }],
    [{ name: "~" }, { namePart: "" }],
    [{ name: "~~a" }, { namePart: "~a" }],
    [{ version: "1.0" }, { version: "1.0" }],
    [{ version: "~1.0" }, { versionPart: "1.0" }],
    [{ os: "~linux" }, { os: "~linux" }],
    [{ owner: "x" }, { owner: "x" }],
    [{ public: "true" }, { public: true }],
    [{ public: "false" }, { public: false }],
    [{ state: "all" }, { state: "all" }],
    [{ destroyed: "true" }, { state: "destroyed" }],
    [{ destroyed: "true", state: "" }, { state: "destroyed" }],
    [{ destroyed: "false", state: "failed" }, { state: "failed" }],
    [{ limit: "50" }, { limit: 50 }],
    [{ limit: "001" }, { limit: 1 }],
    [{ marker: makeUuid(1) }, { marker: makeUuid(1) }],
    [{ marker: "2026-01-02T03:04:05Z" }, { since: "2026-01-02T03:04:05.000Z" }],
    [
      { "tag.role": "db", "tag.": "x", "tag.a.b": "" },
      {
        tags: [
          ["role", "db"],
          ["", "x"],
          ["a.b", ""],
        ],
      },
    ],
    [{ sort: "name", "name[]": "x", "as-role": "admin", tag: "x" }, {}],
  ])("%j", (query, filters) => {
    expect(read(query)).toEqual({ ...none, ...filters });
  });

  it.each(["name", "os", "version", "owner", "type", "public", "state", "destroyed", "limit", "marker"])(
    "no filter from an empty %s",
    (name) => {
      for (const release of releaseNames) expect(read({ [name]: "" }, release)).toEqual(read({}, release));
    },
  );

  it.each(["active", "unactivated", "disabled", "creating", "failed", "all"])("the state %s", (state) => {
    expect(read({ state })).toEqual({ ...none, state });
  });

  it("16 tags, one or more", () => {
    const names = Array.from({ length: 16 }, (_, at) => `tag.${at}`);
    expect(read(Object.fromEntries(names.map((name) => [name, "x"]))).tags).toEqual(
      names.map((name) => [name.slice(4), "x"]),
    );
  });
});

/** What a list shows by type: `type` and `notType` are stored types, `isZvol` is the one of two before 8.0.0. */
type Types = Pick<ListFilters, "type" | "notType" | "isZvol">;

function readTypes(query: Record<string, unknown>, release: Release): Types {
  const { type, notType, isZvol } = read(query, release);
  return { type, notType, isZvol };
}

it.each(releaseNames)("release %s reads no type as every type but docker", (release) => {
  expect(readTypes({}, release)).toEqual({ type: null, notType: "docker", isZvol: null });
});

describe.each(["7.2.0", "7.3.0"] as const)("release %s reads the type", (release) => {
  it("as one of two, and never shows docker images", () => {
    expect(readTypes({ type: "virtualmachine" }, release)).toEqual({ type: null, notType: "docker", isZvol: true });
    expect(readTypes({ type: "smartmachine" }, release)).toEqual({ type: null, notType: "docker", isZvol: false });
  });

  it.each(["zvol", "docker", "!smartmachine", "!zvol", "constructor"])("%s as none of the two", (type) => {
    expect(catchRefusal(() => readTypes({ type }, release))).toEqual({
      code: "InvalidArgument",
      message: `type is one of virtualmachine, smartmachine; "${type}" was sent`,
    });
  });
});

describe.each(["8.0.0", "9.0.0"] as const)("release %s reads the type", (release) => {
  it.each(["zvol", "docker", "smartmachine", "bogus"])("%s as a stored type, and ! before it negates it", (type) => {
    expect(readTypes({ type }, release)).toEqual({ type, notType: null, isZvol: null });
    expect(readTypes({ type: `!${type}` }, release)).toEqual({ type: null, notType: type, isZvol: null });
  });

  it("after one ! as it is", () => {
    expect(readTypes({ type: "!" }, release)).toEqual({ type: null, notType: "", isZvol: null });
    expect(readTypes({ type: "!!zvol" }, release)).toEqual({ type: null, notType: "!zvol", isZvol: null });
  });
});

describe("readListFilters refuses", () => {
  const states = "active, unactivated, disabled, creating, failed, all";

  it.each<[query: Record<string, unknown>, message: string]>([
    [{ public: "yes" }, 'public is one of true, false; "yes" was sent'],
    [{ public: "constructor" }, 'public is one of true, false; "constructor" was sent'],
    [{ state: "Active" }, `state is one of ${states}; "Active" was sent`],
    [{ state: "destroyed" }, `state is one of ${states}; "destroyed" was sent`],
    [{ state: "é".repeat(65) }, `state is one of ${states}; "${"é".repeat(64)}..." was sent`],
    [{ destroyed: "1" }, 'destroyed is one of true, false; "1" was sent'],
    [{ destroyed: "TRUE", state: "all" }, 'destroyed is one of true, false; "TRUE" was sent'],
    [{ destroyed: ["true", "true"] }, "destroyed is given more than once"],
    [{ destroyed: "true", state: "active" }, 'state is not for a list with destroyed=true; "active" was sent'],
    [{ limit: "0" }, 'limit is a number from 1 to 50; "0" was sent'],
    [{ limit: "51" }, 'limit is a number from 1 to 50; "51" was sent'],
    [{ limit: "-1" }, 'limit is a number from 1 to 50; "-1" was sent'],
    [{ limit: "1.0" }, 'limit is a number from 1 to 50; "1.0" was sent'],
    [{ marker: "x" }, 'marker is the id of an image that you can see, or a date; "x" was sent'],
    [
      { marker: makeUuid(1).toUpperCase() },
      `marker is the id of an image that you can see, or a date; "${makeUuid(1).toUpperCase()}" was sent`,
    ],
    [{ name: ["a", "a"] }, "name is given more than once"],
    [{ state: ["", ""] }, "state is given more than once"],
    [{ limit: ["1", "1"] }, "limit is given more than once"],
    [{ "tag.role": ["a", "b"] }, "tag.role is given more than once"],
    [
      Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`tag.${at}`, "x"])),
      "a list filters by at most 16 tags; 17 were sent",
    ],
  ])("%j", (query, message) => {
    expect(catchRefusal(() => read(query))).toEqual({ code: "InvalidArgument", message });
  });
});
