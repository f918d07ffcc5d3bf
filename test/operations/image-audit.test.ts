import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send } from "../client.ts";
import { bob, mallory, provision } from "../fixtures.ts";
import { get, hidden, image, newest, provisionThree, shared, told, update } from "../safe-writes.ts";
import { fingerprint } from "../signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

beforeEach(provisionThree);

type Entry = { revision: number; action: string; changes: Record<string, unknown> | null; time: string };

const audit = async (query = "", { of = image, as = "my", ...more } = {}) =>
  told(await send({ method: "GET", path: `/${as}/images/${of}/audit${query}`, headers: newest, ...more }));

const entries = async (query?: string, more?: object): Promise<Entry[]> => (await audit(query, more)).json as Entry[];

const byBob = (requestId: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/)) => ({
  type: "signature",
  keyId: `/bob/keys/${fingerprint("rsa", "sha256")}`,
  account: bob.uuid,
  requestId,
});

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const provisioned = {
  action: "provision",
  success: "yes",
  time,
  caller: { type: "operator" },
  revision: 1,
  changes: {
    name: { before: null, after: "my-image" },
    version: { before: null, after: "1.0.0" },
    os: { before: null, after: "smartos" },
    requirements: { before: null, after: {} },
    type: { before: null, after: "zvol" },
    owner: { before: null, after: bob.uuid },
    public: { before: null, after: false },
    state: { before: null, after: "active" },
  },
};

describe("ImageAudit", () => {
  it("tells who changed what and when, the newest first", async () => {
    const before = Date.now();
    await update({ name: "b", acl: [mallory.uuid] }, { headers: { "Request-Id": "my-request" } });
    await update({ acl: null, tags: { a: 1 } });
    await update({ tags: { a: 1 } });
    await update({ name: "ü" });
    await provision(env.DB, {
      images: [
        {
          uuid: image,
          owner: bob.uuid,
          name: "b",
          version: "1.0.0",
          os: "smartos",
          type: "zvol",
          tags: {},
          public: true,
        },
      ],
    });
    expect(await audit()).toEqual({
      status: 200,
      json: [
        {
          ...provisioned,
          revision: 4,
          changes: { tags: { before: { a: 1 }, after: {} }, public: { before: false, after: true } },
        },
        {
          action: "update",
          success: "yes",
          time,
          caller: byBob(),
          revision: 3,
          changes: { tags: { before: null, after: { a: 1 } }, acl: { before: [mallory.uuid], after: null } },
        },
        {
          action: "update",
          success: "yes",
          time,
          caller: byBob("my-request"),
          revision: 2,
          changes: { name: { before: "my-image", after: "b" }, acl: { before: null, after: [mallory.uuid] } },
        },
        provisioned,
      ],
    });
    const times = (await entries()).map((entry) => Date.parse(entry.time));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(Math.min(...times)).toBeGreaterThan(before - 5000);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
  });

  it("shows fields as the release does", async () => {
    await provision(env.DB, {
      images: [{ uuid: image, owner: bob.uuid, name: "my-image", version: "1.0.0", os: "smartos", type: "lx" }],
    });
    expect((await entries())[0]?.changes).toEqual({ type: { before: "zvol", after: "lx" } });
    const older = await entries("", { headers: { "Accept-Version": "~7" } });
    expect(older[0]?.changes).toEqual({ type: { before: "virtualmachine", after: "smartmachine" } });
  });

  it("tells a clone's and a deletion's too, and outlives the image", async () => {
    const clone = await send({ path: `/my/images/${shared}?action=clone`, headers: newest });
    const { id } = clone.json as { id: string };
    await send({ method: "DELETE", path: `/my/images/${id}` });
    const [deleted, made, ...others] = await entries("", { of: id });
    expect(others).toEqual([]);
    expect(made).toMatchObject({
      action: "clone",
      revision: 1,
      caller: byBob(),
      changes: { name: { before: null, after: "shared" } },
    });
    expect(deleted).toMatchObject({
      action: "delete",
      revision: 2,
      changes: { state: { before: "active", after: "destroyed" } },
    });
    expect((await get({ of: id })).status).toBe(404);
  });

  it("is for the owner and operators", async () => {
    const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };
    expect(await audit("", { of: hidden })).toEqual(notFound);
    expect(await audit("", { of: "00000000-0000-4000-8000-000000000000" })).toEqual(notFound);
    expect(await audit("", { of: shared })).toEqual({
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image, and operators, may see its history" },
    });
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    for (const of of [shared, hidden, image]) expect((await audit("", { of })).status, of).toBe(200);
    await send({ path: `/mallory/images/${hidden}?action=update`, body: '{"name":"x"}' });
    expect(await entries("", { of: hidden, as: "mallory", sign: { as: "mallory" } })).toMatchObject([
      { action: "update", caller: byBob() },
      { action: "provision" },
    ]);
  });

  it("is paged by limit and marker, a revision", async () => {
    for (const name of ["b", "c", "d", "e"]) await update({ name });
    const revisions = async (query: string) =>
      (await entries(query)).map(({ revision, changes }) => [revision, Object.keys(changes ?? {}).length]);
    expect(await revisions("?limit=2")).toEqual([
      [5, 1],
      [4, 1],
    ]);
    expect(await revisions("?limit=2&marker=4")).toEqual([
      [3, 1],
      [2, 1],
    ]);
    expect(await revisions("?limit=2&marker=2")).toEqual([[1, 8]]);
    expect(await revisions("?marker=1")).toEqual([]);
    for (const [name, rule] of [
      ["limit", "a number from 1 to 100"],
      ["marker", "a revision, as an entry of the audit has it"],
    ] as const) {
      for (const sent of ["0", "-1", "x", "", "101".repeat(6), image]) {
        expect(await audit(`?${name}=${sent}`)).toEqual({
          status: 409,
          json: { code: "InvalidArgument", message: `${name} is ${rule}; "${sent}" was sent` },
        });
      }
    }
    expect((await audit("?limit=101")).status).toBe(409);
    expect(await audit("?limit=1&limit=2")).toMatchObject({ status: 409 });
  });

  it("answers no page that is too large, and says so", async () => {
    const acl = Array.from(
      { length: 10_000 },
      (_, index) => `c0ffee00-0000-4000-9000-${String(index).padStart(12, "0")}`,
    );
    const large = (name: string) => ({
      uuid: image,
      owner: bob.uuid,
      name,
      version: "1",
      acl,
      tags: { t: "t".repeat(1_000_000) },
    });
    for (let index = 0; index < 7; index += 1) await provision(env.DB, { images: [large(`n${index}`)] });
    expect(await audit()).toMatchObject({
      status: 409,
      json: {
        code: "InvalidArgument",
        message: expect.stringMatching(/takes \d{7,8} bytes, and the most is 8000000; ask for a smaller limit/),
      },
    });
    expect((await entries("?limit=4")).map(({ changes }) => Object.keys(changes ?? {}))).toEqual(
      new Array(4).fill(["name"]),
    );
  });

  it("is one trip after the credentials, and asks for them", async () => {
    const counted = wrapDatabase(env.DB);
    expect((await audit("", { bindings: bindingsWith({ DB: counted.db }) } as object)).status).toBe(200);
    expect(counted.calls).toBe(2);
  });
});

