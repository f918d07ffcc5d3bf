import { describe, expect, inject, it } from "vitest";
import { pickStatusAndJson, readAnswer } from "../support/answer.ts";
import type { Command } from "../support/started.ts";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** A page: nothing of it may be framed, sniffed or told to another site. */
const makeExpectedHeaders = (type: string) => ({
  "content-type": type,
  "cache-control": "public, max-age=0, must-revalidate",
  "content-security-policy": policy,
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
});

describe.each<Command>(["start", "serve"])("the static pages of npm run %s", (command) => {
  const origin = `http://127.0.0.1:${inject("shared")[command].port}`;

  const ask = (path: string, init?: RequestInit) => fetch(`${origin}${path}`, { redirect: "manual", ...init });

  it.each([
    ["/--docs/", "text/html; charset=utf-8"],
    ["/--docs/UpdateImage", "text/html; charset=utf-8"],
    ["/--docs/contract", "text/html; charset=utf-8"],
    ["/--docs/search.json", "application/json"],
    ["/--docs/docs.js", "text/javascript; charset=utf-8"],
    ["/--docs/openapi.json", "application/json"],
    ["/--docs/openapi.json?x=1", "application/json"],
    ["/--console/", "text/html; charset=utf-8"],
    ["/--console/console.js", "text/javascript; charset=utf-8"],
    ["/--console/console.css", "text/css; charset=utf-8"],
  ])("answer %s with its type and the policy, and 304 to its ETag", async (path, type) => {
    const answer = await ask(path);
    const text = await answer.text();
    const expected = makeExpectedHeaders(type);
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

  it.each(["/--docs/nope.js", "/--console/nope", "/--docs/__proto__"])("are 404 and empty for %s", async (path) => {
    const answer = await ask(path);
    expect([answer.status, await answer.text()]).toEqual([404, ""]);
  });

  it("take no other method", async () => {
    const answer = await ask("/--docs/openapi.json", { method: "POST", body: "{}" });
    expect([answer.status, await answer.text()]).toEqual([405, ""]);
    // Under npm start the assets of Workers answer, as they do where it is deployed, and those name no method.
    if (command === "serve") expect(answer.headers.get("Allow")).toBe("GET, HEAD");
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
