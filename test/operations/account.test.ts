import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, type Signing, send } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { computeFingerprint, formatPublicLine, type KeyName, makeKey } from "../support/signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const created = "2020-01-02T03:04:05.000Z";
const account = { ...bob, email: "bob@example.com", firstName: "Bob", created, updated: created };

const makeKeyJson = (name: KeyName, as: string = name) => ({
  name: as,
  fingerprint: computeFingerprint(name),
  key: formatPublicLine(name),
});

beforeEach(async () => {
  await clear(env.DB);
  const keys = [formatPublicLine("ed25519"), formatPublicLine("rsa")];
  await provision(env.DB, {
    accounts: [
      { ...account, keys },
      { ...mallory, keys: [formatPublicLine("ecdsa")] },
    ],
    images: [],
  });
});

type Call = { method?: string; path: string; body?: unknown; sign?: Signing; db?: D1Database };

async function call({ method = "GET", path, body, sign = {}, db = env.DB }: Call): Promise<Answer> {
  return send({
    method,
    path,
    sign,
    bindings: makeBindings({ DB: db }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

describe("GetAccount", () => {
  const bobJson = {
    id: bob.uuid,
    login: "bob",
    email: "bob@example.com",
    firstName: "Bob",
    triton_cns_enabled: false,
    created,
    updated: created,
  };

  it.each(["/my", "/bob", `/${bob.uuid}`])("answers the caller's own account: %s", async (path) => {
    expect(pickStatusAndJson(await call({ path }))).toEqual({ status: 200, json: bobJson });
  });

  it("answers another account only to an operator", async () => {
    const asMallory = { key: "ecdsa", as: "mallory" } as const;
    expect(pickStatusAndJson(await call({ path: "/bob", sign: asMallory }))).toEqual({
      status: 403,
      json: { code: "NotAuthorized", message: "only an operator may act as another account; bob is not yours" },
    });
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'mallory'").run();
    expect(pickStatusAndJson(await call({ path: "/bob", sign: asMallory }))).toEqual({ status: 200, json: bobJson });
  });
});

describe("ListKeys and GetKey", () => {
  it("list the keys by name", async () => {
    const { status, json } = await call({ path: "/my/keys" });
    expect({ status, json }).toEqual({ status: 200, json: [makeKeyJson("ed25519"), makeKeyJson("rsa")] });
  });

  it.each([
    ["name", "ed25519"],
    ["MD5 fingerprint", computeFingerprint("ed25519")],
    ["percent-encoded MD5 fingerprint", encodeURIComponent(computeFingerprint("ed25519"))],
    ["percent-encoded SHA256 fingerprint", encodeURIComponent(computeFingerprint("ed25519", "sha256"))],
  ])("find a key by its %s", async (_, name) => {
    expect(pickStatusAndJson(await call({ path: `/my/keys/${name}` }))).toEqual({
      status: 200,
      json: makeKeyJson("ed25519"),
    });
  });

  it("say operator: true of the key that signs, by any of its names, where it may act as other accounts; of no other key", async () => {
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    const json = { ...makeKeyJson("ed25519"), operator: true };
    for (const name of ["ed25519", computeFingerprint("ed25519"), computeFingerprint("ed25519", "sha256")]) {
      expect(pickStatusAndJson(await call({ path: `/my/keys/${encodeURIComponent(name)}` }))).toEqual({
        status: 200,
        json,
      });
    }
    expect((await call({ path: "/my/keys/rsa" })).json).toEqual(makeKeyJson("rsa"));
    expect((await call({ path: "/my/keys" })).json).toEqual([makeKeyJson("ed25519"), makeKeyJson("rsa")]);
    expect((await call({ path: "/mallory/keys/ecdsa" })).json).toEqual(makeKeyJson("ecdsa"));
    await env.DB.prepare("UPDATE accounts SET operator = 0 WHERE login = 'bob'").run();
    expect((await call({ path: "/my/keys/ed25519" })).json).toEqual(makeKeyJson("ed25519"));
  });

  it("do not find another account's key", async () => {
    expect(pickStatusAndJson(await call({ path: "/my/keys/ecdsa" }))).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "ecdsa does not exist" },
    });
  });
});

describe("the fingerprint of another account's key", () => {
  // Both accounts have a key of the name ecdsa, and mallory's is another one.
  const fingerprints = [computeFingerprint("ecdsa"), computeFingerprint("ecdsa", "sha256")];
  const own = makeKeyJson("ecdsa384", "ecdsa");

  beforeEach(() =>
    provision(env.DB, {
      accounts: [{ ...account, keys: [makeKey("ed25519"), { ...makeKey("ecdsa384"), name: "ecdsa" }] }],
    }),
  );

  it.each(fingerprints)("names none of one's own, though a name is the same: %s", async (fingerprint) => {
    const path = `/my/keys/${encodeURIComponent(fingerprint)}`;
    const missing = { status: 404, json: { code: "ResourceNotFound", message: `${fingerprint} does not exist` } };
    expect(pickStatusAndJson(await call({ path }))).toEqual(missing);
    expect(pickStatusAndJson(await call({ method: "DELETE", path }))).toEqual(missing);
    expect((await call({ path: "/my/keys" })).json).toEqual([own, makeKeyJson("ed25519")]);
  });
});

describe("CreateKey", () => {
  const create = (body: unknown, db = env.DB) => call({ method: "POST", path: "/my/keys", body, db });

  it("registers a key that signs from then on, named by its comment if no name is sent", async () => {
    const counted = wrapDatabase(env.DB);
    const answer = await create({ key: formatPublicLine("ecdsa521") }, counted.db);
    expect(pickStatusAndJson(answer)).toEqual({ status: 201, json: makeKeyJson("ecdsa521") });
    expect(answer.headers.get("Location")).toBe(`/bob/keys/${encodeURIComponent(computeFingerprint("ecdsa521"))}`);
    expect(counted.calls).toBe(2);
    const signed = await call({ path: "/my/keys/ecdsa521", sign: { key: "ecdsa521", algorithm: "ecdsa-sha512" } });
    expect(pickStatusAndJson(signed)).toEqual({ status: 200, json: makeKeyJson("ecdsa521") });
  });

  it("takes the name that is sent, and without name and comment the fingerprint", async () => {
    expect(pickStatusAndJson(await create({ name: "my laptop", key: formatPublicLine("ecdsa") }))).toEqual({
      status: 201,
      json: makeKeyJson("ecdsa", "my laptop"),
    });
    const key = formatPublicLine("ecdsa384").replace(" ecdsa384", "");
    expect(pickStatusAndJson(await create({ key }))).toEqual({
      status: 201,
      json: { name: computeFingerprint("ecdsa384"), fingerprint: computeFingerprint("ecdsa384"), key },
    });
  });

  const types = "ssh-rsa, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-ed25519";
  const point = formatPublicLine("ecdsa").replace(/.{8} ecdsa$/, "AAAAAAA= off");

  it.each([
    [{ name: "x" }, "MissingParameter", "key is a required argument"],
    [{ key: 5 }, "InvalidArgument", "key is a string; 5 was sent"],
    [{ key: formatPublicLine("ecdsa"), name: [] }, "InvalidArgument", "name is a string; an empty array was sent"],
    [
      { key: "hello" },
      "InvalidArgument",
      "not an OpenSSH public key: type, base64 and comment on one line; hello was sent",
    ],
    [
      { key: "ssh-dss AAAA x" },
      "InvalidArgument",
      `DSA keys cannot be verified here; use ${types}; ssh-dss AAAA x was sent`,
    ],
    [{ key: point }, "InvalidArgument", `the key's point is not on its curve; ${point.slice(0, 64)}... was sent`],
    [{ key: formatPublicLine("ed25519") }, "InvalidArgument", "a key named ed25519 exists already"],
    [{ name: "again", key: formatPublicLine("ed25519") }, "InvalidArgument", "the key exists already, named ed25519"],
    [{ name: "ed25519", key: formatPublicLine("ecdsa") }, "InvalidArgument", "a key named ed25519 exists already"],
    [
      { name: computeFingerprint("ed25519"), key: formatPublicLine("ecdsa") },
      "InvalidArgument",
      `its name is of the shape of a fingerprint and not its own, which is ${computeFingerprint("ecdsa")}; ${formatPublicLine("ecdsa").slice(0, 64)}... was sent`,
    ],
  ])("refuses a key that cannot be registered, and names the reason: %#", async (body, code, ...[message]) => {
    expect(pickStatusAndJson(await create(body))).toEqual({ status: 409, json: { code, message } });
    expect((await call({ path: "/my/keys" })).json).toEqual([makeKeyJson("ed25519"), makeKeyJson("rsa")]);
  });

  it("creates the key once and answers 201 when the acknowledgement is lost", async () => {
    const lossy = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call === 2 });
    expect(pickStatusAndJson(await create({ key: formatPublicLine("ecdsa") }, lossy.db))).toEqual({
      status: 201,
      json: makeKeyJson("ecdsa"),
    });
    expect(lossy.calls).toBe(3);
  });
});

