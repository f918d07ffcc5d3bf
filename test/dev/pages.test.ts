import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, inject, it } from "vitest";
import { pickStatusAndJson, readAnswer } from "../support/answer.ts";
import type { Shared } from "../support/shared-services.ts";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** A page: nothing of it may be framed, sniffed or told to another site. */
const makeExpectedHeaders = (type: string, isHashed: boolean) => ({
  "content-type": type,
  "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
  "content-security-policy": policy,
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
});

/** Asks as a browser does. Node's fetch would show no coding. */
const getCoded = async (url: string, coding: string): Promise<IncomingMessage & { bytes: Buffer }> => {
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { headers: { "Accept-Encoding": coding } }, resolve).on("error", reject),
  );
  return Object.assign(answer, { bytes: await buffer(answer) });
};

describe.each<Shared>(["npm start", "npx wrangler dev"])("the static pages of %s", (command) => {
  const origin = `http://127.0.0.1:${inject("shared")[command].port}`;

  const ask = (path: string, init?: RequestInit) => fetch(`${origin}${path}`, { redirect: "manual", ...init });

  /** The path of a script or style, whose name the page has with a hash. */
  const findHashed = async (page: string, name: RegExp): Promise<string> =>
    `${page}${name.exec(await (await ask(page)).text())?.[0]}`;

  it.each<[path: string, type: string, hashed?: RegExp]>([
    ["/--docs/", "text/html; charset=utf-8"],
    ["/--docs/UpdateImage", "text/html; charset=utf-8"],
    ["/--docs/contract", "text/html; charset=utf-8"],
    ["/--docs/search.json", "application/json"],
    ["/--docs/", "text/javascript; charset=utf-8", /docs-\w{8}\.js/],
    ["/--docs/", "text/css; charset=utf-8", /docs-\w{8}\.css/],
    ["/--docs/openapi.json", "application/json"],
    ["/--docs/openapi.json?x=1", "application/json"],
    ["/--console/", "text/html; charset=utf-8"],
    ["/--console/", "text/javascript; charset=utf-8", /console-\w{8}\.js/],
    ["/--console/", "text/css; charset=utf-8", /console-\w{8}\.css/],
  ])("answer %s as %s %s with the policy, how long to keep it, and 304 to its ETag", async (page, type, hashed) => {
    const path = hashed ? await findHashed(page, hashed) : page;
    const answer = await ask(path);
    const text = await answer.text();
    const expected = makeExpectedHeaders(type, hashed !== undefined);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, answer.headers.get(name)]))).toEqual(expected);
    expect(text.length).toBeGreaterThan(2);
    const again = await ask(path, { headers: { "If-None-Match": answer.headers.get("ETag") ?? "" } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const head = await ask(path, { method: "HEAD" });
    expect([head.status, head.headers.get("Content-Type"), await head.text()]).toEqual([200, type, ""]);
  });

  it.each([
    ["/--docs", "/--docs/"],
    ["/--console", "/--console/"],
    ["/--docs/index.html", "/--docs/"],
    ["/--docs/index", "/--docs/"],
    ["/--docs/contract.html", "/--docs/contract"],
    ["/--docs/contract/", "/--docs/contract"],
    ["/--docs/contract/?x=1", "/--docs/contract?x=1"],
  ])("lead from %s to %s", async (path, to) => {
    const { status, headers } = await ask(path);
    expect([status, headers.get("Location")]).toEqual([307, to]);
  });

  it.each([
    "/--docs/nope.js",
    "/--console/nope",
    "/--docs/__proto__",
    "/--docs/openapi.json.br",
    "/--console/console.js",
  ])("are 404 and empty for %s", async (path) => {
    const answer = await ask(path);
    expect([answer.status, await answer.text()]).toEqual([404, ""]);
    expect(answer.headers.get("Cache-Control") ?? "").not.toContain("immutable");
  });

  // Where it is deployed, Cloudflare compresses what leaves its network: under wrangler dev nobody does.
  it.skipIf(command === "npx wrangler dev")("are compressed once, as the client takes them", async () => {
    const path = await findHashed("/--console/", /console-\w{8}\.js/);
    const plain = await getCoded(`${origin}${path}`, "identity");
    expect(plain.headers["content-encoding"]).toBe(undefined);
    for (const [coding, decode] of [
      ["br", brotliDecompressSync],
      ["gzip", gunzipSync],
    ] as const) {
      const answer = await getCoded(`${origin}${path}`, coding);
      const { etag, vary, ...headers } = answer.headers;
      expect([answer.statusCode, headers["content-encoding"], vary]).toEqual([200, coding, "Accept-Encoding"]);
      expect(headers["content-length"]).toBe(String(answer.bytes.length));
      expect(decode(answer.bytes).equals(plain.bytes)).toBe(true);
      expect(answer.bytes.length).toBeLessThan(plain.bytes.length / 2);
      expect(etag).not.toBe(plain.headers.etag);
      const head = await ask(path, { method: "HEAD", headers: { "Accept-Encoding": coding } });
      expect([head.headers.get("Content-Length"), head.headers.get("ETag")]).toEqual([headers["content-length"], etag]);
    }
  });

  it("take no other method", async () => {
    const answer = await ask("/--docs/openapi.json", { method: "POST", body: "{}" });
    expect([answer.status, await answer.text()]).toEqual([405, ""]);
    // Under wrangler dev the assets of Workers answer, as they do where it is deployed, and those name no method.
    if (command === "npm start") expect(answer.headers.get("Allow")).toBe("GET, HEAD");
  });

  it.each([
    ["/--ping", 200],
    ["/my/images", 401],
    ["/--consol", 404],
    ["/--docsy/", 404],
    ["/%2D%2Ddocs/", 404],
    ["/_headers", 401],
  ])("leave %s to the service, which answers %i as JSON", async (path, status) => {
    const answer = await readAnswer(await ask(path));
    expect(pickStatusAndJson(answer)).toEqual({ status, json: expect.anything() });
    expect(answer.headers.get("Server")).toMatch(/^cloudapi\//);
  });
});
