import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send, type TestAnswer } from "../client.ts";
import { bob, mallory } from "../fixtures.ts";
import { stored, type TestManifest, uuidOf } from "../image-lists.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const source = {
  uuid: uuidOf(1),
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
  origin: uuidOf(9),
  requirements: { brand: "bhyve" },
  files: [{ compression: "gzip", sha1: "97a4b8e8d8d9d2c1b3b1d7f7e4a5c6d7e8f90123", size: 5 }],
} satisfies TestManifest & Record<string, unknown>;

const clone = (id: string, db = env.DB): Promise<TestAnswer> =>
  send({
    path: `/my/images/${id}?action=clone`,
    headers: { "Accept-Version": "9.0.0" },
    sign: { key: "ed25519" },
    bindings: bindingsWith({ DB: db }),
  });

const refusalOf = ({ status, json }: TestAnswer) => ({ status, json });

const count = () => env.DB.prepare("SELECT count(*) AS n FROM images").first("n");

const notShared = {
  status: 422,
  json: { code: "ImageNotShared", message: "only an activated image that is shared with you by acl can be cloned" },
};

describe("CloneImage", () => {
  beforeEach(() => stored([source]));

  it("copies a shared image as the caller's own, private and without acl", async () => {
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

  it.each([
    ["a public image that is not shared", { public: true, acl: [] }, notShared],
    ["the caller's own", { owner: bob.uuid, acl: [] }, notShared],
    ["an image that is not activated", { owner: bob.uuid, state: "unactivated" }, notShared],
    ["a hidden image", { acl: [] }, { status: 404, json: { code: "ResourceNotFound", message: "image not found" } }],
    [
      "a docker image",
      { type: "docker" },
      { status: 409, json: { code: "InvalidArgument", message: "docker images cannot be cloned" } },
    ],
  ])("refuses %s", async (_, change, refusal) => {
    await stored([{ ...source, ...change } as TestManifest]);
    expect(refusalOf(await clone(source.uuid))).toEqual(refusal);
    expect(await count()).toBe(1);
  });

  it("whose acknowledgement is lost is made once", async () => {
    const lossy = wrapDatabase(env.DB, async (run, call) => {
      const results = await run();
      if (call === 2) throw new Error("D1_ERROR: Network connection lost.");
      return results;
    });
    expect((await clone(source.uuid, lossy.db)).status).toBe(200);
    expect(await count()).toBe(2);
  });
});
