import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send, type TestAnswer } from "../client.ts";
import { bob, mallory } from "../fixtures.ts";
import { idsOf, list, stored, type TestManifest, uuidOf } from "../image-lists.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const own: TestManifest = {
  uuid: uuidOf(1),
  owner: bob.uuid,
  name: "base",
  version: "1",
  state: "active",
  public: false,
  acl: [],
};
const child: TestManifest & { origin: string } = { ...own, uuid: uuidOf(2), origin: own.uuid };

const remove = (id: string, db = env.DB): Promise<TestAnswer> =>
  send({ method: "DELETE", path: `/my/images/${id}`, sign: { key: "ed25519" }, bindings: bindingsWith({ DB: db }) });

const refusalOf = ({ status, json }: TestAnswer) => ({ status, json });

const storedState = (id: string) =>
  env.DB.prepare("SELECT state, revision FROM images WHERE uuid = ?").bind(id).first();

const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };

describe("DeleteImage", () => {
  beforeEach(() => stored([own]));

  it("answers 204 without a body, and the image is 404 from then on", async () => {
    const counted = wrapDatabase(env.DB);
    const { status, text, headers } = await remove(own.uuid, counted.db);
    expect([status, text, headers.get("Content-Type"), headers.get("Content-MD5")]).toEqual([204, "", null, null]);
    expect(counted.calls).toBe(2);
    expect(await storedState(own.uuid)).toEqual({ state: "destroyed", revision: 2 });
    expect(refusalOf(await remove(own.uuid))).toEqual(notFound);
    expect(refusalOf(await send({ method: "GET", path: `/my/images/${own.uuid}`, sign: { key: "ed25519" } }))).toEqual(
      notFound,
    );
    expect(idsOf(await list("?state=all"))).toEqual([]);
  });

  it("refuses while an undestroyed image stands on it, naming what the caller can see", async () => {
    const hidden = { ...child, uuid: uuidOf(3), owner: mallory.uuid };
    const shared = { ...hidden, uuid: uuidOf(4), acl: [bob.uuid] };
    await stored([own, child, hidden, shared, { ...child, uuid: uuidOf(5), state: "destroyed" }]);
    expect(refusalOf(await remove(own.uuid))).toEqual({
      status: 422,
      json: {
        code: "ImageHasDependentImages",
        message: `other images have this one as their origin: ${uuidOf(2)}, ${uuidOf(4)}`,
      },
    });
    expect(await storedState(own.uuid)).toEqual({ state: "active", revision: 1 });
    expect((await remove(child.uuid)).status).toBe(204);
    await stored([own, hidden]);
    expect(refusalOf(await remove(own.uuid))).toEqual({
      status: 422,
      json: { code: "ImageHasDependentImages", message: "other images have this one as their origin" },
    });
    await stored([own, { ...child, state: "destroyed" }]);
    expect((await remove(own.uuid)).status).toBe(204);
  });

  it("is the owner's alone", async () => {
    await stored([
      { ...own, owner: mallory.uuid, public: true },
      { ...own, uuid: uuidOf(2), owner: mallory.uuid },
    ]);
    expect(refusalOf(await remove(uuidOf(1)))).toEqual({
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
    });
    expect(refusalOf(await remove(uuidOf(2)))).toEqual(notFound);
    expect(await storedState(uuidOf(1))).toEqual({ state: "active", revision: 1 });
  });

  it("whose acknowledgement is lost is made once and answered 204", async () => {
    const lossy = wrapDatabase(env.DB, async (run, call) => {
      const results = await run();
      if (call === 2) throw new Error("D1_ERROR: Network connection lost.");
      return results;
    });
    expect((await remove(own.uuid, lossy.db)).status).toBe(204);
    expect(await storedState(own.uuid)).toEqual({ state: "destroyed", revision: 2 });
  });
});
