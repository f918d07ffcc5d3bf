import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { listIds, listImages, storeImages, type TestManifest } from "../support/image-lists.ts";
import { forbidden, invalid, limitKey, sendCold } from "../support/limited-keys.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const one = { name: "n", version: "1", state: "active", public: true, acl: [], type: "zvol", os: "linux" } as const;

const image = (at: number, some: Partial<TestManifest> = {}): TestManifest => ({
  ...{ uuid: makeUuid(at), owner: bob.uuid },
  ...one,
  ...some,
});

const destroyed = (some: Partial<TestManifest> = {}) => ({ state: "destroyed" as const, ...some });

const get = (path: string, some: Partial<TestRequest> = {}) =>
  sendCold({ path, headers: { "Accept-Version": "9.0.0" }, ...some });

const remove = async (at: number, some: Partial<TestRequest> = {}): Promise<void> => {
  expect((await send({ method: "DELETE", path: `/my/images/${makeUuid(at)}`, ...some })).status).toBe(204);
};

describe("ListImages with destroyed=true", () => {
  it("shows an image that was deleted as it was, in the state destroyed; no other list does, and GetImage is 404", async () => {
    await storeImages([image(1, { acl: [mallory.uuid], tags: { role: "db" } }), image(2)]);
    const { json: whole } = await get(`/my/images/${makeUuid(1)}`);
    expect((await listImages("?destroyed=true")).json).toEqual([]);
    await remove(1);
    const list = await listImages("?destroyed=true");
    expect(pickStatusAndJson(list)).toEqual({ status: 200, json: [{ ...(whole as object), state: "destroyed" }] });
    expect(list.headers.get("Ignored-Parameters")).toBe(null);
    const head = await get("/my/images?destroyed=true", { method: "HEAD" });
    expect([head.status, head.text, head.headers.get("Content-MD5")]).toEqual([
      200,
      "",
      list.headers.get("Content-MD5"),
    ]);
    for (const query of ["", "?destroyed=false", "?destroyed=", "?state=all", "?destroyed=false&state=all"]) {
      expect(listIds(await listImages(query)), query).toEqual([makeUuid(2)]);
    }
    expect((await get(`/my/images/${makeUuid(1)}`)).status).toBe(404);
    expect((await get(`/my/images/${makeUuid(1)}/audit`)).json).toHaveLength(2);
  });

  it("shows none of another account, however it was shared, and none without an audit", async () => {
    await storeImages([
      image(1, destroyed()),
      image(2, destroyed({ owner: mallory.uuid, acl: [bob.uuid] })),
      image(3, destroyed()),
      image(4, { owner: mallory.uuid }),
    ]);
    await env.DB.prepare("DELETE FROM image_revisions WHERE image = ?").bind(makeUuid(3)).run();
    expect(listIds(await listImages("?destroyed=true"))).toEqual([makeUuid(1)]);
    expect(listIds(await listImages(`?destroyed=true&owner=${mallory.uuid}`))).toEqual([]);
  });

  it("shows those whose audit is kept, of more than MAX_IMAGES", async () => {
    await storeImages([1, 2, 3].map((at) => image(at)));
    const bindings = makeBindings({ MAX_IMAGES: "2" });
    for (const at of [3, 1, 2]) await remove(at, { bindings });
    const shown = listIds(await listImages("?destroyed=true"));
    expect(shown).toHaveLength(2);
    for (const at of [1, 2, 3]) {
      const { status } = await get(`/my/images/${makeUuid(at)}/audit`);
      expect(status).toBe(shown.includes(makeUuid(at)) ? 200 : 404);
    }
  });

  it("takes the other filters, and refuses a state beside it", async () => {
    await storeImages([
      image(1, destroyed({ name: "a", os: "smartos" })),
      image(2, destroyed({ name: "ab", version: "2", public: false, tags: { role: "db" } })),
      image(3, destroyed({ type: "docker" })),
      image(4, { name: "a" }),
    ]);
    for (const [query, found] of [
      ["", [1, 2]],
      ["name=a", [1]],
      ["name=~a", [1, 2]],
      ["version=2", [2]],
      ["os=linux", [2]],
      ["type=docker", [3]],
      ["public=false", [2]],
      [`owner=${bob.uuid}`, [1, 2]],
      ["tag.role=db", [2]],
      ["limit=1", [1]],
      [`marker=${makeUuid(1)}`, [2]],
      ["state=", [1, 2]],
    ] as const) {
      expect(listIds(await listImages(`?destroyed=true&${query}`)), query).toEqual(found.map(makeUuid));
    }
    for (const state of ["active", "all", "failed"]) {
      expect(pickStatusAndJson(await listImages(`?state=${state}&destroyed=true`))).toEqual(
        invalid(`state is not for a list with destroyed=true; "${state}" was sent`),
      );
    }
  });

  it("is, for a key of one image, a list of that image alone, and 403 for a key that may read none", async () => {
    await storeImages([1, 2].map((at) => image(at, destroyed())));
    await limitKey({ scope: `images:read@${makeUuid(2)}` });
    expect(listIds(await get("/my/images?destroyed=true"))).toEqual([makeUuid(2)]);
    await limitKey({ scope: "account:read" });
    expect(pickStatusAndJson(await get("/my/images?destroyed=true"))).toEqual(
      forbidden("the scope of this key lacks images:read"),
    );
  });

  it("shows an operator the destroyed images of the account in the path", async () => {
    await clear(env.DB);
    await provision(env.DB, {
      accounts: [bob, { ...mallory, operator: true, keys: [makeKey("ed25519")] }],
      images: [image(1, destroyed()), image(2, destroyed({ owner: mallory.uuid }))],
    });
    const sign = { as: "mallory", key: "ed25519" } as const;
    expect(listIds(await get("/bob/images?destroyed=true", { sign }))).toEqual([makeUuid(1)]);
    expect(listIds(await get("/my/images?destroyed=true", { sign }))).toEqual([makeUuid(2)]);
  });
});

