import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { listIds, listImages, storeImages } from "../support/image-lists.ts";
import { makeUuid } from "../support/uuids.ts";

describe("ListImages", () => {
  it("shows each image as GetImage does, for old and new releases, and answers HEAD with the same length", async () => {
    await clear(env.DB);
    await provision(env.DB);
    for (const version of ["7.2.0", "9.0.0"]) {
      const all = await listImages("?state=all", { version });
      const shown = all.json as { id: string }[];
      expect(shown.length).toBeGreaterThan(200);
      for (const image of shown.slice(0, 20)) {
        const one = await send({
          method: "GET",
          path: `/my/images/${image.id}`,
          headers: { "Accept-Version": version },
          sign: { key: "ed25519" },
        });
        expect(one.text).toBe(JSON.stringify(image));
      }
      const head = await send({
        method: "HEAD",
        path: "/my/images?state=all",
        headers: { "Accept-Version": version },
        sign: { key: "ed25519" },
      });
      expect([head.status, head.text, head.headers.get("Content-MD5")]).toEqual([
        200,
        "",
        all.headers.get("Content-MD5"),
      ]);
      expect(head.headers.get("Content-Length")).toBe(String(new TextEncoder().encode(all.text).length));
    }
  });
});

describe("a page of ListImages", () => {
  const published = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.500Z",
    "2026-01-02T00:00:00Z",
    "2026-01-03T00:00:00Z",
  ];

  beforeEach(() =>
    storeImages(
      published.map((published_at, at) => ({
        uuid: makeUuid(at),
        owner: at === 3 ? mallory.uuid : bob.uuid,
        name: "a",
        version: "1",
        state: "active",
        public: true,
        acl: [],
        published_at,
      })),
    ),
  );

  it("continues after an image of one's own that was deleted meanwhile, as a clean-up does", async () => {
    const left: string[] = [];
    for (let marker = ""; ; ) {
      const ids = listIds(await listImages(`?owner=${bob.uuid}&limit=1${marker}`));
      if (ids.length === 0) break;
      left.push(...ids);
      const path = `/my/images/${ids.at(-1)}`;
      expect((await send({ method: "DELETE", path, sign: { key: "ed25519" } })).status).toBe(204);
      marker = `&marker=${ids.at(-1)}`;
    }
    expect(left).toEqual([0, 1, 2].map(makeUuid));
    await env.DB.prepare("UPDATE images SET state = 'destroyed' WHERE owner <> ?").bind(bob.uuid).run();
    expect((await listImages(`?marker=${makeUuid(3)}`)).status).toBe(409);
  });

  it.each([
    ["2026-01-01T00:00:00.5Z", [1, 2, 3]],
    ["2026-01-01T00:00:00Z", [0, 1, 2, 3]],
    ["2026-01-02", [2, 3]],
    ["2026-01-02T00:00", [2, 3]],
    ["2026-01-02T00:00:00.001", [3]],
    ["2030-01-01", []],
  ])("begins with the images of a date, as IMGAPI's does: %s", async (marker, expected) => {
    expect(listIds(await listImages(`?marker=${marker}`))).toEqual(expected.map(makeUuid));
    expect(listIds(await listImages(`?marker=${marker}&limit=1&owner=${bob.uuid}`))).toEqual(
      expected
        .filter((at) => at < 3)
        .slice(0, 1)
        .map(makeUuid),
    );
  });
});

describe("ListImages refuses", () => {
  beforeEach(() =>
    storeImages([
      { uuid: makeUuid(1), owner: mallory.uuid, name: "a", version: "1", state: "active", public: false, acl: [] },
    ]),
  );

  it.each([
    ["?limit=0", 'limit is a number from 1 to 10000; "0" was sent'],
    ["?limit=10001", 'limit is a number from 1 to 10000; "10001" was sent'],
    ["?limit=1e3", 'limit is a number from 1 to 10000; "1e3" was sent'],
    ["?marker=zzz", 'marker is the id of an image that you can see, or a date; "zzz" was sent'],
    [`?marker=${makeUuid(1)}`, `marker is the id of an image that you can see, or a date; "${makeUuid(1)}" was sent`],
    [`?marker=${makeUuid(2)}`, `marker is the id of an image that you can see, or a date; "${makeUuid(2)}" was sent`],
    ["?marker=2026-13-01", 'marker is the id of an image that you can see, or a date; "2026-13-01" was sent'],
    ["?marker=1e3", 'marker is the id of an image that you can see, or a date; "1e3" was sent'],
    ["?public=yes", 'public is one of true, false; "yes" was sent'],
    ["?state=destroyed", 'state is one of active, unactivated, disabled, creating, failed, all; "destroyed" was sent'],
    [
      "?state=constructor",
      'state is one of active, unactivated, disabled, creating, failed, all; "constructor" was sent',
    ],
    ["?name=a&name=b", "name is given more than once"],
  ])("%s", async (query, message) => {
    expect(pickStatusAndJson(await listImages(query))).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message },
    });
  });

  it("a type that releases before 8.0.0 do not have, and takes their two types", async () => {
    const zvol = {
      uuid: makeUuid(2),
      owner: bob.uuid,
      name: "a",
      version: "1",
      state: "active",
      public: false,
      acl: [],
      type: "zvol",
    } as const;
    await storeImages([zvol, { ...zvol, uuid: makeUuid(3), type: "lx-dataset" }]);
    expect(pickStatusAndJson(await listImages("?type=zvol", { version: "7.2.0" }))).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message: 'type is one of virtualmachine, smartmachine; "zvol" was sent' },
    });
    expect(listIds(await listImages("?type=virtualmachine", { version: "7.2.0" }))).toEqual([makeUuid(2)]);
    expect(listIds(await listImages("?type=smartmachine", { version: "7.2.0" }))).toEqual([makeUuid(3)]);
    expect(listIds(await listImages("?type=smartmachine"))).toEqual([]);
  });

  it("a list that is longer than MAX_LIST, unless the request has a limit", async () => {
    const one = { owner: bob.uuid, name: "a", version: "1", state: "active", public: false, acl: [] } as const;
    await storeImages([1, 2, 3].map((index) => ({ ...one, uuid: makeUuid(index) })));
    const listBounded = (maxList: string, query = "") =>
      send({
        method: "GET",
        path: `/my/images${query}`,
        sign: { key: "ed25519" },
        bindings: makeBindings({ MAX_LIST: maxList }),
      });
    expect(listIds(await listBounded("3"))).toHaveLength(3);
    expect(pickStatusAndJson(await listBounded("2"))).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message: "more than 2 images match; ask for pages with limit and marker" },
    });
    expect(listIds(await listBounded("2", "?limit=2"))).toEqual([makeUuid(1), makeUuid(2)]);
  });
});
