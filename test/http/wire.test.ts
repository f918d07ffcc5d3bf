import { env, exports, tracing } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { version } from "../../package.json";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { computeFingerprint, makeKey } from "../support/signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const path = `/my/images/${image}`;
const sign = { key: "ed25519" } as const;

beforeAll(() =>
  provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519")] }],
    images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1" }],
  }),
);

const get = (more: Partial<TestRequest> = {}) => send({ method: "GET", path, sign, ...more });

describe("every answer", () => {
  it("has the contract's headers, and no other", async () => {
    const { headers, text } = await get({ headers: { "Accept-Version": "~8" } });
    const {
      date,
      "request-id": id,
      "response-time": elapsed,
      "server-timing": timing,
      "content-length": _,
      ...fixed
    } = Object.fromEntries(headers);
    expect(fixed).toEqual({
      "access-control-allow-headers":
        "Authorization, X-Date, Accept-Version, Api-Version, X-Api-Version, Content-Type, Content-MD5, Request-Id, X-Request-Id, If-Match, If-None-Match, Idempotency-Key, Cache-Control",
      "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
      "access-control-allow-origin": "*",
      "access-control-expose-headers":
        "Api-Version, X-Api-Version, Request-Id, X-Request-Id, Response-Time, X-Response-Time, Content-MD5, Date, Server, Triton-Datacenter-Name, Location, Allow, Age, Retry-After, RateLimit-Policy, WWW-Authenticate, ETag, Changed-Fields, Idempotent-Replayed, Revision-Not-Kept, Next-Marker, Newest-Cursor, Oldest-Cursor, Dry-Run, Ignored-Parameters, Server-Timing",
      "api-version": "8.0.0",
      "cache-control": "private, no-cache, no-transform",
      "content-md5": createHash("md5").update(text).digest("base64"),
      "content-type": "application/json",
      etag: '"1-8.0.0"',
      server: `cloudapi/${version}`,
      "triton-datacenter-name": "edge",
      "x-api-version": "8.0.0",
      "x-content-type-options": "nosniff",
      "x-request-id": id,
      "x-response-time": elapsed,
    });
    expect([Date.parse(date ?? ""), Number(elapsed)]).not.toContain(Number.NaN);
    expect(timing).toMatch(/^auth;dur=[\d.]+, db;dur=[\d.]+, total;dur=[\d.]+$/);
  });

  it.each([
    [{ "Request-Id": "a.B_c-1", "X-Request-Id": "other" }, "a.B_c-1"],
    [{ "X-Request-Id": "x".repeat(128) }, "x".repeat(128)],
    [{ "Request-Id": "bad id", "X-Request-Id": "good" }, "good"],
    [{ "Request-Id": "x".repeat(129) }, undefined],
    [{}, undefined],
  ])("has the client's request id if that is well-formed, else a new one: %j", async (sent, echoed) => {
    const { headers } = await get({ headers: sent });
    if (echoed) expect(headers.get("Request-Id")).toBe(echoed);
    else expect(headers.get("Request-Id")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("to HEAD is that to GET without its body", async () => {
    const whole = await get();
    const head = await get({ method: "HEAD" });
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers.get("Content-Length")).toBe(String(whole.text.length));
    for (const header of ["Content-Type", "Content-MD5", "X-Api-Version"])
      expect(head.headers.get(header)).toBe(whole.headers.get(header));
  });

  it.each(["/my/images", "/nowhere/at/all"])("to OPTIONS is 204 without a Content-Type: %s", async (anywhere) => {
    const { status, text, headers } = await send({ method: "OPTIONS", path: anywhere, sign: false });
    expect([
      status,
      text,
      headers.get("Content-Type"),
      headers.get("Content-MD5"),
      headers.get("Access-Control-Allow-Origin"),
    ]).toEqual([204, "", null, null, "*"]);
  });
});

describe("an Accept header", () => {
  it.each([
    ["application/json, application/json;q=0", 200],
    ["application/json;q=0, application/json", 200],
    ["application/json;q=0, application/json;q=0.0", 406],
    ["application/*, application/*;q=0", 200],
    ["*/*;q=0, */*;q=0.001", 200],
    ["*/*, application/*;q=0", 406],
    ["application/*;q=0, Application/JSON;q=1", 200],
    ["text/html, application/jsonx", 406],
    [" ", 200],
  ])("%s: %i", async (accept, status) => {
    expect((await send({ method: "GET", path: "/--ping", sign: false, headers: { Accept: accept } })).status).toBe(
      status,
    );
  });
});

describe("a path", () => {
  const makeMissing = (what: string) => ({ code: "ResourceNotFound", message: `${what} does not exist` });

  it.each([
    ["/", makeMissing("/")],
    [`${path}/`, makeMissing(`${path}/`)],
    [`//my/images/${image}`, makeMissing(`//my/images/${image}`)],
    ["/my/images/", makeMissing("/my/images/")],
    ["/my/Images", makeMissing("/my/Images")],
    ["/my/images/a%2Fb/c", makeMissing("/my/images/a%2Fb/c")],
    ["/my/images/zzz", { code: "ResourceNotFound", message: "image not found" }],
    [path.toUpperCase().replace("/MY/IMAGES", "/my/images"), { code: "ResourceNotFound", message: "image not found" }],
    ["/my/images/a%2Fb", { code: "ResourceNotFound", message: "image not found" }],
  ])("that does not exist is 404: %s", async (nowhere, json) => {
    const answer = await get({ path: nowhere });
    expect([answer.status, answer.json]).toEqual([404, json]);
  });

  it("is decoded once, and refused if it cannot be decoded", async () => {
    expect((await get({ path: path.replace("e", "%65") })).status).toBe(200);
    expect((await get({ path: `/%6dy/%69mages/${image}` })).status).toBe(200);
    expect((await get({ path: path.replace("e", "%2565") })).status).toBe(404);
    const { status, json } = await get({ path: "/my/images/%zz", sign: false });
    expect([status, json]).toEqual([
      400,
      { code: "BadRequest", message: "the path part %zz has an escape that cannot be decoded" },
    ]);
  });

  it.each([
    ["PUT", path, "DELETE, GET, HEAD, POST"],
    ["PATCH", "/my/images", "GET, HEAD"],
    ["DELETE", "/my", "GET, HEAD, POST"],
    ["DELETE", "/my/keys", "GET, HEAD, POST"],
    ["POST", "/my/datacenters", "GET, HEAD"],
    ["PUT", "/--ping", "GET, HEAD"],
  ])("that does not support the method is 405: %s %s", async (method, known, allowed) => {
    const { status, json, headers } = await send({ method, path: known, sign: false });
    expect([status, headers.get("Allow")?.split(", ").sort().join(", ")]).toEqual([405, allowed]);
    expect(json).toEqual({
      code: "MethodNotAllowedError",
      message: `${method} is not allowed here; allowed: ${headers.get("Allow")}`,
    });
  });

  it("is served with its own method, whatever X-HTTP-Method-Override says", async () => {
    const { status } = await get({ headers: { "X-HTTP-Method-Override": "DELETE" } });
    expect([status, (await get()).status]).toEqual([200, 200]);
  });
});

/** Faults in the order of the checks, each with its code. docs/contract.md#order-of-checks */
const faults: readonly (readonly [string, (request: TestRequest) => TestRequest, string])[] = [
  ["method", (request) => ({ ...request, method: "PUT" }), "MethodNotAllowedError"],
  [
    "version",
    (request) => ({ ...request, headers: { ...request.headers, "Accept-Version": "~99" } }),
    "InvalidVersion",
  ],
  ["Accept", (request) => ({ ...request, headers: { ...request.headers, Accept: "text/html" } }), "NotAcceptableError"],
  ["clock", (request) => ({ ...request, sign: { ...request.sign, secondsOff: 999 } }), "InvalidHeader"],
  ["size", (request) => ({ ...request, body: `${request.body}${" ".repeat(100_000)}` }), "RequestTooLarge"],
  [
    "credentials",
    (request) => ({ ...request, sign: { ...request.sign, keyId: "/nobody/keys/x" } }),
    "InvalidCredentials",
  ],
  ["account", (request) => ({ ...request, path: request.path.replace("/my", "/nobody") }), "ResourceNotFound"],
  ["Content-MD5", (request) => ({ ...request, headers: { ...request.headers, "Content-MD5": "AAAA" } }), "BadDigest"],
  ["action", (request) => ({ ...request, path: request.path.replace("update", "nothing") }), "InvalidArgument"],
  ["syntax", (request) => ({ ...request, body: `${request.body}}` }), "InvalidContent"],
  ["fields", (request) => ({ ...request, body: String(request.body).replace('"b"', "5") }), "ValidationFailed"],
  ["image", (request) => ({ ...request, path: request.path.replace("eca9", "ffff") }), "ResourceNotFound"],
];

describe("of two faults the answer names the one that is checked first", () => {
  const pairs = faults.flatMap((first, at) => faults.slice(at + 1).map((second) => [first, second] as const));

  it.each(pairs.map(([first, second]) => ({ first: first[0], second: second[0], pair: [first, second] as const })))(
    "$first before $second",
    async ({ pair: [[what, break1, code], [, break2]] }) => {
      const counted = wrapDatabase(env.DB);
      const good: TestRequest = { path: `${path}?action=update`, body: '{"name":"b"}', sign };
      const answer = await send({ ...break1(break2(good)), bindings: makeBindings({ DB: counted.db }) });
      expect(answer.json).toMatchObject({ code });
      if (["method", "version", "Accept", "clock", "size"].includes(what)) expect(counted.calls).toBe(0);
    },
  );
});

it("GET / leads a browser to the pages, and is 404 to every other client", async () => {
  const get = async (method: string, accept: string) => {
    const request = new Request("http://127.0.0.1/", { method, headers: { Accept: accept } });
    const response = await exports.default.fetch(request);
    return [response.status, response.headers.get("Content-Type"), await response.text()] as const;
  };
  const [status, type, text] = await get("GET", "text/html,application/xhtml+xml,*/*;q=0.8");
  expect([status, type]).toEqual([200, "text/html; charset=utf-8"]);
  expect([...text.matchAll(/href="([^"]*)"/g)].map(([, link]) => link)).toEqual(["/--docs/", "/--console/"]);
  const missing = '{"code":"ResourceNotFound","message":"/ does not exist"}';
  expect(await get("GET", "*/*")).toEqual([404, "application/json", missing]);
  expect(await get("GET", "application/json")).toEqual([404, "application/json", missing]);
  expect((await get("POST", "text/html"))[0]).toBe(404);
});

describe("the log", () => {
  it("has one line a request, with the names of fields and without their values", async () => {
    const body = '{"name":"secret-name","description":"secret"}';
    const request = { path: `${path}?action=update`, sign, bindings: makeBindings({ DB: wrapDatabase(env.DB).db }) };
    const { lines, text } = await captureLog(async () => {
      await send({ ...request, body, headers: { "Request-Id": "r1" } });
      await send({ ...request, body: '{"name":"secret*"}', headers: { "Request-Id": "r2" } });
    });
    const times = { d1Ms: expect.any(Number), totalMs: expect.any(Number) };
    const cold = { ...times, nearCalls: 1, nearMs: expect.any(Number) };
    const same = {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      route: "/:login/images/:id",
      login: "bob",
      key: computeFingerprint("ed25519", "sha256"),
      rateLimit: "off",
      method: "POST",
      operation: "UpdateImage",
      account: bob.uuid,
      image,
      release: "7.2.0",
    };
    expect(lines).toEqual([
      { requestId: "r1", level: "info", ...same, status: 200, changed: ["name", "description"], d1Calls: 1, ...cold },
      { requestId: "r2", level: "warn", ...same, status: 422, code: "ValidationFailed", d1Calls: 1, ...times },
    ]);
    expect(text).not.toContain("secret");
  });

  it("has the trace and the deployed version where Cloudflare has them, and names the trace after the operation", async () => {
    const names: string[] = [];
    const span = {
      isTraced: true,
      updateName: (name: string) => names.push(name),
      spanContext: () => ({ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 }),
    };
    const VERSION = { id: "v1", tag: "", timestamp: "" };
    const traced = vi.spyOn(tracing, "getActiveSpan").mockReturnValue(span as unknown as Span);
    const get = { method: "GET", bindings: makeBindings({ VERSION }) };
    const { lines } = await captureLog(async () => {
      await send({ ...get, path });
      await send({ ...get, path: "/nothing/at/all" });
      span.isTraced = false;
      await send({ ...get, path });
    });
    traced.mockRestore();
    const { traceId } = span.spanContext();
    expect(lines).toMatchObject([{ traceId, version: "v1" }, { traceId, status: 404 }, { version: "v1" }]);
    expect(lines[2]).not.toHaveProperty("traceId");
    expect(names).toEqual(["GetImage"]);
  });

  it("names who tried, of a request that is refused, and the address where a variable asks for it", async () => {
    const keyId = `/${"x".repeat(70)}/keys/some`;
    const get = { method: "GET", path: "/my/images?name=secret", headers: { "CF-Connecting-IP": "192.0.2.1" } };
    const { lines } = await captureLog(async () => {
      await send({ ...get, sign: { ...sign, keyId }, bindings: makeBindings({ LOG_ADDRESS: "true" }) });
      await send({ ...get, sign: false, bindings: makeBindings({}) });
      await send({ ...get, path: "/nothing/at/all", bindings: makeBindings({}) });
    });
    const picked = lines.map(({ level, route, login, key, address, status, reason }) => ({
      ...{ level, route, login, key, address, status, reason },
    }));
    const [route, level] = ["/:login/images", "warn"];
    const shown = `${"x".repeat(64)}...`;
    expect(picked).toEqual([
      { level, route, login: shown, key: "some", address: "192.0.2.1", status: 401, reason: "unknown login" },
      { level, route, status: 401, reason: "no signature" },
      { level, status: 404 },
    ]);
  });
});
