import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Bindings } from "../../src/context.ts";
import { type Answer, pickRepeatable } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, carol, clear, mallory, provision } from "../support/fixtures.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";
import { type WrappedDatabase, wrapDatabase } from "../support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const theirs = "eca995fe-b904-11e3-b05a-83a4899322dd";
const [ed25519, rsa] = [makeKey("ed25519"), makeKey("rsa")];

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [ed25519, rsa] },
      { ...mallory, keys: [] },
      { ...carol, keys: [ed25519] },
    ],
    images: [
      { uuid: image, owner: bob.uuid, name: "my-image", version: "1" },
      { uuid: theirs, owner: mallory.uuid, name: "theirs", version: "1", public: true },
    ],
  });
});

/** An isolate: its cache belongs to its database binding. */
class Isolate {
  readonly database: WrappedDatabase = wrapDatabase(env.DB);
  readonly #more: Partial<Bindings>;

  constructor(more: Partial<Bindings> = {}) {
    this.#more = more;
  }

  /** The answer, and the round trips to D1 that it took. */
  async send(request: TestRequest): Promise<Answer & { roundTrips: number }> {
    const before = this.database.calls;
    const answer = await send({ ...request, bindings: makeBindings({ ...this.#more, DB: this.database.db }) });
    return { ...answer, roundTrips: this.database.calls - before };
  }
}

const update: TestRequest = { path: `/my/images/${image}?action=update`, body: '{"name":"b"}' };
const get: TestRequest = { method: "GET", path: `/my/images/${image}` };

/** Requests that are refused whoever sends them, after the Authorization header was parsed. */
const refusals: Readonly<Record<string, TestRequest>> = {
  "a body that is too large": { ...update, body: "x".repeat(100_001) },
  "a Content-MD5 of another body": { ...update, headers: { "Content-MD5": "AAAA" } },
  "no action": { path: `/my/images/${image}` },
  "an unknown action": { path: `/my/images/${image}?action=foo` },
  "a body that is not JSON": { ...update, body: "{" },
  "a body of another type": { ...update, headers: { "Content-Type": "text/plain" } },
  "fields that are not allowed": { ...update, body: '{"name":"ü"}' },
  "no fields": { ...update, body: "{}" },
  "a malformed If-Match": { ...update, headers: { "If-Match": "x" } },
  "a malformed Idempotency-Key": { ...update, headers: { "Idempotency-Key": "a b" } },
  "a stale If-Match": { ...update, headers: { "If-Match": '"7-7.2.0"' } },
  "an image of another account": { ...update, path: `/my/images/${theirs}?action=update` },
  "a missing image": { ...update, path: "/my/images/00000000-0000-4000-8000-000000000000?action=update" },
  "a missing image, to GET": { method: "GET", path: "/my/images/00000000-0000-4000-8000-000000000000" },
  "a list with a wrong limit": { method: "GET", path: "/my/images?limit=0" },
  "a list with a wrong marker": { method: "GET", path: "/my/images?marker=00000000-0000-4000-8000-000000000000" },
  "the audit of another account's image": { method: "GET", path: `/my/images/${theirs}/audit` },
  "an image that is not shared": { path: `/my/images/${theirs}?action=clone` },
  "a new key without a key": { path: "/my/keys", body: "{}" },
  "a missing key": { method: "DELETE", path: "/my/keys/none" },
};

/** What makes a cached caller stale, and the answer from then on. */
const gone: Readonly<Record<string, { change: string; status: number }>> = {
  "the key is deleted": { change: "DELETE FROM keys WHERE name = 'ed25519'", status: 401 },
  "the account is disabled": { change: "UPDATE accounts SET disabled = 1", status: 403 },
  "the login passes to another account": {
    change: "UPDATE accounts SET login = login || '2'; UPDATE accounts SET login = 'bob' WHERE login = 'mallory2'",
    status: 401,
  },
};

const runSql = async (change: string) => {
  for (const statement of change.split(";")) await env.DB.prepare(statement).run();
};

describe("a refusal is the same from a cold and a warm isolate, with at most two round trips", () => {
  it.each(Object.entries(refusals).map(([what, request]) => ({ what, request })))("$what", async ({ request }) => {
    const [cold, warm] = [new Isolate(), new Isolate()];
    expect((await warm.send(get)).roundTrips).toBe(2);
    expect((await warm.send(get)).roundTrips).toBe(1);
    const [fromCold, fromWarm] = [await cold.send(request), await warm.send(request)];
    expect(fromCold.status).toBeGreaterThanOrEqual(400);
    expect(pickRepeatable(fromWarm)).toEqual(pickRepeatable(fromCold));
    expect(fromCold.roundTrips).toBeLessThanOrEqual(2);
    expect(fromWarm.roundTrips).toBeLessThanOrEqual(fromCold.roundTrips === 0 ? 0 : 1);
  });

  describe.each(Object.entries(gone).map(([what, row]) => ({ what, ...row })))("after $what", ({ change, status }) => {
    it.each(Object.entries(refusals).map(([what, request]) => ({ what, request })))("$what", async ({ request }) => {
      const [cold, warm] = [new Isolate(), new Isolate()];
      await warm.send(get);
      await runSql(change);
      const [fromCold, fromWarm] = [await cold.send(request), await warm.send(request)];
      expect(pickRepeatable(fromWarm)).toEqual(pickRepeatable(fromCold));
      expect(fromWarm.status).toBe(request === refusals["a body that is too large"] ? 413 : status);
      expect(fromWarm.roundTrips).toBeLessThanOrEqual(2);
    });
  });
});

describe("a cached caller has no access that a new one would not have", () => {
  const operations: Readonly<Record<string, TestRequest>> = {
    UpdateImage: update,
    GetImage: get,
    ListImages: { method: "GET", path: "/my/images" },
    ImageAudit: { method: "GET", path: `/my/images/${image}/audit` },
    DeleteImage: { method: "DELETE", path: `/my/images/${image}` },
    GetAccount: { method: "GET", path: "/my" },
    ListKeys: { method: "GET", path: "/my/keys" },
    GetKey: { method: "GET", path: "/my/keys/rsa" },
    CreateKey: { path: "/my/keys", body: JSON.stringify({ key: formatPublicLine("ecdsa") }) },
    DeleteKey: { method: "DELETE", path: "/my/keys/rsa" },
    ListDatacenters: { method: "GET", path: "/my/datacenters" },
  };

  const readStored = () =>
    env.DB.prepare("SELECT (SELECT count(*) FROM keys) AS keys, name, state FROM images WHERE uuid = ?")
      .bind(image)
      .first();

  describe.each(Object.entries(gone).map(([what, row]) => ({ what, ...row })))("when $what", ({ change, status }) => {
    it.each(Object.entries(operations).map(([name, request]) => ({ name, request })))("$name", async ({ request }) => {
      const warm = new Isolate();
      await warm.send(get);
      await runSql(change);
      const before = await readStored();
      const refused = await warm.send(request);
      expect(refused.status).toBe(status);
      expect(refused.roundTrips).toBeLessThanOrEqual(2);
      expect(pickRepeatable(refused)).toEqual(pickRepeatable(await new Isolate().send(request)));
      expect(await readStored()).toEqual(before);
    });
  });

  it("when the key is deleted: one request re-authenticates, and those after it find nothing cached", async () => {
    const warm = new Isolate();
    await warm.send(get);
    await runSql(gone["the key is deleted"]?.change ?? "");
    const refused = [await warm.send(get), await warm.send(get), await warm.send(get)];
    expect(refused.map(({ status, roundTrips }) => `${status}, ${roundTrips}`)).toEqual(["401, 2", "401, 2", "401, 2"]);
  });

  it("when an operator's right is withdrawn, or the path's login passes to another account", async () => {
    const request = { ...get, path: `/mallory/images/${theirs}` };
    await runSql("UPDATE accounts SET operator = 1 WHERE login = 'bob'");
    const [withdrawn, moved] = [new Isolate(), new Isolate()];
    for (const warm of [withdrawn, moved]) {
      expect((await warm.send(request)).roundTrips).toBe(2);
      expect(await warm.send(request)).toMatchObject({ status: 200, roundTrips: 1 });
    }
    await runSql(
      "UPDATE accounts SET login = 'm' WHERE login = 'mallory'; UPDATE accounts SET login = 'mallory' WHERE login = 'carol'",
    );
    const asCarol = await new Isolate().send({ ...get, path: `/mallory` });
    expect(asCarol.json).toMatchObject({ id: carol.uuid });
    // The path means another account now: the service re-authenticates, and answers as a cold isolate does.
    expect(await moved.send({ method: "GET", path: "/mallory" })).toMatchObject({ status: 200, json: asCarol.json });
    await runSql("UPDATE accounts SET operator = 0");
    expect((await withdrawn.send(request)).status).toBe(403);
  });

  it("when the keyId's login passes to another account, and the path has the UUID", async () => {
    const request = { ...get, path: get.path.replace("/my", `/${bob.uuid}`) };
    const warm = new Isolate();
    await warm.send(request);
    expect((await warm.send(request)).roundTrips).toBe(1);
    await runSql(gone["the login passes to another account"]?.change ?? "");
    expect((await warm.send(request)).status).toBe(401);
  });

  it("when the key's name passes to another key", async () => {
    const request = { ...get, sign: { keyId: "/bob/keys/ed25519" } };
    const warm = new Isolate();
    await warm.send(request);
    expect((await warm.send(request)).roundTrips).toBe(1);
    await runSql(
      "UPDATE keys SET name = 'old' WHERE name = 'ed25519'; UPDATE keys SET name = 'ed25519' WHERE name = 'rsa'",
    );
    expect((await warm.send(request)).status).toBe(401);
    expect(await warm.send({ ...request, sign: { keyId: "/bob/keys/ed25519", key: "rsa" } })).toMatchObject({
      status: 200,
    });
  });

  it("when the login passes to another account with the same key: the caller is that account", async () => {
    const warm = new Isolate();
    await warm.send({ method: "GET", path: "/my" });
    await runSql(
      "UPDATE accounts SET login = 'b' WHERE login = 'bob'; UPDATE accounts SET login = 'bob' WHERE login = 'carol'",
    );
    expect(await warm.send({ method: "GET", path: "/my" })).toMatchObject({ status: 200, json: { id: carol.uuid } });
    expect(await warm.send({ method: "GET", path: "/my" })).toMatchObject({ status: 200, roundTrips: 1 });
  });

  it("when the login passes to an operator with the same key: the audit names the operator", async () => {
    const byUuid = { ...update, path: update.path.replace("/my", `/${bob.uuid}`) };
    const readSigner = (revision: number) =>
      env.DB.prepare("SELECT account FROM image_history WHERE image = ? AND revision = ?")
        .bind(image, revision)
        .first("account");
    const warm = new Isolate();
    expect((await warm.send(byUuid)).status).toBe(200);
    await runSql(
      "UPDATE accounts SET login = 'b' WHERE login = 'bob'; UPDATE accounts SET login = 'bob', operator = 1 WHERE login = 'carol'",
    );
    expect((await warm.send({ ...byUuid, body: '{"name":"c"}' })).status).toBe(200);
    expect([await readSigner(2), await readSigner(3)]).toEqual([bob.uuid, carol.uuid]);
  });

  it("when the signature is wrong, or made by another key than the keyId names", async () => {
    const warm = new Isolate();
    await warm.send(get);
    expect(await warm.send({ ...get, sign: { keyId: "/bob/keys/ed25519", key: "stranger" } })).toMatchObject({
      status: 401,
      roundTrips: 2,
    });
    await warm.send({ ...get, sign: { keyId: "/bob/keys/ed25519" } });
    expect(await warm.send({ ...get, sign: { keyId: "/bob/keys/ed25519", key: "stranger" } })).toMatchObject({
      status: 401,
      roundTrips: 2,
    });
    expect(await warm.send(get)).toMatchObject({ status: 200 });
  });
});

describe("between two requests to a warm isolate under load, 1 000 times in the long run,", () => {
  const times = env.SCALE === "full" ? 1000 : 2;
  const operator = { uuid: "99999999-9999-4999-8999-999999999999", login: "operator" };

  it.each([
    {
      what: "a key is deleted",
      refused: 401,
      undo: () => provision(env.DB, { accounts: [{ ...bob, keys: [ed25519, rsa] }] }),
      change: "DELETE FROM keys WHERE name = 'ed25519'",
    },
    {
      what: "an account is disabled",
      refused: 403,
      undo: () => runSql("UPDATE accounts SET disabled = 0"),
      change: "UPDATE accounts SET disabled = 1 WHERE login IN ('bob', 'operator')",
    },
    {
      what: "an operator's right is withdrawn",
      refused: 403,
      undo: () => runSql("UPDATE accounts SET operator = 1 WHERE login = 'operator'"),
      change: "UPDATE accounts SET operator = 0",
    },
  ])("$what: the second request is refused", async ({ what, refused, undo, change }) => {
    await provision(env.DB, { accounts: [{ ...operator, operator: true, keys: [ed25519] }] });
    const warm = new Isolate();
    const request: TestRequest = what.startsWith("an operator's")
      ? { ...update, path: update.path.replace("/my", "/bob"), sign: { as: "operator" } }
      : update;
    let isOver = false;
    const load = Array.from({ length: 2 }, async () => {
      while (!isOver) await warm.send({ ...get, sign: { as: "carol" } });
    });
    const statuses = new Set<string>();
    try {
      for (let time = 0; time < times; time += 1) {
        const first = await warm.send({ ...request, body: JSON.stringify({ name: `n${time}` }) });
        await runSql(change);
        const seconds = await Promise.all([
          warm.send({ ...request, body: '{"name":"never"}' }),
          warm.send({ ...request, body: '{"name":"never"}' }),
        ]);
        await undo();
        statuses.add([first, ...seconds].map(({ status }) => status).join());
      }
    } finally {
      isOver = true;
      await Promise.all(load);
    }
    expect([...statuses]).toEqual([`200,${refused},${refused}`]);
    expect(await env.DB.prepare("SELECT name FROM images WHERE uuid = ?").bind(image).first()).toEqual({
      name: `n${times - 1}`,
    });
  });
});

describe("the credential cache", () => {
  it.each([{ CREDENTIAL_CACHE_SIZE: "0" }, { CREDENTIAL_CACHE_SECONDS: "0" }])("is off with %j", async (more) => {
    const isolate = new Isolate(more);
    for (const _ of [1, 2]) expect((await isolate.send(get)).roundTrips).toBe(2);
  });
});