describe("HISTORY_REVISIONS", () => {
  const bindings = bindingsWith({ HISTORY_REVISIONS: "3" });

  /** As if the revisions so far were of two days ago. */
  const age = () => env.DB.prepare("UPDATE image_history SET time = time - 2 * 86400000").run();

  const kept = async () => {
    const { results } = await env.DB.prepare("SELECT revision FROM image_history WHERE image = ? ORDER BY 1")
      .bind(image)
      .all();
    return results.map(({ revision }) => revision);
  };

  it("bounds what is told and, two at a write, what is kept", async () => {
    for (const name of ["b", "c", "d", "e", "f"]) await update({ name }, { bindings });
    const told = await entries("", { bindings });
    expect(told.map(({ revision }) => revision)).toEqual([6, 5, 4]);
    // The revision below the last is kept for what the last changed.
    expect(told.map(({ changes }) => Object.keys(changes ?? {}))).toEqual([["name"], ["name"], ["name"]]);
    await age();
    for (const name of ["g", "h", "i"]) await update({ name }, { bindings });
    expect(await kept()).toEqual([6, 7, 8, 9]);
    expect((await entries("", { bindings })).map(({ revision }) => revision)).toEqual([9, 8, 7]);
    expect((await entries()).map(({ revision, changes }) => [revision, changes && Object.keys(changes)])).toEqual([
      [9, ["name"]],
      [8, ["name"]],
      [7, ["name"]],
      [6, null],
    ]);
  });

  it("never takes a row before its retries are over: a minute, and a day with an Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "k" };
    const most = bindingsWith({ HISTORY_REVISIONS: "1" });
    await update({ name: "b" }, { bindings: most, headers });
    for (const name of ["c", "d", "e"]) await update({ name }, { bindings: most });
    expect(await kept()).toEqual([1, 2, 3, 4, 5]);
    await env.DB.prepare("UPDATE image_history SET time = time - 23 * 3600000").run();
    await update({ name: "f" }, { bindings: most });
    expect(await kept()).toEqual([2, 3, 4, 5, 6]);
    await update({ name: "f2" }, { bindings: most });
    expect(await kept()).toEqual([2, 4, 5, 6, 7]);
    // What changed is told by the revision before alone, and not by the nearest that is kept.
    expect((await entries()).map(({ revision, changes }) => [revision, changes !== null])).toEqual([
      [7, true],
      [6, true],
      [5, true],
      [4, false],
      [2, false],
    ]);
    expect(await update({ name: "b" }, { bindings: most, headers })).toMatchObject({
      ETag: '"2-9.0.0"',
      "Idempotent-Replayed": "true",
    });
    await env.DB.prepare("UPDATE image_history SET time = time - 3600001").run();
    await update({ name: "g" }, { bindings: most });
    await update({ name: "h" }, { bindings: most });
    expect(await kept()).toEqual([7, 8, 9]);
  });
});
