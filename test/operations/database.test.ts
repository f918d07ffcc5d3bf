import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, nearWaitMs, send } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { makeKey } from "../support/signer.ts";
import { changeBeforeSecondCall, wrapDatabase } from "../support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const manifest = {
  v: 2,
  uuid: image,
  owner: bob.uuid,
  name: "my-image",
  version: "1.0.0",
  public: true,
  os: "smartos",
  type: "zone-dataset",
};
const renamed = {
  id: image,
  name: "renamed",
  version: "1.0.0",
  os: "smartos",
  requirements: {},
  type: "smartmachine",
  owner: bob.uuid,
  public: true,
  state: "active",
};

const update = (db: D1Database): Promise<Answer> =>
  send({ path: `/my/images/${image}?action=update`, body: '{"name":"renamed"}', bindings: makeBindings({ DB: db }) });

const get = (db: D1Database): Promise<Answer> =>
  send({ method: "GET", path: `/my/images/${image}`, bindings: makeBindings({ DB: db }) });

const readStored = () => env.DB.prepare("SELECT name, revision FROM images WHERE uuid = ?").bind(image).first();

/** A change right before the image's batch, after the credentials were read. */
const changeBeforeWrite = (change: string): D1Database =>
  changeBeforeSecondCall(env.DB, () => env.DB.prepare(change).run()).db;

/** A database whose near read fails, and then the first calls to the primary. */
const failFirst = (times: number, message: string) =>
  loseAcknowledgements(env.DB, { when: "before the batch", isLost: (call) => call <= 1 + times, message });

const invalidCredentials = {
  code: "InvalidCredentials",
  message: "Invalid Signature: the login, the key and the signature do not go together",
};
const notFound = { code: "ResourceNotFound", message: "image not found" };
const unavailable = { code: "ServiceUnavailableError", message: "the database did not answer; try again" };

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [makeKey("ed25519")] },
      { ...mallory, keys: [] },
    ],
    images: [manifest],
  });
});

describe("round trips to D1", () => {
  it("are one to a replica for the credentials and one to the primary for the operation", async () => {
    const forUpdate = wrapDatabase(env.DB);
    expect(await update(forUpdate.db)).toMatchObject({ status: 200, json: renamed });
    expect([forUpdate.nearCalls, forUpdate.calls]).toEqual([1, 2]);
    const forGet = wrapDatabase(env.DB);
    expect(await get(forGet.db)).toMatchObject({ status: 200, json: renamed });
    expect([forGet.nearCalls, forGet.calls]).toEqual([1, 2]);
  });

  it("are no more for a refused operation", async () => {
    const counted = wrapDatabase(env.DB);
    await env.DB.prepare("UPDATE images SET owner = '11111111-1111-4111-8111-111111111111'").run();
    const { status, json } = await update(counted.db);
    expect({ status, json }).toEqual({
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
    });
    expect(counted.calls).toBe(2);
  });

  it("read no more rows when there are many images", async () => {
    const uuids = Array.from(
      { length: 2000 },
      (_, index) => `c0ffee00-0000-4000-9000-${String(index).padStart(12, "0")}`,
    );
    await env.DB.prepare(
      "INSERT INTO images (uuid, name, version, owner, state, acl) SELECT value, 'n', '1', ?, 'active', json_array(?) FROM json_each(?)",
    )
      .bind(bob.uuid, "11111111-1111-4111-8111-111111111111", JSON.stringify(uuids))
      .run();
    const counted = wrapDatabase(env.DB);
    expect((await update(counted.db)).status).toBe(200);
    const rowsRead = counted.results.map((results) => results.reduce((sum, { meta }) => sum + meta.rows_read, 0));
    expect(Math.max(...rowsRead)).toBeLessThanOrEqual(32);
  });
});

describe("a change between the reading of the credentials and the write", () => {
  it.each([
    { what: "the key is deleted", change: "DELETE FROM keys", status: 401, json: invalidCredentials },
    {
      what: "the account is disabled",
      change: "UPDATE accounts SET disabled = 1",
      status: 403,
      json: { code: "NotAuthorized", message: "Account or user is disabled" },
    },
    { what: "the image is destroyed", change: "UPDATE images SET state = 'destroyed'", status: 404, json: notFound },
    { what: "the image is deleted", change: "DELETE FROM images", status: 404, json: notFound },
    {
      what: "the image gets another owner",
      change: "UPDATE images SET owner = '11111111-1111-4111-8111-111111111111'",
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
    },
    {
      what: "the image gets another owner and is hidden",
      change: "UPDATE images SET owner = '11111111-1111-4111-8111-111111111111', public = 0",
      status: 404,
      json: notFound,
    },
  ])("is seen by the write: $what", async ({ change, status, json }) => {
    expect(pickStatusAndJson(await update(changeBeforeWrite(change)))).toEqual({ status, json });
    const renamedImages = await env.DB.prepare("SELECT count(*) AS n FROM images WHERE name = 'renamed'").first("n");
    expect(renamedImages).toBe(0);
  });

  it("is seen by the write: the caller is no operator any more", async () => {
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    await env.DB.prepare("UPDATE images SET owner = '11111111-1111-4111-8111-111111111111'").run();
    const asMallory = (db: D1Database) =>
      send({
        path: `/mallory/images/${image}?action=update`,
        body: '{"name":"renamed"}',
        bindings: makeBindings({ DB: db }),
      });
    const withdrawn = await asMallory(changeBeforeWrite("UPDATE accounts SET operator = 0"));
    expect(pickStatusAndJson(withdrawn)).toEqual({
      status: 403,
      json: { code: "NotAuthorized", message: "only an operator may act as another account; mallory is not yours" },
    });
    expect(await readStored()).toEqual({ name: "my-image", revision: 1 });
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    expect((await asMallory(env.DB)).status).toBe(200);
    expect(await readStored()).toEqual({ name: "renamed", revision: 2 });
  });
});

