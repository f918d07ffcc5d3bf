import { beforeAll, describe, expect, it } from "vitest";
import { listParameters } from "../../src/images/rules/list-filters.ts";
import { bob } from "../support/fixtures.ts";
import { listIds, listImages, storeImages } from "../support/image-lists.ts";
import { makeUuid } from "../support/uuids.ts";

const image = {
  owner: bob.uuid,
  name: "n",
  version: "1",
  os: "smartos",
  type: "zvol",
  state: "active",
  public: false,
  acl: [],
} as const;

/** For each parameter a value that leaves nothing of two images, but `limit` and `marker`. A missing one does not compile. */
const excluding: Readonly<Record<(typeof listParameters)[number], string>> = {
  name: "name=other",
  os: "os=other",
  version: "version=2",
  owner: `owner=${makeUuid(9)}`,
  type: "type=!zvol",
  public: "public=true",
  state: "state=failed",
  destroyed: "destroyed=true",
  "tag.": "tag.role=db",
  limit: "limit=1",
  marker: `marker=${makeUuid(1)}`,
};

describe("a list parameter has an effect", () => {
  beforeAll(() =>
    storeImages([
      { ...image, uuid: makeUuid(1) },
      { ...image, uuid: makeUuid(2) },
    ]),
  );

  it("that these requests would lose without it", async () => {
    expect(listIds(await listImages())).toEqual([makeUuid(1), makeUuid(2)]);
  });

  it.each(listParameters)("%s", async (parameter) => {
    const left = { limit: [makeUuid(1)], marker: [makeUuid(2)] }[String(parameter)] ?? [];
    expect(listIds(await listImages(`?${excluding[parameter]}`))).toEqual(left);
  });
});

describe("a filter by a tag", () => {
  const texts = ["db", '"db"', '"', 'a"b'];

  beforeAll(() =>
    storeImages(texts.map((role, index) => ({ ...image, uuid: makeUuid(index), tags: { role, list: ["db"] } }))),
  );

  it.each(texts.map((text, index) => [text, index] as const))(
    "finds the text %s as it is stored",
    async (text, index) => {
      expect(listIds(await listImages(`?tag.role=${encodeURIComponent(text)}`))).toEqual([makeUuid(index)]);
    },
  );

  it("that begins with a quote means this text, and not the JSON of a value", async () => {
    expect(listIds(await listImages(`?tag.list=${encodeURIComponent('["db"]')}`))).toHaveLength(texts.length);
    expect(listIds(await listImages(`?tag.list=${encodeURIComponent('"db"')}`))).toEqual([]);
  });
});