describe("a long list with destroyed=true", () => {
  const count = 1200;

  /** Stores images, each with tags of so many bytes. */
  const insert = (state: string, tagBytes: number, owner = bob.uuid) =>
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO images (uuid, name, version, owner, state, tags)
       SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'n' || i, '1', ?2, ?3,
         json_object('role', iif(i % 2, 'db', 'web'), 't', substr(hex(zeroblob(?4)), 1, ?4)) FROM n`,
    )
      .bind(count, owner, state, tagBytes)
      .run();

  const all = Array.from({ length: count }, (_, at) => makeUuid(at + 1));

  beforeEach(() => storeImages([]));

  it("has later pages and large images as other lists do, without an image that came back meanwhile", async () => {
    await insert("destroyed", 10);
    const large = JSON.stringify({ t: "x".repeat(9000) });
    await env.DB.prepare("UPDATE images SET tags = ?, revision = 2 WHERE uuid IN (?, ?)")
      .bind(large, makeUuid(3), makeUuid(4))
      .run();
    expect(listIds(await listImages("?destroyed=true"))).toEqual(all);
    const { db } = wrapDatabase(env.DB, async (run, call) => {
      // After the caller, the first page, and the ids of all.
      if (call === 4) {
        await env.DB.prepare("UPDATE images SET state = 'active', revision = revision + 1 WHERE uuid IN (?, ?)")
          .bind(makeUuid(4), makeUuid(1100))
          .run();
      }
      return run();
    });
    const left = all.filter((id) => id !== makeUuid(4) && id !== makeUuid(1100));
    expect(listIds(await listImages("?destroyed=true", { db }))).toEqual(left);
  });

  it("is searched by tags in several steps where they are large", async () => {
    await insert("destroyed", 2000);
    expect(listIds(await listImages("?destroyed=true&tag.role=web"))).toEqual(all.filter((_, at) => at % 2 === 1));
  });

  /** Counts the rows that a list reads which finds nothing. */
  const countRows = async (query: string): Promise<number> => {
    const counted = wrapDatabase(env.DB);
    expect((await listImages(query, { db: counted.db })).json).toEqual([]);
    return counted.results.flat().reduce((sum, { meta }) => sum + meta.rows_read, 0);
  };

  it.each([
    ["destroyed=true reads no image that is not destroyed", "active", "?destroyed=true"],
    ["destroyed=true searches the tags of none", "active", "?destroyed=true&tag.role=db"],
    ["destroyed=true reads none of another account", "destroyed", "?destroyed=true", mallory.uuid],
    ["state=all reads no destroyed image", "destroyed", "?state=all"],
  ])("%s", async (...[, state, query, owner]) => {
    const without = await countRows(query);
    await insert(state, 10, owner);
    expect(await countRows(query)).toBe(without);
  });
});
