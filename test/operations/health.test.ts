import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const image = makeUuid(1);

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519")] }],
    images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1" }],
  });
});

/** The service's clock stands still, and the tests put it forward. What D1 itself does takes real time. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const askHealth = (db: D1Database, more: { method?: string; readOnly?: string } = {}) =>
  send({
    method: more.method ?? "GET",
    path: "/--health",
    sign: false,
    bindings: makeBindings({ DB: db, ...(more.readOnly && { READ_ONLY: more.readOnly }) }),
  });

describe("GET /--health", () => {
  it("is 200 with the age and the time of one read, unsigned, and HEAD has its headers", async () => {
    const { db } = wrapDatabase(env.DB);
    const answer = await askHealth(db);
    expect(pickStatusAndJson(answer)).toEqual({
      status: 200,
      json: { healthy: true, milliseconds: expect.any(Number), age: expect.any(Number), readOnly: false },
    });
    const head = await askHealth(db, { method: "HEAD" });
    expect([head.status, head.text, head.headers.get("Content-Type")]).toEqual([200, "", "application/json"]);
    expect((await askHealth(db, { readOnly: "true" })).json).toMatchObject({ healthy: true, readOnly: true });
  });

  it("reads once a second at most, however many ask, and says how old the reading is", async () => {
    const wrapped = wrapDatabase(env.DB);
    const answers = await Promise.all(Array.from({ length: 50 }, () => askHealth(wrapped.db)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(wrapped.calls).toBe(1);
    vi.advanceTimersByTime(999);
    expect((await askHealth(wrapped.db)).json).toMatchObject({ age: 999 });
    expect(wrapped.calls).toBe(1);
    vi.advanceTimersByTime(1);
    expect((await askHealth(wrapped.db)).json).toMatchObject({ age: 0 });
    expect(wrapped.calls).toBe(2);
  });

  it("reads again when the clock is set back by an hour", async () => {
    const wrapped = wrapDatabase(env.DB);
    await askHealth(wrapped.db);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect((await askHealth(wrapped.db)).json).toMatchObject({ healthy: true, age: 0 });
    expect(wrapped.calls).toBe(2);
  });

  it("is 503 with Retry-After while the database fails, is logged with the cause, and 200 again after it", async () => {
    let isDown = true;
    const { db } = wrapDatabase(env.DB, (run) => (isDown ? Promise.reject(new Error("D1_ERROR: down")) : run()));
    const { result, lines } = await captureLog(() => askHealth(db));
    expect(pickStatusAndJson(result)).toEqual({
      status: 503,
      json: {
        code: "ServiceUnavailableError",
        message: "the database does not answer",
        healthy: false,
        milliseconds: expect.any(Number),
        age: expect.any(Number),
        readOnly: false,
      },
    });
    expect(result.headers.get("Retry-After")).toBe("1");
    expect(lines).toEqual([
      expect.objectContaining({ operation: "Health", status: 503, d1Calls: 1, cause: "Error: D1_ERROR: down" }),
    ]);
    isDown = false;
    vi.advanceTimersByTime(1000);
    expect((await askHealth(db)).status).toBe(200);
  });

  it("waits while another program has the lock", async () => {
    const wrapped = wrapDatabase(env.DB, (run, call) =>
      call < 3 ? Promise.reject(new Error("D1_ERROR: Failed to get session commit token: internal error")) : run(),
    );
    const asked = askHealth(wrapped.db);
    while (wrapped.calls < 3) await vi.advanceTimersByTimeAsync(100);
    expect((await asked).json).toMatchObject({ healthy: true });
  });

  it("is 503 after five seconds when the database hangs, for all that ask meanwhile", async () => {
    const begun = Promise.withResolvers<void>();
    const wrapped = wrapDatabase(env.DB, () => {
      begun.resolve();
      return new Promise(() => undefined);
    });
    const asked = Promise.all(Array.from({ length: 20 }, () => askHealth(wrapped.db)));
    await begun.promise;
    await vi.advanceTimersByTimeAsync(5000);
    const answers = await asked;
    for (const { status, json } of answers) {
      expect({ status, json }).toMatchObject({ status: 503, json: { healthy: false } });
    }
    expect(wrapped.calls).toBeLessThanOrEqual(6);
  });

  it("is 503 on a database without tables", async () => {
    const { db } = wrapDatabase(env.DB, () => Promise.reject(new Error("D1_ERROR: no such table: accounts")));
    expect((await askHealth(db)).status).toBe(503);
  });
});

describe("the service's own paths", () => {
  it.each(["/--ping", "/--health"])("%s has GET and HEAD only", async (path) => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const answer = await send({ method, path, sign: false });
      expect(pickStatusAndJson(answer)).toEqual({
        status: 405,
        json: { code: "MethodNotAllowedError", message: `${method} is not allowed here; allowed: GET, HEAD` },
      });
      expect(answer.headers.get("Allow")).toBe("GET, HEAD");
    }
  });

  it.each(["/--pong", "/--health/images", "/%2D%2Dnone"])("%s does not exist, signed or not", async (path) => {
    for (const sign of [{}, false] as const) {
      const { status, json } = await send({ method: "GET", path, sign });
      expect({ status, json }).toMatchObject({ status: 404, json: { code: "ResourceNotFound" } });
    }
  });
});

describe("READ_ONLY", () => {
  const writes = [
    { method: "POST", path: `/my/images/${image}?action=update`, body: '{"name":"b"}' },
    { method: "POST", path: `/my/images/${image}?action=clone` },
    { method: "POST", path: `/my/images/${image}?action=revert&revision=1` },
    { method: "DELETE", path: `/my/images/${image}` },
    { method: "POST", path: `/my/images/${image}/acl?action=add`, body: "[]" },
    { method: "POST", path: `/my/images/${image}/tags`, body: '{"a":1}' },
    { method: "PUT", path: `/my/images/${image}/tags`, body: '{"a":1}' },
    { method: "DELETE", path: `/my/images/${image}/tags/a` },
    { method: "POST", path: "/my", body: '{"city":"b"}' },
    { method: "POST", path: "/my/keys", body: "{}" },
    { method: "DELETE", path: "/my/keys/rsa" },
  ];

  it.each(writes)("refuses $method $path without asking the database", async (request) => {
    const wrapped = wrapDatabase(env.DB);
    const bindings = makeBindings({ DB: wrapped.db, READ_ONLY: "true" });
    const { result, lines } = await captureLog(() => send({ ...request, bindings }));
    expect(pickStatusAndJson(result)).toEqual({
      status: 503,
      json: {
        code: "ServiceUnavailableError",
        message: "the service is read-only for maintenance; nothing was changed",
      },
    });
    expect(result.headers.get("Retry-After")).toBe("60");
    expect(wrapped.calls).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ status: 503, reason: "read-only", d1Calls: 0 })]);
    expect(await env.DB.prepare("SELECT name, revision FROM images").first()).toEqual({ name: "n", revision: 1 });
  });

  it("serves reads, and still asks writes for a signature", async () => {
    const bindings = makeBindings({ READ_ONLY: "true" });
    for (const path of [
      "/my",
      "/my/keys",
      "/my/images",
      `/my/images/${image}`,
      `/my/images/${image}/audit`,
      "/--ping",
    ]) {
      expect([path, (await send({ method: "GET", path, bindings })).status]).toEqual([path, 200]);
    }
    expect((await send({ method: "HEAD", path: "/my/images", bindings })).status).toBe(200);
    expect((await send({ path: "/my", sign: false, bindings })).status).toBe(401);
    expect((await send({ method: "OPTIONS", path: "/my", sign: false, bindings })).status).toBe(204);
  });

  it("is off by default", async () => {
    expect((await send({ path: "/my", body: '{"city":"b"}', bindings: makeBindings({}) })).status).toBe(200);
  });
});