describe("when D1 fails", () => {
  /** The waits before the retries, in ms. They are skipped. */
  const waits: number[] = [];

  beforeEach(() => {
    const setTimer = globalThis.setTimeout;
    waits.length = 0;
    const skipWait = (act: () => void, ms = 0) => {
      if (ms === nearWaitMs) return setTimer(act, ms);
      waits.push(ms);
      return setTimer(act, 0);
    };
    vi.spyOn(globalThis, "setTimeout").mockImplementation(skipWait as typeof setTimeout);
  });

  afterEach(() => vi.restoreAllMocks());

  /** Expects waits of about 80 and 800 ms, up to half more or less. */
  const expectWaits = (count: number) => {
    expect(waits).toHaveLength(count);
    for (const [at, ms] of waits.entries()) expect(Math.abs(ms / (80 * 10 ** at) - 1)).toBeLessThanOrEqual(0.5);
    waits.length = 0;
  };

  it.each([
    "Network connection lost.",
    "Internal error in D1 DB storage caused object to be reset.",
    "Internal error while starting up D1 DB storage caused object to be reset.",
    "D1 DB reset because its code was updated.",
    "Cannot resolve D1 DB due to transient issue on remote node.",
    "Can't read from request stream because client disconnected.",
  ])("for a moment, the service retries: %s", async (message) => {
    for (const times of [1, 2]) {
      expect(pickStatusAndJson(await update(failFirst(times, message).db))).toEqual({ status: 200, json: renamed });
      expectWaits(times);
      await env.DB.prepare("UPDATE images SET name = 'my-image'").run();
    }
    expect(await readStored()).toEqual({ name: "my-image", revision: 3 });
  });

  it.each(["database is locked: SQLITE_BUSY", "Failed to get session commit token: internal error"])(
    "because another program has the lock, reads and writes wait for about twenty seconds: %s",
    async (message) => {
      expect(pickStatusAndJson(await update(failFirst(39, message).db))).toEqual({ status: 200, json: renamed });
      expect(waits).toHaveLength(39);
      expect(Math.max(...waits)).toBeLessThanOrEqual(750);
      expect((await get(failFirst(39, message).db)).status).toBe(200);
      const locked = failFirst(Number.POSITIVE_INFINITY, message);
      expect(pickStatusAndJson(await update(locked.db))).toEqual({ status: 503, json: unavailable });
      expect(locked.calls - locked.nearCalls).toBe(41);
    },
  );

  it("to say whether a write was made, the outcome is read again", async () => {
    // Of a write that changes nothing the batch has no row of the UPDATE, and here none of the outcome.
    const mute = wrapDatabase(env.DB, async (run, call) => {
      const results = await run();
      return call === 2 ? results.map((result) => ({ ...result, results: [] })) : results;
    });
    const request = { path: `/my/images/${image}?action=update`, body: '{"name":"my-image"}' };
    const answer = await send({ ...request, bindings: makeBindings({ DB: mute.db }) });
    expect([answer.status, answer.headers.get("Changed-Fields"), mute.calls]).toEqual([200, "", 3]);
  });

  it("to acknowledge a write, the write is applied once", async () => {
    const lossy = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call === 2 });
    expect(pickStatusAndJson(await update(lossy.db))).toEqual({ status: 200, json: renamed });
    expect(lossy.calls).toBe(3);
    expect(await readStored()).toEqual({ name: "renamed", revision: 2 });
  });

  it.each([
    { how: "for longer", message: "Network connection lost.", calls: 3 },
    { how: "because it is overloaded", message: "D1 DB is overloaded. Requests queued for too long.", calls: 1 },
    { how: "because too many wait", message: "D1 DB is overloaded. Too many requests queued.", calls: 1 },
    {
      how: "because it takes too long",
      message: "D1 DB storage operation exceeded timeout which caused object to be reset.",
      calls: 1,
    },
    { how: "for want of memory", message: "D1 DB's isolate exceeded its memory limit and was reset.", calls: 1 },
    { how: "for want of time", message: "D1 DB exceeded its CPU time limit and was reset.", calls: 1 },
    { how: "in any other way", message: "no such table: accounts: SQLITE_ERROR", calls: 1 },
  ])("$how, the answer is 503 with Retry-After, and the cause is in the log alone", async ({ message, calls }) => {
    const down = failFirst(Number.POSITIVE_INFINITY, message);
    const { result: answer, lines } = await captureLog(() => update(down.db));
    expect(pickStatusAndJson(answer)).toEqual({ status: 503, json: unavailable });
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(down.calls - down.nearCalls).toBe(calls);
    expectWaits(calls - 1);
    expect(lines).toMatchObject([
      { status: 503, code: "ServiceUnavailableError", d1Calls: calls, cause: `Error: D1_ERROR: ${message}` },
    ]);
    expect(await readStored()).toEqual({ name: "my-image", revision: 1 });
  });
});
