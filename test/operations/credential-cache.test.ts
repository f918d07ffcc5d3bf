import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Bindings } from "../../src/context.ts";
import { bindingsWith, send, type TestAnswer, type TestRequest } from "../client.ts";
import { bob, clear, mallory, provision } from "../fixtures.ts";
import { publicLine } from "../signer.ts";
import { type WrappedDatabase, wrapDatabase } from "../support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const theirs = "eca995fe-b904-11e3-b05a-83a4899322dd";
const [rsa, ed25519] = (["rsa", "ed25519"] as const).map((name) => ({ name, key: publicLine(name) }));
const carol = { uuid: "22222222-2222-4222-8222-222222222222", login: "carol" };

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [rsa, ed25519] },
      { ...mallory, keys: [] },
      { ...carol, keys: [rsa] },
    ],
    images: [
      { uuid: image, owner: bob.uuid, name: "my-image", version: "1" },
      { uuid: theirs, owner: mallory.uuid, name: "theirs", version: "1", public: true },
    ],
  });
});

/** An isolate: what it remembers goes by the database's binding. */
class Isolate {
  readonly database: WrappedDatabase = wrapDatabase(env.DB);
  readonly #more: Partial<Bindings>;

  constructor(more: Partial<Bindings> = {}) {
    this.#more = more;
  }

