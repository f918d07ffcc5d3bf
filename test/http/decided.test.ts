import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { makeRequest, send, sendMade, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

/** docs/differences.md: what this service answers where upstream answers otherwise. */

const path = `/my/images/${makeUuid(1)}`;

beforeEach(async () => {
  await clear(env.DB);
  const shown = { version: "1", os: "other", type: "zvol" };
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519")] }],
    images: [
      { ...shown, uuid: makeUuid(1), owner: bob.uuid, name: "own" },
      { ...shown, uuid: makeUuid(2), owner: mallory.uuid, name: "shared", state: "failed", acl: [bob.uuid] },
    ],
  });
});

const notAllowed = (method: string, allowed: string) => ({
  code: "MethodNotAllowedError",
  message: `${method} is not allowed here; allowed: ${allowed}`,
});
const invalid = (message: string) => ({ code: "InvalidArgument", message });
const update = `${path}?action=update`;
const longName = { name: "x".repeat(256), key: formatPublicLine("rsa") };
const form = { "Content-Type": "application/x-www-form-urlencoded" };
const keyForm = `name=f&key=${encodeURIComponent(formatPublicLine("rsa"))}`;

type Row = [request: string, sent: TestRequest, status: number, json: unknown, ignored?: string];

it.each<Row>([
  [
    "PUT with role-tag",
    { method: "PUT", path, body: '{"role-tag":["a"]}' },
    405,
    notAllowed("PUT", "GET, HEAD, POST, DELETE"),
  ],
  ["action=export", { path: `${path}?action=export` }, 409, invalid("action export is not a valid argument")],
  ["CreateImageFromMachine", { path: "/my/images", body: "{}" }, 405, notAllowed("POST", "GET, HEAD")],
  [
    "import-from-datacenter",
    { path: "/my/images?action=import-from-datacenter" },
    405,
    notAllowed("POST", "GET, HEAD"),
  ],
  [
    "state=failed and another's owner",
    { method: "GET", path: `/my/images?state=failed&owner=${mallory.uuid}` },
    200,
    [],
  ],
  [
    "Accept with a parameter",
    { method: "GET", path, headers: { Accept: "application/json; charset=utf-8" } },
    200,
    { name: "own" },
  ],
  [
    "a version range with a hole",
    { method: "GET", path, headers: { "Accept-Version": "~7.3.0||~9.0.0" } },
    200,
    { type: "zvol" },
  ],
  [
    "an unknown action in the body alone",
    { path, body: '{"action":"foo"}' },
    409,
    invalid("action foo is not a valid argument"),
  ],
  [
    "image= in the body",
    { path: update, body: JSON.stringify({ image: makeUuid(2), name: "b" }) },
    200,
    { id: makeUuid(1), name: "b" },
    "image",
  ],
  [
    "a Content-Type of a semicolon",
    { path: update, body: '{"name":"b"}', headers: { "Content-Type": ";" } },
    200,
    { name: "b" },
  ],
  [
    "an X-Date that is not signed, and late",
    { method: "GET", path, headers: { "x-date": "Mon, 01 Jan 2001 00:00:00 GMT" } },
    200,
    { name: "own" },
  ],
  [
    "a key's name of 256 characters",
    { path: "/my/keys", body: JSON.stringify(longName) },
    409,
    { code: "InvalidArgument", message: expect.stringContaining("a key's name is 1 to 255 characters") },
  ],
  ["CreateKey as a form", { path: "/my/keys", body: keyForm, headers: form }, 201, { name: "f" }],
  [
    "company, givenName, sn and cn of an account",
    { path: "/my", body: '{"company":"c","givenName":"g","sn":"s","cn":"n"}' },
    200,
    { login: "bob" },
    "company, givenName, sn, cn",
  ],
  [
    "0 for a text of an account",
    { path: "/my", body: '{"phone":0}' },
    409,
    { message: expect.stringMatching(/^phone is a string .*; 0 was sent$/) },
  ],
])("%s", async (...[, request, status, json, ignored]) => {
  const answer = await send(request);
  expect(answer.json).toMatchObject(json as object);
  expect([answer.status, answer.headers.get("Ignored-Parameters")]).toEqual([status, ignored ?? null]);
});

it("white space after a comma in Authorization", async () => {
  const request = await makeRequest({ method: "GET", path });
  for (const blank of [" ", "\t"]) {
    const headers = new Headers(request.headers);
    headers.set("Authorization", (headers.get("Authorization") ?? "").replaceAll('",', `",${blank}`));
    const { status, json } = await sendMade(new Request(request, { headers }));
    expect([status, json]).toEqual([200, expect.objectContaining({ id: makeUuid(1), name: "own" })]);
  }
});
