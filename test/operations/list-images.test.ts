import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send } from "../client.ts";
import { bob, clear, mallory, provision } from "../fixtures.ts";
import { idsOf, list, stored, uuidOf } from "../image-lists.ts";

describe("ListImages", () => {
  it("shows each image as GetImage does, for every release, and HEAD the same length", async () => {
    await clear(env.DB);
    await provision(env.DB);
    for (const version of ["7.2.0", "9.0.0"]) {
      const all = await list("?state=all", { version });
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

describe("ListImages refuses", () => {
  beforeEach(() =>
    stored([
      { uuid: uuidOf(1), owner: mallory.uuid, name: "a", version: "1", state: "active", public: false, acl: [] },
    ]),
  );

  it.each([
    ["?limit=0", 'limit is a number from 1 to 10000; "0" was sent'],
    ["?limit=10001", 'limit is a number from 1 to 10000; "10001" was sent'],
    ["?limit=1e3", 'limit is a number from 1 to 10000; "1e3" was sent'],
    ["?marker=zzz", 'marker is the id of an image that you can see; "zzz" was sent'],
    [`?marker=${uuidOf(1)}`, `marker is the id of an image that you can see; "${uuidOf(1)}" was sent`],
    [`?marker=${uuidOf(2)}`, `marker is the id of an image that you can see; "${uuidOf(2)}" was sent`],
    ["?public=yes", 'public is one of true, false; "yes" was sent'],
    ["?state=destroyed", 'state is one of active, unactivated, disabled, creating, failed, all; "destroyed" was sent'],
    [
      "?state=constructor",
      'state is one of active, unactivated, disabled, creating, failed, all; "constructor" was sent',
    ],
    ["?name=a&name=b", "name is given more than once"],
  ])("%s", async (query, message) => {
    const { status, json } = await list(query);
    expect({ status, json }).toEqual({ status: 409, json: { code: "InvalidArgument", message } });
  });

  it("a type that is unknown before 8.0.0, and knows both of its names there", async () => {
    const zvol = {
      uuid: uuidOf(2),
      owner: bob.uuid,
      name: "a",
      version: "1",
      state: "active",
      public: false,
      acl: [],
      type: "zvol",
    } as const;
    await stored([zvol, { ...zvol, uuid: uuidOf(3), type: "lx-dataset" }]);
    const { status, json } = await list("?type=zvol", { version: "7.2.0" });
    expect({ status, json }).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message: 'type is one of virtualmachine, smartmachine; "zvol" was sent' },
    });
    expect(idsOf(await list("?type=virtualmachine", { version: "7.2.0" }))).toEqual([uuidOf(2)]);
    expect(idsOf(await list("?type=smartmachine", { version: "7.2.0" }))).toEqual([uuidOf(3)]);
    expect(idsOf(await list("?type=smartmachine"))).toEqual([]);
  });

  it("a list that is longer than MAX_LIST, unless asked for a page", async () => {
    const one = { owner: bob.uuid, name: "a", version: "1", state: "active", public: false, acl: [] } as const;
    await stored([1, 2, 3].map((index) => ({ ...one, uuid: uuidOf(index) })));
    const bounded = (maxList: string, query = "") =>
      send({
        method: "GET",
        path: `/my/images${query}`,
        sign: { key: "ed25519" },
        bindings: bindingsWith({ MAX_LIST: maxList }),
      });
    expect(idsOf(await bounded("3"))).toHaveLength(3);
    const { status, json } = await bounded("2");
    expect({ status, json }).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message: "more than 2 images match; ask for pages with limit and marker" },
    });
    expect(idsOf(await bounded("2", "?limit=2"))).toEqual([uuidOf(1), uuidOf(2)]);
  });
});