  /** The answer, and the trips to D1 that it took. */
  async send(request: TestRequest): Promise<TestAnswer & { trips: number }> {
    const before = this.database.calls;
    const answer = await send({ ...request, bindings: bindingsWith({ ...this.#more, DB: this.database.db }) });
    return { ...answer, trips: this.database.calls - before };
  }
}

/** What must be the same whatever an isolate remembers: all but the times and ids of the answer. */
function comparable({ status, headers, text }: TestAnswer) {
  const changing = ["date", "request-id", "x-request-id", "response-time", "x-response-time", "server-timing"];
  return { status, text, headers: [...headers].filter(([name]) => !changing.includes(name)) };
}

const update: TestRequest = { path: `/my/images/${image}?action=update`, body: '{"name":"b"}' };
const get: TestRequest = { method: "GET", path: `/my/images/${image}` };

/** Requests that are refused after the Authorization header was parsed, whoever sends them. */
const refusals: Readonly<Record<string, TestRequest>> = {
  "a body that is too large": { ...update, body: "x".repeat(100_001) },
  "a Content-MD5 that is another's": { ...update, headers: { "Content-MD5": "AAAA" } },
  "no action": { path: `/my/images/${image}` },
  "an unknown action": { path: `/my/images/${image}?action=foo` },
  "a body that is no JSON": { ...update, body: "{" },
  "a body of another type": { ...update, headers: { "Content-Type": "text/plain" } },
  "fields that are not allowed": { ...update, body: '{"name":"ü"}' },
  "no fields": { ...update, body: "{}" },
  "a malformed If-Match": { ...update, headers: { "If-Match": "x" } },
  "a malformed Idempotency-Key": { ...update, headers: { "Idempotency-Key": "a b" } },
  "a stale If-Match": { ...update, headers: { "If-Match": '"7-7.2.0"' } },
  "another's image": { ...update, path: `/my/images/${theirs}?action=update` },
  "a missing image": { ...update, path: "/my/images/00000000-0000-4000-8000-000000000000?action=update" },
  "a missing image, read": { method: "GET", path: "/my/images/00000000-0000-4000-8000-000000000000" },
  "a list's limit": { method: "GET", path: "/my/images?limit=0" },
  "a list's marker": { method: "GET", path: "/my/images?marker=00000000-0000-4000-8000-000000000000" },
  "an audit of another's image": { method: "GET", path: `/my/images/${theirs}/audit` },
  "an image that is not shared": { path: `/my/images/${theirs}?action=clone` },
  "no key": { path: "/my/keys", body: "{}" },
  "a missing key": { method: "DELETE", path: "/my/keys/none" },
};

const gone: Readonly<Record<string, { change: string; status: number }>> = {
  "the key deleted": { change: "DELETE FROM keys WHERE name = 'rsa'", status: 401 },
  "the account disabled": { change: "UPDATE accounts SET disabled = 1", status: 403 },
  "the login another's": {
    change: "UPDATE accounts SET login = login || '2'; UPDATE accounts SET login = 'bob' WHERE login = 'mallory2'",
    status: 401,
  },
};

const run = async (change: string) => {
  for (const statement of change.split(";")) await env.DB.prepare(statement).run();
};

describe("a refusal is the same in a cold and a warm isolate, and takes two trips at most", () => {
  it.each(Object.entries(refusals).map(([what, request]) => ({ what, request })))("$what", async ({ request }) => {
    const [cold, warm] = [new Isolate(), new Isolate()];
    expect((await warm.send(get)).trips).toBe(2);
    expect((await warm.send(get)).trips).toBe(1);
    const [fromCold, fromWarm] = [await cold.send(request), await warm.send(request)];
    expect(fromCold.status).toBeGreaterThanOrEqual(400);
    expect(comparable(fromWarm)).toEqual(comparable(fromCold));
    expect(fromCold.trips).toBeLessThanOrEqual(2);
    expect(fromWarm.trips).toBeLessThanOrEqual(fromCold.trips === 0 ? 0 : 1);
  });

  describe.each(Object.entries(gone).map(([what, row]) => ({ what, ...row })))("with $what", ({ change, status }) => {
    it.each(Object.entries(refusals).map(([what, request]) => ({ what, request })))("$what", async ({ request }) => {
      const [cold, warm] = [new Isolate(), new Isolate()];
      await warm.send(get);
      await run(change);
      const [fromCold, fromWarm] = [await cold.send(request), await warm.send(request)];
      expect(comparable(fromWarm)).toEqual(comparable(fromCold));
      expect(fromWarm.status).toBe(request === refusals["a body that is too large"] ? 413 : status);
      expect(fromWarm.trips).toBeLessThanOrEqual(2);
    });
  });
});

describe("what a warm isolate remembers lets nobody in", () => {
  const operations: Readonly<Record<string, TestRequest>> = {
    UpdateImage: update,
    GetImage: get,
    ListImages: { method: "GET", path: "/my/images" },
    ImageAudit: { method: "GET", path: `/my/images/${image}/audit` },
    DeleteImage: { method: "DELETE", path: `/my/images/${image}` },
    GetAccount: { method: "GET", path: "/my" },
    ListKeys: { method: "GET", path: "/my/keys" },
    GetKey: { method: "GET", path: "/my/keys/ed25519" },
    CreateKey: { path: "/my/keys", body: JSON.stringify({ key: publicLine("ecdsa") }) },
    DeleteKey: { method: "DELETE", path: "/my/keys/ed25519" },
    ListDatacenters: { method: "GET", path: "/my/datacenters" },
  };

  const stored = () =>
    env.DB.prepare("SELECT (SELECT count(*) FROM keys) AS keys, name, state FROM images WHERE uuid = ?")
      .bind(image)
      .first();

  describe.each(Object.entries(gone).map(([what, row]) => ({ what, ...row })))("$what", ({ change, status }) => {
    it.each(Object.entries(operations).map(([name, request]) => ({ name, request })))("$name", async ({ request }) => {
      const warm = new Isolate();
      await warm.send(get);
      await run(change);
      const before = await stored();
      const refused = await warm.send(request);
      expect(refused.status).toBe(status);
      expect(refused.trips).toBeLessThanOrEqual(2);
      expect(comparable(refused)).toEqual(comparable(await new Isolate().send(request)));
      expect(await stored()).toEqual(before);
    });
  });

  it("an operator's right withdrawn, and the path's login another's", async () => {
    const request = { ...get, path: `/mallory/images/${theirs}` };
    await run("UPDATE accounts SET operator = 1 WHERE login = 'bob'");
    const [withdrawn, moved] = [new Isolate(), new Isolate()];
    for (const warm of [withdrawn, moved]) {
      expect((await warm.send(request)).trips).toBe(2);
      expect(await warm.send(request)).toMatchObject({ status: 200, trips: 1 });
    }
    await run(
      "UPDATE accounts SET login = 'm' WHERE login = 'mallory'; UPDATE accounts SET login = 'mallory' WHERE login = 'carol'",
    );
    const asCarol = await new Isolate().send({ ...get, path: `/mallory` });
    expect(asCarol.json).toMatchObject({ id: carol.uuid });
    // The path means another account now: it is asked again, and answered as a cold isolate does.
    expect(await moved.send({ method: "GET", path: "/mallory" })).toMatchObject({ status: 200, json: asCarol.json });
    await run("UPDATE accounts SET operator = 0");
    expect((await withdrawn.send(request)).status).toBe(403);
  });

  it("the keyId's login another's, where the path names the account by its UUID", async () => {
    const request = { ...get, path: get.path.replace("/my", `/${bob.uuid}`) };
    const warm = new Isolate();
    await warm.send(request);
    expect((await warm.send(request)).trips).toBe(1);
    await run(gone["the login another's"]?.change ?? "");
    expect((await warm.send(request)).status).toBe(401);
  });

  it("the name of the key another key's", async () => {
    const request = { ...get, sign: { keyId: "/bob/keys/rsa" } };
    const warm = new Isolate();
    await warm.send(request);
    expect((await warm.send(request)).trips).toBe(1);
    await run("UPDATE keys SET name = 'old' WHERE name = 'rsa'; UPDATE keys SET name = 'rsa' WHERE name = 'ed25519'");
    expect((await warm.send(request)).status).toBe(401);
    expect(await warm.send({ ...request, sign: { keyId: "/bob/keys/rsa", key: "ed25519" } })).toMatchObject({
      status: 200,
    });
  });

  it("a login that another account with the same key has taken is that account, as for a cold isolate", async () => {
    const warm = new Isolate();
    await warm.send({ method: "GET", path: "/my" });
    await run(
      "UPDATE accounts SET login = 'b' WHERE login = 'bob'; UPDATE accounts SET login = 'bob' WHERE login = 'carol'",
    );
    expect(await warm.send({ method: "GET", path: "/my" })).toMatchObject({ status: 200, json: { id: carol.uuid } });
    expect(await warm.send({ method: "GET", path: "/my" })).toMatchObject({ status: 200, trips: 1 });
  });

  it("a wrong signature, and a key that signs under another's name", async () => {
    const warm = new Isolate();
    await warm.send(get);
    expect(await warm.send({ ...get, sign: { keyId: "/bob/keys/rsa", key: "stranger" } })).toMatchObject({
      status: 401,
      trips: 1,
    });
    await warm.send({ ...get, sign: { keyId: "/bob/keys/rsa" } });
    expect(await warm.send({ ...get, sign: { keyId: "/bob/keys/rsa", key: "stranger" } })).toMatchObject({
      status: 401,
      trips: 1,
    });
    expect(await warm.send(get)).toMatchObject({ status: 200 });
  });
});

describe("1 000 times, under load, between two requests of one warm isolate", () => {
  const times = env.SCALE === "full" ? 1000 : 8;
  const operator = { uuid: "99999999-9999-4999-8999-999999999999", login: "operator" };

  it.each([
    {
      what: "a key is deleted",
      refused: 401,
      undo: () => provision(env.DB, { accounts: [{ ...bob, keys: [rsa, ed25519] }] }),
      change: "DELETE FROM keys WHERE name = 'rsa'",
    },
    {
      what: "an account is disabled",
      refused: 403,
      undo: () => run("UPDATE accounts SET disabled = 0"),
      change: "UPDATE accounts SET disabled = 1 WHERE login IN ('bob', 'operator')",
    },
    {
      what: "an operator's right is withdrawn",
      refused: 403,
      undo: () => run("UPDATE accounts SET operator = 1 WHERE login = 'operator'"),
      change: "UPDATE accounts SET operator = 0",
    },
  ])("$what: the second is refused", async ({ what, refused, undo, change }) => {
    await provision(env.DB, { accounts: [{ ...operator, operator: true, keys: [rsa] }] });
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
        await run(change);
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

describe("the cache", () => {
  it.each([{ CREDENTIAL_CACHE_SIZE: "0" }, { CREDENTIAL_CACHE_SECONDS: "0" }])("is off with %j", async (more) => {
    const isolate = new Isolate(more);
    for (const _ of [1, 2]) expect((await isolate.send(get)).trips).toBe(2);
  });
});
