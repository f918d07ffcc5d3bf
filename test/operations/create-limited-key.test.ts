import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { invalid, limitKey, readLimits, sendCold, showKey } from "../support/limited-keys.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { computeFingerprint, formatPublicLine, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const [own, other] = [makeUuid(1), makeUuid(2)];
const end = "2100-01-01T00:00:00.000Z";

/** Bob's key without limits. The key ed25519 is the one that a test limits. */
const master = { key: "ecdsa" } as const;

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519"), makeKey("ecdsa")] }, mallory],
    images: [
      { uuid: own, owner: bob.uuid, name: "a", version: "1" },
      { uuid: other, owner: bob.uuid, name: "b", version: "1", origin: own },
    ],
  });
});

const create = (body: object, sign: TestRequest["sign"] = master) =>
  sendCold({ method: "POST", path: "/my/keys", body: JSON.stringify(body), sign });

describe("CreateKey with limits", () => {
  const rsa = formatPublicLine("rsa");

  it("answers them as they are stored, and so do GetKey and ListKeys", async () => {
    const scope = `images:tag@${own} keys`;
    const created = await create({
      key: rsa,
      scope: `keys  images:tag@${own.toUpperCase()} keys`,
      expires: "2100-01-01T00:00:00Z",
    });
    const shown = showKey("rsa", { scope, expires: end });
    expect(pickStatusAndJson(created)).toEqual({ status: 201, json: shown });
    expect(created.headers.get("Ignored-Parameters")).toBeNull();
    expect(pickStatusAndJson(await sendCold({ path: "/my/keys/rsa" }))).toEqual({ status: 200, json: shown });
    expect((await sendCold({ path: "/my/keys" })).json).toEqual([showKey("ecdsa"), showKey("ed25519"), shown]);
    expect(await readLimits()).toEqual([{ name: "rsa", scope, expires: Date.parse(end) }]);
    for (const fingerprint of [computeFingerprint("rsa"), computeFingerprint("rsa", "sha256")]) {
      const found = await sendCold({ path: `/my/keys/${encodeURIComponent(fingerprint)}`, sign: { key: "rsa" } });
      expect(pickStatusAndJson(found)).toEqual({ status: 200, json: shown });
    }
  });

  it.each([
    ["a query", { path: `/my/keys?scope=keys&key=${encodeURIComponent(rsa)}` }],
    [
      "a form",
      {
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: `scope=keys&key=${encodeURIComponent(rsa)}`,
      },
    ],
    [
      "a multipart body",
      {
        headers: { "Content-Type": "multipart/form-data; boundary=x" },
        body: `--x\r\nContent-Disposition: form-data; name="scope"\r\n\r\nkeys\r\n--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n${rsa}\r\n--x--\r\n`,
      },
    ],
  ])("takes them from %s", async (_, request) => {
    const answer = await sendCold({ method: "POST", path: "/my/keys", sign: master, ...request });
    expect(pickStatusAndJson(answer)).toEqual({ status: 201, json: showKey("rsa", { scope: "keys" }) });
  });

  const multipart = (...parts: [string, string][]) =>
    `${parts.map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--x--\r\n`;

  it.each<[string, Partial<TestRequest>, string]>([
    ["an unset shell variable in the query", { path: "/my/keys?scope=" }, "scope is words"],
    ["a name without a value", { path: "/my/keys?scope" }, "scope is words"],
    [
      "another scope in the body",
      { path: "/my/keys?scope=keys", body: JSON.stringify({ key: rsa, scope: "images:read" }) },
      "scope was sent more than once",
    ],
    ["two scopes in the query", { path: "/my/keys?scope=keys&scope=images:read" }, "scope was sent more than once"],
    [
      "two scopes in JSON",
      { body: `{"key":"${rsa}","scope":"keys","\\u0073cope":"images:read"}` },
      "scope was sent more than once",
    ],
    [
      "two ends in a multipart body",
      {
        headers: { "Content-Type": "multipart/form-data; boundary=x" },
        body: multipart(["key", rsa], ["expires", end], ["expires", end]),
      },
      "expires was sent more than once",
    ],
    ["a misspelt name in the query", { path: "/my/keys?scop=keys" }, "the parameter is named scope; scop was sent"],
    [
      "a misspelt name in the body",
      { body: JSON.stringify({ key: rsa, expiry: end }) },
      "the parameter is named expires; expiry was sent",
    ],
    [
      "a number",
      { body: JSON.stringify({ key: rsa, expires: 4_102_444_800 }) },
      "expires is a date and time in UTC, like 2030-01-31T10:00:00Z; 4102444800 was sent",
    ],
    [
      "null",
      { body: JSON.stringify({ key: rsa, scope: null }) },
      "scope is a string of at most 1024 characters; null was sent",
    ],
    [
      "100 KB",
      { body: JSON.stringify({ key: rsa, scope: "keys ".repeat(19_000) }) },
      "scope is a string of at most 1024 characters; 95000 characters were sent",
    ],
  ])("refuses %s, and registers nothing", async (_, request, message) => {
    const answer = await sendCold({
      method: "POST",
      path: "/my/keys",
      sign: master,
      body: JSON.stringify({ key: rsa }),
      ...request,
    });
    expect(answer.status).toBe(409);
    expect(answer.json).toEqual({ code: "InvalidArgument", message: expect.stringContaining(message) });
    expect((await sendCold({ path: "/my/keys" })).json).toEqual([showKey("ecdsa"), showKey("ed25519")]);
  });

  it("refuses an end that is past by the database's clock", async () => {
    expect(pickStatusAndJson(await create({ key: rsa, expires: "2020-01-01T00:00:00.5Z" }))).toEqual(
      invalid("expires lies in the future; 2020-01-01T00:00:00.500Z was sent"),
    );
    expect(await readLimits()).toEqual([]);
  });

  it("refuses a name or a key that the account has already, with limits or without", async () => {
    await create({ key: rsa, scope: "keys" });
    for (const limits of [{}, { scope: "keys" }]) {
      expect(pickStatusAndJson(await create({ key: rsa, name: "again", ...limits }))).toEqual(
        invalid("the key exists already, named rsa"),
      );
      expect(pickStatusAndJson(await create({ key: formatPublicLine("ecdsa384"), name: "rsa", ...limits }))).toEqual(
        invalid("a key named rsa exists already"),
      );
      expect(pickStatusAndJson(await create({ key: formatPublicLine("ecdsa"), name: "again", ...limits }))).toEqual(
        invalid("the key exists already, named ecdsa"),
      );
    }
    expect(await readLimits()).toEqual([{ name: "rsa", scope: "keys", expires: null }]);
  });

  it("counts keys with limits to MAX_KEYS, ended ones too", async () => {
    await limitKey({ expires: 1 }, { key: "ed25519" });
    const bindings = makeBindings({ DB: wrapDatabase(env.DB).db, MAX_KEYS: "2" });
    const answer = await send({
      path: "/my/keys",
      sign: master,
      bindings,
      body: JSON.stringify({ key: rsa, scope: "keys" }),
    });
    expect(answer.json).toMatchObject({ code: "QuotaExceeded" });
    expect((await sendCold({ path: "/my/keys", sign: master })).json).toEqual([
      showKey("ecdsa"),
      showKey("ed25519", { expires: "1970-01-01T00:00:00.001Z" }),
    ]);
  });

  it("creates the key once and answers 201 when the acknowledgement is lost", async () => {
    const { db } = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (round) => round === 2 });
    const body = JSON.stringify({ key: rsa, scope: "keys" });
    const answer = await send({ path: "/my/keys", sign: master, bindings: makeBindings({ DB: db }), body });
    expect(pickStatusAndJson(answer)).toEqual({ status: 201, json: showKey("rsa", { scope: "keys" }) });
  });
});

describe("a version before 0.3.0", () => {
  const columns = "account, name, fingerprint, fingerprintSha256, key";
  const row = [bob.uuid, "ed25519", computeFingerprint("ed25519"), computeFingerprint("ed25519", "sha256"), "line"];

  it("cannot register a key with limits as one without: its INSERT has no effect", async () => {
    await limitKey({ scope: "keys" });
    const insert = `INSERT INTO keys (${columns}, write_id) SELECT ?, ?, ?, ?, ?, 'w' WHERE 1 ON CONFLICT DO NOTHING`;
    await env.DB.prepare(insert)
      .bind(...row)
      .run();
    expect((await env.DB.prepare("SELECT name FROM keys").all()).results).toEqual([{ name: "ecdsa" }]);
  });

  it("cannot provision it either", async () => {
    await limitKey({ scope: "keys" });
    const insert = env.DB.prepare(`INSERT INTO keys (${columns}) VALUES (?, ?, ?, ?, ?)`).bind(...row);
    await expect(insert.run()).rejects.toThrow("a key of this name, or the same key, is in limited_keys");
  });
});
