import { describe, expect, it } from "vitest";
import type { ListedImage } from "../../src/images/list-images.sql.ts";
import { assertMarker, makeListTooLong } from "../../src/images/rules/list-filters.ts";
import { groupByBytes } from "../../src/text.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { makeFound, makeRow } from "../support/image-rows.ts";
import { catchRefusal } from "../support/refusals.ts";
import { makeUuid } from "../support/uuids.ts";

describe("assertMarker", () => {
  const filters = { marker: makeUuid(1) };
  const makeTheirs = (more: object = {}) => makeFound({ owner: mallory.uuid, ...more });

  it("accepts a list without a marker, and a marker whose image the account can see, or had itself", () => {
    expect(() => assertMarker({ marker: null }, { marker: null }, bob.uuid)).not.toThrow();
    const own = [makeFound(), makeFound({ state: "failed" }), makeFound({ state: "destroyed" })];
    for (const marker of [...own, makeTheirs({ public: true })]) {
      expect(() => assertMarker(filters, { marker }, bob.uuid)).not.toThrow();
    }
  });

  it("throws InvalidArgument for a marker that does not exist or is hidden", () => {
    for (const marker of [null, makeTheirs(), makeTheirs({ public: true, state: "destroyed" })]) {
      expect(catchRefusal(() => assertMarker(filters, { marker }, bob.uuid))).toEqual({
        code: "InvalidArgument",
        message: `marker is the id of an image that you can see, or a date; "${makeUuid(1)}" was sent`,
      });
    }
  });
});

it("makeListTooLong names the most images that one answer may hold, and what to do", () => {
  const tooLong = () => {
    throw makeListTooLong(7);
  };
  expect(catchRefusal(tooLong)).toEqual({
    code: "InvalidArgument",
    message: "more than 7 images match; ask for pages with limit and marker",
  });
});

describe("groupByBytes", () => {
  const make = (sizes: readonly number[]): ListedImage[] =>
    sizes.map((bytes, at) => ({ image: makeRow({ uuid: makeUuid(at) }), bytes, isLarge: bytes > 4096 }));

  const group = (sizes: readonly number[]): number[][] =>
    groupByBytes(make(sizes), { maxBytes: 1_000_000 }).map((images) => images.map(({ bytes }) => bytes));

  it.each<[sizes: number[], groups: number[][]]>([
    [[], []],
    [[0], [[0]]],
    [[1, 2, 3], [[1, 2, 3]]],
    [[500_000, 500_000], [[500_000, 500_000]]],
    [
      [500_000, 500_001, 1],
      [[500_000], [500_001, 1]],
    ],
    [
      [9_000_000, 1, 1_000_000, 0],
      [[9_000_000], [1], [1_000_000, 0]],
    ],
  ])("splits images into runs of at most 1 MB, one image at least: %j", (sizes, groups) => {
    expect(group(sizes)).toEqual(groups);
  });

  it("keeps every image, in order", () => {
    const images = make(Array.from({ length: 100 }, (_, at) => (at * 977_777) % 750_000));
    expect(groupByBytes(images, { maxBytes: 1_000_000 }).flat()).toEqual(images);
  });
});