describe("DeleteKey", () => {
  it("refuses the key from the next request on, even the key that signed the deletion", async () => {
    const own = await call({ method: "DELETE", path: "/my/keys/ed25519" });
    expect([own.status, own.text]).toEqual([204, ""]);
    expect(pickStatusAndJson(await call({ path: "/my/keys" }))).toEqual({
      status: 401,
      json: {
        code: "InvalidCredentials",
        message: "Invalid Signature: the login, the key and the signature do not go together",
      },
    });
    const left = await call({ path: "/my/keys", sign: { key: "rsa" } });
    expect(pickStatusAndJson(left)).toEqual({ status: 200, json: [makeKeyJson("rsa")] });
  });

  it("does not find another account's key", async () => {
    expect(pickStatusAndJson(await call({ method: "DELETE", path: "/my/keys/ecdsa" }))).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "ecdsa does not exist" },
    });
    expect((await call({ path: "/my/keys", sign: { key: "ecdsa", as: "mallory" } })).json).toEqual([
      makeKeyJson("ecdsa"),
    ]);
  });
});

describe("a disabled account", () => {
  it("is refused from its next request on, and served again once it is enabled", async () => {
    expect((await call({ path: "/my" })).status).toBe(200);
    await env.DB.prepare("UPDATE accounts SET disabled = 1 WHERE login = 'bob'").run();
    expect(pickStatusAndJson(await call({ path: "/my" }))).toEqual({
      status: 403,
      json: { code: "NotAuthorized", message: "Account or user is disabled" },
    });
    await env.DB.prepare("UPDATE accounts SET disabled = 0 WHERE login = 'bob'").run();
    expect((await call({ path: "/my" })).status).toBe(200);
  });

  it("can be read and written by an operator, who is refused as soon as he is disabled himself", async () => {
    const asOperator = { key: "ecdsa", as: "mallory" } as const;
    await env.DB.batch([
      env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'mallory'"),
      env.DB.prepare("UPDATE accounts SET disabled = 1 WHERE login = 'bob'"),
    ]);
    const written = await call({ method: "POST", path: "/bob", body: { city: "Here" }, sign: asOperator });
    expect(pickStatusAndJson(written)).toMatchObject({ status: 200, json: { login: "bob", city: "Here" } });
    expect(pickStatusAndJson(await call({ path: "/bob", sign: asOperator }))).toEqual({
      status: 200,
      json: written.json,
    });
    await env.DB.prepare("UPDATE accounts SET disabled = 1 WHERE login = 'mallory'").run();
    expect(pickStatusAndJson(await call({ path: "/bob", sign: asOperator }))).toEqual({
      status: 403,
      json: { code: "NotAuthorized", message: "Account or user is disabled" },
    });
  });
});

describe("Ping and ListDatacenters", () => {
  it("answer the versions and the name of this datacenter", async () => {
    const ping = await send({ method: "GET", path: "/--ping", sign: false, headers: { Authorization: "nonsense" } });
    expect(pickStatusAndJson(ping)).toEqual({
      status: 200,
      json: { ping: "pong", cloudapi: { versions: ["7.0.0", "7.1.0", "7.2.0", "7.3.0", "8.0.0", "9.0.0"] } },
    });
    const datacenters = await call({ path: "/my/datacenters" });
    expect(pickStatusAndJson(datacenters)).toEqual({ status: 200, json: { edge: "http://127.0.0.1" } });
    expect(datacenters.headers.get("Triton-Datacenter-Name")).toBe("edge");
  });

  it.each(["/my/machines", "/my/packages", "/my/networks"])(
    "%s is 404, because an empty list would mean that there are none",
    async (path) => {
      expect(pickStatusAndJson(await call({ path }))).toEqual({
        status: 404,
        json: { code: "ResourceNotFound", message: `${path} does not exist` },
      });
    },
  );
});
