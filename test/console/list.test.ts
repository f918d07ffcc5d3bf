import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Image } from "../../src/console/api/image.ts";
import { Refusal } from "../../src/console/api/refusal.ts";
import { formatRoute, readRoute } from "../../src/console/route.ts";
import {
  firstAddress,
  formatListAddress,
  type ListAddress,
  readListAddress,
} from "../../src/console/views/images/list-address.ts";
import { findReadAt, findWait } from "../../src/console/views/images/read-again.ts";
import { type Column, selectImages, sortImages } from "../../src/console/views/images/select-images.ts";

const runs = { numRuns: process.env["LONG"] ? 20_000 : 500 };

const text = fc.string({ unit: "grapheme" });
const key = fc.oneof(fc.constantFrom("role", "a=b", "a,b", "", "__proto__", "a&b", "a+b %zz"), text);
const addresses: fc.Arbitrary<ListAddress> = fc.record({
  scope: fc.constantFrom("mine", "shared", "public", "deleted"),
  search: text,
  state: fc.oneof(fc.constantFrom("", "active"), text),
  type: text,
  tag: fc.option(fc.record({ key, value: text })),
  tagColumns: fc.uniqueArray(key),
  column: fc.oneof(
    fc.constantFrom<Column>("published", "version", "name"),
    key.map((each): Column => `tag.${each}`),
  ),
  isDescending: fc.boolean(),
});

describe("the address of a list", () => {
  it("says all of a list, and the list is read from it", () => {
    fc.assert(
      fc.property(addresses, (address) => {
        const query = formatListAddress(address);
        expect(readListAddress(query)).toEqual({ address, ignored: [] });
        expect(readRoute(formatRoute({ view: "images", query }))).toEqual({ view: "images", ...(query && { query }) });
      }),
      runs,
    );
  });

  it("reads as people write it, and leaves out what is as in the first list", () => {
    const address: ListAddress = {
      ...{ scope: "shared", search: "base", state: "active", type: "zone-dataset · smartos", isDescending: true },
      ...{ tag: { key: "role", value: "db" }, tagColumns: ["role", "os"], column: "version" },
    };
    const query =
      "scope=shared&search=base&state=active&type=zone-dataset%20%C2%B7%20smartos&tag=role=db&columns=role,os&sort=version&order=desc";
    expect(formatListAddress(address)).toBe(query);
    expect(formatListAddress(firstAddress)).toBe("");
    // As programs write it.
    expect(readListAddress("search=two+words&tag=role%3Ddb&sort=published&order=desc")).toEqual({
      address: { ...firstAddress, search: "two words", tag: { key: "role", value: "db" } },
      ignored: [],
    });
  });

  it("names what means nothing, and reads the rest", () => {
    const many = `columns=${Array.from({ length: 21 }, (_, at) => `k${at}`)}`;
    const broken = [
      "scope=all",
      many,
      "sort=size",
      "order=up",
      "tag=role",
      "search=%zz",
      "nope=1",
      "state",
      "=",
      "state=b",
    ];
    expect(readListAddress(["state=a", ...broken, "&"].join("&"))).toEqual({
      address: { ...firstAddress, state: "a" },
      ignored: broken,
    });
  });

  it("of any text is read without a fault", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (query) => {
        const { address } = readListAddress(query);
        expect(readListAddress(formatListAddress(address))).toEqual({ address, ignored: [] });
      }),
      { numRuns: runs.numRuns / 5 },
    );
  });
});

/** Images that count how often their versions are read. */
function makeCounted(count: number): { images: Image[]; reads: () => number } {
  let reads = 0;
  const images = Array.from({ length: count }, (_, at) => ({
    id: `${String(at).padStart(8, "0")}-0000-4000-8000-000000000000`,
    ...{ name: `n${at}`, requirements: {}, owner: "o", public: false, state: "active" as const },
    tags: { role: at % 2 === 0 ? "db" : "web", cores: at },
    get version() {
      reads += 1;
      return `1.${(at * 7) % count}`;
    },
  }));
  return { images, reads: () => reads };
}

const everything = { search: "", state: "", type: "", tag: null };

describe("a list", () => {
  it("is sorted once for a column: what is selected from it keeps the order, and reads no key again", () => {
    const { images, reads } = makeCounted(1000);
    const sorted = sortImages(images, { column: "version", isDescending: false });
    expect(reads()).toBe(1000);
    const found = selectImages(sorted, { ...everything, search: "n1" });
    // What a search looks at is made once for each image.
    expect(reads()).toBe(2000);
    const narrower = selectImages(sorted, { ...everything, search: "n12" });
    expect(selectImages(sorted, { ...everything, tag: { key: "role", value: "db" } }).length).toBe(500);
    expect(reads()).toBe(2000);
    for (const some of [found, narrower]) expect(some).toEqual(sorted.filter((image) => some.includes(image)));
  });

  it("is sorted by a tag, numbers within it as numbers; images without it come last in both directions", () => {
    const tagged = ["v10", "v9", undefined, 3].map((value, at) => ({
      ...{
        id: String(at),
        name: "n",
        version: "1",
        requirements: {},
        owner: "o",
        public: false,
        state: "active" as const,
      },
      ...(value !== undefined && { tags: { release: value } }),
    }));
    const idsBy = (isDescending: boolean) =>
      sortImages(tagged, { column: "tag.release", isDescending }).map(({ id }) => id);
    expect([idsBy(false), idsBy(true)]).toEqual([
      ["3", "1", "0", "2"],
      ["0", "1", "3", "2"],
    ]);
    expect(selectImages(tagged, { ...everything, tag: { key: "release", value: "3" } }).map(({ id }) => id)).toEqual([
      "3",
    ]);
  });

  it("of others' images is read again a minute after the last reading began, by itself only where it is small", () => {
    const { images } = makeCounted(2001);
    const list = {
      images: images.slice(1),
      state: "read",
      refusal: null,
      isReading: false,
      begunAt: 1000,
      readAt: 900,
    } as const;
    expect([1000, 60_999, 61_000, 99_000].map((now) => findWait(list, now))).toEqual([60_000, 1, 0, 0]);
    expect(findWait({ ...list, images }, 99_000)).toBe(null);
    expect(findWait({ ...list, isReading: true }, 99_000)).toBe(null);
    expect(findWait({ ...list, state: "none" }, 99_000)).toBe(null);
  });

  it("is as old as its reading where no feed tells of it, and as the feed's last page where one does", () => {
    const list = { images: [], state: "read", refusal: null, isReading: false, begunAt: 800, readAt: 900 } as const;
    expect([findReadAt(list, null), findReadAt(list, 5000)]).toEqual([900, 5000]);
    const refusal = new Refusal("busy", { status: 503, code: "ServiceUnavailable" });
    expect(findReadAt({ ...list, refusal }, 5000)).toBe(900);
    expect(findReadAt({ ...list, state: "none", readAt: null, refusal }, null)).toBe(null);
  });
});
