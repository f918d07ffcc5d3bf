import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Bindings } from "../../src/context.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { image, newest, provisionThree, shared } from "../support/safe-writes.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

beforeEach(provisionThree);

/** A limiter that lets so many requests of each key pass, and the keys that it was asked for. */
function makeLimiter(most: number): { limiter: RateLimit; keys: string[] } {
  const keys: string[] = [];
  const limit = async ({ key }: { key: string }) => {
    keys.push(key);
    return { success: keys.filter((one) => one === key).length <= most };
  };
  return { limiter: { limit }, keys };
}

const failing: RateLimit = { limit: () => Promise.reject(new Error("limiter is down")) };

const get = { method: "GET", path: "/my" };
const update = { path: `/my/images/${image}?action=update`, body: '{"name":"b"}', headers: newest };
const createKey = { path: "/my/keys", body: '{"key":"x"}', headers: newest };
const writes = [
  ["UpdateImage", update],
  ["CloneImage", { path: `/my/images/${shared}?action=clone`, headers: newest }],
  ["DeleteImage", { method: "DELETE", path: `/my/images/${image}`, headers: newest }],
  ["CreateKey", createKey],
  ["DeleteKey", { method: "DELETE", path: "/my/keys/rsa", headers: newest }],
  ["UpdateAccount", { path: "/my", body: '{"city":"Ulm"}', headers: newest }],
] as const;

const makeThrottled = (what: string, [requests, seconds] = [200, 10]) => ({
  status: 429,
  json: {
    code: "RequestThrottled",
    message: `this ${what} sent more than ${requests} requests in ${seconds} seconds; try again after ${seconds} seconds`,
  },
});

const readTables = async () =>
  (
    await env.DB.batch(
      ["images", "image_history", "keys", "accounts"].map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
    )
  ).map(({ results }) => results);

describe("an account that sends more than ACCOUNT_LIMITER lets pass", () => {
  it("is refused with what to wait for, and the answer is as any other", async () => {
    const { limiter, keys } = makeLimiter(1);
    const bindings = makeBindings({ ACCOUNT_LIMITER: limiter });
    expect((await send({ ...get, bindings })).status).toBe(200);
    const answer = await send({ ...get, bindings });
    expect(pickStatusAndJson(answer)).toEqual(makeThrottled("account"));
    expect(answer.headers.get("Retry-After")).toBe("10");
    expect(answer.headers.get("RateLimit-Policy")).toBe('"account";q=200;w=10');
    for (const name of ["Request-Id", "Content-MD5", "Api-Version", "Server-Timing"])
      expect(answer.headers.get(name), name).toBeTruthy();
    expect(keys).toEqual([bob.uuid, bob.uuid]);
  });

  it("is refused with the limits of the configuration", async () => {
    const some = { ACCOUNT_LIMITER: makeLimiter(0).limiter, RATE_LIMIT_REQUESTS: "7", RATE_LIMIT_SECONDS: "60" };
    const answer = await send({ ...get, bindings: makeBindings(some) });
    expect(pickStatusAndJson(answer)).toEqual(makeThrottled("account", [7, 60]));
    expect(["Retry-After", "RateLimit-Policy"].map((name) => answer.headers.get(name))).toEqual([
      "60",
      '"account";q=7;w=60',
    ]);
  });

  it.each(writes)("writes nothing, and costs no round trip where the caller is known: %s", async (_, request) => {
    const counted = wrapDatabase(env.DB);
    const limited = { ACCOUNT_LIMITER: makeLimiter(1).limiter, DB: counted.db };
    const bindings = makeBindings(limited);
    expect((await send({ ...get, bindings })).status).toBe(200);
    const [before, calls] = [await readTables(), counted.calls];
    expect(pickStatusAndJson(await send({ ...request, bindings }))).toEqual(makeThrottled("account"));
    expect(counted.calls).toBe(calls);
    expect(await readTables()).toEqual(before);
  });

  it("hinders no other account, nor does an unsigned request count", async () => {
    const { limiter, keys } = makeLimiter(1);
    const bindings = makeBindings({ ACCOUNT_LIMITER: limiter });
    for (const _ of [1, 2, 3]) await send({ ...get, bindings });
    expect((await send({ ...get, sign: false, bindings })).status).toBe(401);
    expect((await send({ ...get, sign: { keyId: "/mallory/keys/rsa", key: "stranger" }, bindings })).status).toBe(401);
    expect((await send({ method: "GET", path: "/--ping", sign: false, bindings })).status).toBe(200);
    expect(keys).toEqual([bob.uuid, bob.uuid, bob.uuid]);
    expect((await send({ ...get, sign: { as: "mallory" }, bindings })).status).toBe(200);
  });

  it("is the one that signs, not the one that an operator acts as", async () => {
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    const { limiter, keys } = makeLimiter(1);
    const bindings = makeBindings({ ACCOUNT_LIMITER: limiter });
    expect((await send({ ...get, path: "/mallory", bindings })).status).toBe(200);
    expect((await send({ ...get, bindings })).status).toBe(429);
    expect(keys).toEqual([bob.uuid, bob.uuid]);
    expect(keys).not.toContain(mallory.uuid);
  });
});

describe("ADDRESS_LIMITER", () => {
  it("refuses an address before its signature is verified", async () => {
    const { limiter, keys } = makeLimiter(1);
    const counted = wrapDatabase(env.DB);
    const bindings = makeBindings({ ADDRESS_LIMITER: limiter, DB: counted.db });
    const from = (address: string) => send({ ...get, headers: { "CF-Connecting-IP": address }, bindings });
    expect((await from("192.0.2.1")).status).toBe(200);
    const calls = counted.calls;
    const answer = await from("192.0.2.1");
    expect(pickStatusAndJson(answer)).toEqual(makeThrottled("address", [1000, 10]));
    expect(answer.headers.get("RateLimit-Policy")).toBe('"address";q=1000;w=10');
    expect(counted.calls).toBe(calls);
    expect((await from("192.0.2.2")).status).toBe(200);
    expect(keys).toEqual(["192.0.2.1", "192.0.2.1", "192.0.2.2"]);
    expect((await send({ ...get, bindings })).status).toBe(200);
    expect(keys.length, "a request without an address is not counted").toBe(3);
  });
});

describe("a limiter that fails", () => {
  it.each<[string, Partial<Bindings>]>([
    ["ACCOUNT_LIMITER", { ACCOUNT_LIMITER: failing }],
    ["ADDRESS_LIMITER", { ADDRESS_LIMITER: failing }],
  ])("lets the request pass, and is on the log: %s", async (_, some) => {
    const { result, lines } = await captureLog(() =>
      send({ ...update, headers: { ...newest, "CF-Connecting-IP": "192.0.2.1" }, bindings: makeBindings(some) }),
    );
    expect(result).toMatchObject({ status: 200, json: { name: "b" } });
    const [failed, line] = lines;
    expect(failed).toEqual({ requestId: line?.["requestId"], rateLimit: "failed", cause: "Error: limiter is down" });
    expect(line).toMatchObject({ status: 200, operation: "UpdateImage" });
  });

  it("is on the log where none is bound", async () => {
    const { lines } = await captureLog(() => send({ ...get, bindings: makeBindings({}) }));
    expect(lines).toMatchObject([{ status: 200, rateLimit: "off" }]);
    const limited = await captureLog(() =>
      send({ ...get, bindings: makeBindings({ ACCOUNT_LIMITER: makeLimiter(9).limiter }) }),
    );
    expect(limited.lines[0]).not.toHaveProperty("rateLimit");
  });
});
