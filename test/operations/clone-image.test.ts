import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { storeImages, type TestManifest } from "../support/image-lists.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const source = {
  uuid: makeUuid(1),
  owner: mallory.uuid,
  name: "base",
  version: "1",
  os: "linux",
  type: "zvol",
  image_size: 10240,
  state: "active",
  public: false,
  published_at: "2013-11-25T17:44:54Z",
  acl: [bob.uuid],
  tags: { role: "db" },
  description: "a base",
  homepage: "http://example.com/",
  origin: makeUuid(9),
  requirements: { brand: "bhyve" },
  files: [{ compression: "gzip", sha1: "97a4b8e8d8d9d2c1b3b1d7f7e4a5c6d7e8f90123", size: 5 }],
} satisfies TestManifest & Record<string, unknown>;

const clone = (id: string, db = env.DB): Promise<Answer> =>
  send({
    path: `/my/images/${id}?action=clone`,
    headers: { "Accept-Version": "9.0.0" },
    sign: { key: "ed25519" },
    bindings: makeBindings({ DB: db }),
  });

const countImages = () => env.DB.prepare("SELECT count(*) AS n FROM images").first("n");

const notShared = {
  status: 422,
  json: { code: "ImageNotShared", message: "only an activated image that is shared with you by acl can be cloned" },
};

describe("CloneImage", () => {
  beforeEach(() => storeImages([source]));

  it("copies a public image that is shared as one that is not public", async () => {
    await storeImages([{ ...source, public: true }]);
    const { status, json } = await clone(source.uuid);
    expect([status, json]).toMatchObject([200, { owner: bob.uuid, public: false }]);
    expect(json).not.toHaveProperty("acl");
  });

  it("copies a shared image as the caller's own, not public and not shared", async () => {
    const counted = wrapDatabase(env.DB);
    const { status, json } = await clone(source.uuid, counted.db);
    const { uuid: _, acl: __, ...kept } = source;
    expect(status).toBe(200);
    expect(json).toEqual({ ...kept, id: expect.any(String), owner: bob.uuid, published_at: expect.any(String) });
    const { id, published_at } = json as { id: string; published_at: string };
    expect(id).not.toBe(source.uuid);
    expect(Math.abs(Date.now() - Date.parse(published_at))).toBeLessThan(60_000);
    expect(counted.calls).toBe(2);
    const headers = { "Accept-Version": "9.0.0" };
    const got = await send({ method: "GET", path: `/my/images/${id}`, headers, sign: { key: "ed25519" } });
    expect(got.json).toEqual(json);
  });

  it("copies the caller's own image, if its acl names the caller", async () => {
    await storeImages([{ ...source, owner: bob.uuid, acl: [bob.uuid] }]);
    const { status, json } = await clone(source.uuid);
    expect([status, json]).toMatchObject([200, { name: source.name, owner: bob.uuid }]);
    expect(json).not.toHaveProperty("acl");
    expect((json as { id: string }).id).not.toBe(source.uuid);
  });

  it.each([
    ["a public image that is not shared", { public: true, acl: [] }, notShared],
    ["the caller's own", { owner: bob.uuid, acl: [] }, notShared],
    ["an image that is not activated", { owner: bob.uuid, state: "unactivated" }, notShared],
    ["a hidden image", { acl: [] }, { status: 404, json: { code: "ResourceNotFound", message: "image not found" } }],
    [
      "a docker image",
      { type: "docker" },
      {
        status: 422,
        json: {
          code: "ValidationFailed",
          message: "invalid image data: type",
          errors: [{ field: "type", code: "Invalid", message: "docker images cannot be cloned" }],
        },
      },
    ],
  ])("refuses %s", async (_, change, refusal) => {
    await storeImages([{ ...source, ...change } as TestManifest]);
    expect(pickStatusAndJson(await clone(source.uuid))).toEqual(refusal);
    expect(await countImages()).toBe(1);
  });

  it("makes one clone when the acknowledgement is lost", async () => {
    const lossy = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call === 2 });
    expect((await clone(source.uuid, lossy.db)).status).toBe(200);
    expect(lossy.calls).toBe(3);
    expect(await countImages()).toBe(2);
  });
});
