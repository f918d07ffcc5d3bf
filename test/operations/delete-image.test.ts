import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { listIds, listImages, storeImages, type TestManifest } from "../support/image-lists.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const own: TestManifest = {
  uuid: makeUuid(1),
  owner: bob.uuid,
  name: "base",
  version: "1",
  state: "active",
  public: false,
  acl: [],
};
const child: TestManifest & { origin: string } = { ...own, uuid: makeUuid(2), origin: own.uuid };

const remove = (id: string, db = env.DB): Promise<Answer> =>
  send({ method: "DELETE", path: `/my/images/${id}`, sign: { key: "ed25519" }, bindings: makeBindings({ DB: db }) });

const readState = (id: string) => env.DB.prepare("SELECT state, revision FROM images WHERE uuid = ?").bind(id).first();

const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };

describe("DeleteImage", () => {
  beforeEach(() => storeImages([own]));

  it("answers 204 without a body, and from then on the image is 404", async () => {
    const counted = wrapDatabase(env.DB);
    const { status, text, headers } = await remove(own.uuid, counted.db);
    expect([status, text, headers.get("Content-Type"), headers.get("Content-MD5")]).toEqual([204, "", null, null]);
    expect(counted.calls).toBe(2);
    expect(await readState(own.uuid)).toEqual({ state: "destroyed", revision: 2 });
    expect(pickStatusAndJson(await remove(own.uuid))).toEqual(notFound);
    expect(
      pickStatusAndJson(await send({ method: "GET", path: `/my/images/${own.uuid}`, sign: { key: "ed25519" } })),
    ).toEqual(notFound);
    expect(listIds(await listImages("?state=all"))).toEqual([]);
  });

  it("refuses while another image has this one as its origin, and names those that the caller can see", async () => {
    const hidden = { ...child, uuid: makeUuid(3), owner: mallory.uuid };
    const shared = { ...hidden, uuid: makeUuid(4), acl: [bob.uuid] };
    await storeImages([own, child, hidden, shared, { ...child, uuid: makeUuid(5), state: "destroyed" }]);
    expect(pickStatusAndJson(await remove(own.uuid))).toEqual({
      status: 422,
      json: {
        code: "ImageHasDependentImages",
        message: `other images have this one as their origin: ${makeUuid(2)}, ${makeUuid(4)}`,
      },
    });
    expect(await readState(own.uuid)).toEqual({ state: "active", revision: 1 });
    expect((await remove(child.uuid)).status).toBe(204);
    await storeImages([own, hidden]);
    expect(pickStatusAndJson(await remove(own.uuid))).toEqual({
      status: 422,
      json: { code: "ImageHasDependentImages", message: "other images have this one as their origin" },
    });
    await storeImages([own, { ...child, state: "destroyed" }]);
    expect((await remove(own.uuid)).status).toBe(204);
  });

  it("names at most 10 images that have this one as their origin", async () => {
    const children = Array.from({ length: 11 }, (_, at) => ({ ...child, uuid: makeUuid(at + 10) }));
    await storeImages([own, ...children]);
    const named = children.slice(0, 10).map(({ uuid }) => uuid);
    expect(pickStatusAndJson(await remove(own.uuid))).toEqual({
      status: 422,
      json: {
        code: "ImageHasDependentImages",
        message: `other images have this one as their origin: ${named.join(", ")}`,
      },
    });
  });

  it("ends the sharing: a destroyed image is in no row that a list of the others reads", async () => {
    await storeImages([{ ...own, acl: [mallory.uuid] }]);
    const readShares = () => env.DB.prepare("SELECT image, account FROM image_acl").all();
    expect((await readShares()).results).toEqual([{ image: own.uuid, account: mallory.uuid }]);
    expect((await remove(own.uuid)).status).toBe(204);
    expect((await readShares()).results).toEqual([]);
    const plan = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT 1 FROM images WHERE owner = ? AND state <> 'destroyed'",
    )
      .bind(bob.uuid)
      .all<{ detail: string }>();
    expect(plan.results.map(({ detail }) => detail)).toEqual(["SEARCH images USING INDEX images_owner (owner=?)"]);
  });

  it("finds the destroyed images of an account by an index of their own, however many it owns", async () => {
    const plan = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT rowid FROM images WHERE owner = ? AND state = 'destroyed' ORDER BY rowid DESC LIMIT 4",
    )
      .bind(bob.uuid)
      .all<{ detail: string }>();
    expect(plan.results.map(({ detail }) => detail)).toEqual([
      "SEARCH images USING COVERING INDEX images_destroyed (owner=?)",
    ]);
  });

  it("is for the owner only", async () => {
    await storeImages([
      { ...own, owner: mallory.uuid, public: true },
      { ...own, uuid: makeUuid(2), owner: mallory.uuid },
    ]);
    expect(pickStatusAndJson(await remove(makeUuid(1)))).toEqual({
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
    });
    expect(pickStatusAndJson(await remove(makeUuid(2)))).toEqual(notFound);
    expect(await readState(makeUuid(1))).toEqual({ state: "active", revision: 1 });
  });

  it("deletes once and answers 204 when the acknowledgement is lost", async () => {
    const lossy = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call === 2 });
    expect((await remove(own.uuid, lossy.db)).status).toBe(204);
    expect(lossy.calls).toBe(3);
    expect(await readState(own.uuid)).toEqual({ state: "destroyed", revision: 2 });
  });
});
