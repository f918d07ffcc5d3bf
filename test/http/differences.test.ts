/** Differences of docs/differences.md that no other test would miss. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { computeFingerprint, formatPublicLine, makeKey, signText } from "../support/signer.ts";
import { formatRsaLine, formatSshLine } from "../support/ssh-lines.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const image = makeUuid(1);
const other = makeUuid(2);
const theirs = makeUuid(3);
const sign = { key: "rsa" } as const;

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [makeKey("rsa")] },
      { ...mallory, keys: [] },
    ],
    images: [
      { uuid: image, owner: bob.uuid, name: "a", version: "1" },
      { uuid: other, owner: bob.uuid, name: "b", version: "1" },
      { uuid: theirs, owner: mallory.uuid, name: "c", version: "1", acl: [bob.uuid] },
    ],
  });
});

const update = (query: string, more: Partial<TestRequest> = {}) =>
  send({ path: `/my/images/${image}?action=update${query}`, sign, ...more });

const readNames = async () =>
  (await env.DB.prepare("SELECT name FROM images ORDER BY uuid").all<{ name: string }>()).results.map(
    ({ name }) => name,
  );

const makeRefused = (status: number, code: string, message: string) => ({ status, json: { code, message } });

describe("a request without a signature is 401", () => {
  const unsigned = makeRefused(401, "InvalidCredentials", "You must make authenticated requests to use CloudAPI");

  it.each<[string, TestRequest]>([
    ["whose action is missing", { path: `/my/images/${image}`, body: "{}" }],
    ["whose action is unknown", { path: `/my/images/${image}?action=export`, body: "{}" }],
    ["whose body cannot be read", { path: `/my/images/${image}?action=update`, body: "{" }],
    ["whose body is too large", { path: "/my/keys", body: " ".repeat(100_001) }],
    ["whose Content-MD5 is wrong", { path: "/my", body: "{}", headers: { "Content-MD5": "AAAA" } }],
    ["whose If-Match is malformed", { method: "GET", path: `/my/images/${image}`, headers: { "If-Match": "x" } }],
    ["of an image that does not exist", { method: "GET", path: "/my/images/x" }],
    ["of an account that does not exist", { method: "GET", path: "/nobody/images" }],
    ["whose filter is wrong", { method: "GET", path: "/my/images?state=x" }],
  ])("%s", async (_, request) => {
    expect(pickStatusAndJson(await send({ ...request, sign: false }))).toEqual(unsigned);
  });

  it("but signed in its URL", async () => {
    const parameters = new URLSearchParams({
      algorithm: "rsa-sha256",
      expires: String(Math.floor(Date.now() / 1000) + 300),
      keyId: `/bob/keys/${computeFingerprint("rsa")}`,
    });
    const signature = await signText("rsa", "rsa-sha256", `GET\n127.0.0.1\n/bob/images\n${parameters}`);
    const path = `/bob/images?${parameters}&signature=${encodeURIComponent(signature)}`;
    expect(pickStatusAndJson(await send({ method: "GET", path, sign: false }))).toEqual(unsigned);
  });
});

describe("parameters of a request", () => {
  it("in the query replace neither the account nor the image of the path", async () => {
    const aims = `account=mallory&login=mallory&uuid=${other}&id=${other}&dataset=${other}&image=${other}`;
    expect((await update(`&${aims}&name=changed`)).json).toMatchObject({ id: image, owner: bob.uuid });
    expect(await readNames()).toEqual(["changed", "b", "c"]);
    const read = await send({ method: "GET", path: `/my/images/${image}?${aims}`, sign });
    expect(read.json).toMatchObject({ id: image });
    const account = await send({ method: "GET", path: "/my?account=mallory&login=mallory", sign });
    expect(account.json).toMatchObject({ id: bob.uuid });
  });

  it("may repeat acl more than 20 times, in the query and in a form", async () => {
    const accounts = Array.from({ length: 30 }, (_, index) => makeUuid(index));
    const repeated = accounts.map((account) => `acl=${account}`).join("&");
    expect((await update(`&${repeated}`)).json).toMatchObject({ acl: accounts });
    const form = { body: `${repeated}&name=b`, headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    expect((await update("&acl=", form)).json).toMatchObject({ acl: accounts, name: "b" });
  });

  it("of multipart with one name are an array", async () => {
    const part = (uuid: string) => `--b\r\nContent-Disposition: form-data; name="acl"\r\n\r\n${uuid}\r\n`;
    const body = `${part(other)}${part(theirs)}--b--\r\n`;
    const answer = await update("", { body, headers: { "Content-Type": "multipart/form-data; boundary=b" } });
    expect(answer.json).toMatchObject({ acl: [other, theirs] });
  });

  it("are refused if the Content-MD5 of an empty body is wrong", async () => {
    const wrong = await update("&name=x", { headers: { "Content-MD5": "AAAA" } });
    expect(pickStatusAndJson(wrong)).toEqual(makeRefused(400, "BadDigest", "Content-MD5 AAAA is not the body's"));
    expect((await update("&name=x", { headers: { "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==" } })).status).toBe(200);
  });
});

describe("CreateKey refuses", () => {
  const create = (key: string, bindings = {}) =>
    send({ path: "/my/keys", body: JSON.stringify({ key }), sign, bindings: makeBindings(bindings) });

  const evenModulus = Uint8Array.of(0, ...new Array(255).fill(255), 254);
  const point = (first: number, last = 0) => Uint8Array.of(first, ...new Array(30).fill(last === 0 ? 0 : 255), last);

  it.each([
    [
      "an RSA key with an even modulus",
      formatSshLine("ssh-rsa", [Uint8Array.of(1, 0, 1), evenModulus]),
      "the RSA key's modulus is even, so anyone can find its private key",
    ],
    [
      "an RSA key with exponent 1",
      formatRsaLine(2048, [1]),
      "the RSA key's exponent is neither 3 nor 65537, and no other can be verified here",
    ],
    [
      "an Ed25519 key of small order",
      formatSshLine("ssh-ed25519", [point(1)]),
      "the Ed25519 key's point is of small order, so anyone can sign for it",
    ],
    [
      "an Ed25519 key that is not canonical",
      formatSshLine("ssh-ed25519", [point(0xee, 0x7f)]),
      "the Ed25519 key's point is not in its canonical encoding",
    ],
    [
      "a key with a comment of over 1024 characters",
      formatPublicLine("ecdsa").replace(/ecdsa$/, "c".repeat(1025)),
      "a key's comment is at most 1024 characters",
    ],
  ])("%s", async (_, key, problem) => {
    const message = `${problem}; ${key.slice(0, 64)}... was sent`;
    expect(pickStatusAndJson(await create(key))).toEqual(makeRefused(409, "InvalidArgument", message));
  });

  it("the blanks of a line are stored as one", async () => {
    const line = formatPublicLine("ecdsa");
    const [type, base64, comment] = line.split(" ");
    const created = await create(`${type} \t ${base64}${" ".repeat(90_000)}${comment}`);
    expect([created.status, (created.json as { key: string }).key]).toEqual([201, line]);
  });

  it("more keys than MAX_KEYS, and stores nothing", async () => {
    const message = "the account has 1 keys, the most that it may have; delete one first";
    const full = await create(formatPublicLine("ecdsa"), { MAX_KEYS: "1" });
    expect(pickStatusAndJson(full)).toEqual(makeRefused(403, "QuotaExceeded", message));
    expect((await send({ method: "GET", path: "/my/keys", sign })).json).toMatchObject([{ name: "rsa" }]);
    expect((await create(formatPublicLine("ecdsa"), { MAX_KEYS: "2" })).status).toBe(201);
  });
});

it("CloneImage refuses more images than MAX_IMAGES, and stores nothing", async () => {
  const clone = (maxImages: string) =>
    send({
      path: `/my/images/${theirs}?action=clone`,
      sign,
      bindings: makeBindings({ MAX_IMAGES: maxImages }),
    });
  const message = "the account owns 2 images, the most that it may own; delete one first";
  expect(pickStatusAndJson(await clone("2"))).toEqual(makeRefused(403, "QuotaExceeded", message));
  expect(await readNames()).toEqual(["a", "b", "c"]);
  expect((await clone("3")).status).toBe(200);
});

it("an account that sends too much is 429 before its statements run, and nothing is done", async () => {
  const counted = wrapDatabase(env.DB);
  const keys: string[] = [];
  const limiter: RateLimit = {
    limit: async ({ key }) => {
      keys.push(key);
      return { success: false };
    },
  };
  const bindings = makeBindings({ DB: counted.db, ACCOUNT_LIMITER: limiter });
  const answer = await update("&name=x", { bindings });
  const message = "this account sent more than 200 requests in 10 seconds; try again after 10 seconds";
  expect(pickStatusAndJson(answer)).toEqual(makeRefused(429, "RequestThrottled", message));
  expect([answer.headers.get("Retry-After"), answer.headers.get("RateLimit-Policy")]).toEqual([
    "10",
    '"account";q=200;w=10',
  ]);
  expect([keys, counted.calls]).toEqual([[bob.uuid], 1]);
  expect(await readNames()).toEqual(["a", "b", "c"]);
});

it("a list of several megabytes is streamed without Content-MD5 and Content-Length, a small one has them", async () => {
  const list = (method: string) => send({ method, path: "/my/images?name=large", sign });
  const digested = async (method: string) => {
    const { headers } = await list(method);
    return [headers.has("Content-MD5"), headers.has("Content-Length")];
  };
  expect(await digested("HEAD")).toEqual([true, true]);
  expect((await digested("GET"))[0]).toBe(true);
  const tags = { t: "é".repeat(450_000) };
  const ids = Array.from({ length: 6 }, (_, index) => makeUuid(10 + index));
  await provision(env.DB, {
    accounts: [],
    images: ids.map((uuid) => ({ uuid, owner: bob.uuid, name: "large", version: "1", tags })),
  });
  expect(await digested("GET")).toEqual([false, false]);
  const { json, text } = await list("GET");
  expect(json).toEqual(ids.map((id) => expect.objectContaining({ id, tags })));
  expect(text).toMatch(/^[\u0020-\u007e]+$/);
});
