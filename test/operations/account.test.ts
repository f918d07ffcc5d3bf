import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, type Signing, send, type TestAnswer } from "../client.ts";
import { bob, clear, mallory, provision } from "../fixtures.ts";
import { fingerprint, type KeyName, publicLine } from "../signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const created = "2020-01-02T03:04:05.000Z";
const account = { ...bob, email: "bob@example.com", firstName: "Bob", created, updated: created };

const shownKey = (name: KeyName, as: string = name) => ({
  name: as,
  fingerprint: fingerprint(name),
  key: publicLine(name),
});

beforeEach(async () => {
  await clear(env.DB);
  const keys = [publicLine("rsa"), publicLine("ed25519")];
  await provision(env.DB, {
    accounts: [
      { ...account, keys },
      { ...mallory, keys: [publicLine("ecdsa")] },
    ],
    images: [],
  });
});

type Call = { method?: string; path: string; body?: unknown; sign?: Signing; db?: D1Database };

async function call({ method = "GET", path, body, sign = {}, db = env.DB }: Call): Promise<TestAnswer> {
  return send({
    method,
    path,
    sign,
    bindings: bindingsWith({ DB: db }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const answerOf = ({ status, json }: TestAnswer) => ({ status, json });

describe("GetAccount", () => {
  const bobShown = {
    id: bob.uuid,
    login: "bob",
    email: "bob@example.com",
    firstName: "Bob",
    created,
    updated: created,
  };

  it.each(["/my", "/bob", `/${bob.uuid}`])("answers the caller's own: %s", async (path) => {
    expect(answerOf(await call({ path }))).toEqual({ status: 200, json: bobShown });
  });

  it("answers another's to an operator, and to nobody else", async () => {
    const asMallory = { key: "ecdsa", as: "mallory" } as const;
    expect(answerOf(await call({ path: "/bob", sign: asMallory }))).toEqual({
      status: 403,
      json: { code: "NotAuthorized", message: "only an operator may act as another account; bob is not yours" },
    });
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'mallory'").run();
    expect(answerOf(await call({ path: "/bob", sign: asMallory }))).toEqual({ status: 200, json: bobShown });
  });
});

describe("ListKeys and GetKey", () => {
  it("list them by name", async () => {
    const { status, json } = await call({ path: "/my/keys" });
    expect({ status, json }).toEqual({ status: 200, json: [shownKey("ed25519"), shownKey("rsa")] });
  });

  it.each([
    ["name", "rsa"],
    ["MD5 fingerprint", fingerprint("rsa")],
    ["percent-encoded MD5 fingerprint", encodeURIComponent(fingerprint("rsa"))],
    ["percent-encoded SHA256 fingerprint", encodeURIComponent(fingerprint("rsa", "sha256"))],
  ])("find one by its %s", async (_, name) => {
    expect(answerOf(await call({ path: `/my/keys/${name}` }))).toEqual({ status: 200, json: shownKey("rsa") });
  });

  it("know no other's", async () => {
    expect(answerOf(await call({ path: "/my/keys/ecdsa" }))).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "ecdsa does not exist" },
    });
  });
});

describe("CreateKey", () => {
  const create = (body: unknown, db = env.DB) => call({ method: "POST", path: "/my/keys", body, db });

  it("registers a key that signs from then on, its name the comment where none is given", async () => {
    const counted = wrapDatabase(env.DB);
    const answer = await create({ key: publicLine("ecdsa521") }, counted.db);
    expect(answerOf(answer)).toEqual({ status: 201, json: shownKey("ecdsa521") });
    expect(answer.headers.get("Location")).toBe("/my/keys/ecdsa521");
    expect(counted.calls).toBe(2);
    const signed = await call({ path: "/my/keys/ecdsa521", sign: { key: "ecdsa521", algorithm: "ecdsa-sha512" } });
    expect(answerOf(signed)).toEqual({ status: 200, json: shownKey("ecdsa521") });
  });

  it("takes a name, and the fingerprint where there is no comment either", async () => {
    expect(answerOf(await create({ name: "my laptop", key: publicLine("ecdsa") }))).toEqual({
      status: 201,
      json: shownKey("ecdsa", "my laptop"),
    });
    const key = publicLine("ecdsa384").replace(" ecdsa384", "");
    expect(answerOf(await create({ key }))).toEqual({
      status: 201,
      json: { name: fingerprint("ecdsa384"), fingerprint: fingerprint("ecdsa384"), key },
    });
  });

  const types = "ssh-rsa, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-ed25519";
  const point = publicLine("ecdsa").replace(/.{8} ecdsa$/, "AAAAAAA= off");

  it.each([
    [{ name: "x" }, "MissingParameter", "key is a required argument"],
    [{ key: 5 }, "InvalidArgument", "key is a string; 5 was sent"],
    [{ key: publicLine("ecdsa"), name: [] }, "InvalidArgument", "name is a string; an empty array was sent"],
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
    [{ key: point }, "InvalidArgument", `the key's point is not on its curve; ${point.slice(0, 64)}… was sent`],
    [{ key: publicLine("rsa") }, "InvalidArgument", "a key named rsa exists already"],
    [{ name: "again", key: publicLine("rsa") }, "InvalidArgument", "the key exists already, named rsa"],
    [{ name: "rsa", key: publicLine("ecdsa") }, "InvalidArgument", "a key named rsa exists already"],
    [
      { name: fingerprint("rsa"), key: publicLine("ecdsa") },
      "InvalidArgument",
      `its name is of the shape of a fingerprint and not its own, which is ${fingerprint("ecdsa")}; ${publicLine("ecdsa").slice(0, 64)}… was sent`,
    ],
  ])("refuses by name %#", async (body, code, ...[message]) => {
    expect(answerOf(await create(body))).toEqual({ status: 409, json: { code, message } });
    expect((await call({ path: "/my/keys" })).json).toEqual([shownKey("ed25519"), shownKey("rsa")]);
  });

  it("whose acknowledgement is lost is made once and answered 201", async () => {
    const lossy = wrapDatabase(env.DB, async (run, at) => {
      const results = await run();
      if (at === 2) throw new Error("D1_ERROR: Network connection lost.");
      return results;
    });
    expect(answerOf(await create({ key: publicLine("ecdsa") }, lossy.db))).toEqual({
      status: 201,
      json: shownKey("ecdsa"),
    });
  });
});

describe("DeleteKey", () => {
  it("refuses the key from its next request on, the one that asked included", async () => {
    const own = await call({ method: "DELETE", path: "/my/keys/rsa" });
    expect([own.status, own.text]).toEqual([204, ""]);
    expect(answerOf(await call({ path: "/my/keys" }))).toEqual({
      status: 401,
      json: {
        code: "InvalidCredentials",
        message: "Invalid Signature: the login, the key and the signature do not go together",
      },
    });
    const left = await call({ path: "/my/keys", sign: { key: "ed25519" } });
    expect(answerOf(left)).toEqual({ status: 200, json: [shownKey("ed25519")] });
  });

  it("knows no key of another account", async () => {
    expect(answerOf(await call({ method: "DELETE", path: "/my/keys/ecdsa" }))).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "ecdsa does not exist" },
    });
    expect((await call({ path: "/my/keys", sign: { key: "ecdsa", as: "mallory" } })).json).toEqual([shownKey("ecdsa")]);
  });
});

describe("A disabled account", () => {
  it("is refused from its next request on, and served again once it is enabled", async () => {
    expect((await call({ path: "/my" })).status).toBe(200);
    await env.DB.prepare("UPDATE accounts SET disabled = 1 WHERE login = 'bob'").run();
    expect(answerOf(await call({ path: "/my" }))).toEqual({
      status: 403,
      json: { code: "NotAuthorized", message: "Account or user is disabled" },
    });
    await env.DB.prepare("UPDATE accounts SET disabled = 0 WHERE login = 'bob'").run();
    expect((await call({ path: "/my" })).status).toBe(200);
  });
});

describe("Ping and ListDatacenters", () => {
  it("answer what clients ask first", async () => {
    const ping = await send({ method: "GET", path: "/--ping", sign: false, headers: { Authorization: "nonsense" } });
    expect(answerOf(ping)).toEqual({
      status: 200,
      json: { ping: "pong", cloudapi: { versions: ["7.0.0", "7.1.0", "7.2.0", "7.3.0", "8.0.0", "9.0.0"] } },
    });
    const datacenters = await call({ path: "/my/datacenters" });
    expect(answerOf(datacenters)).toEqual({ status: 200, json: { edge: "http://127.0.0.1" } });
    expect(datacenters.headers.get("Triton-Datacenter-Name")).toBe("edge");
  });

  it.each(["/my/machines", "/my/packages", "/my/networks"])(
    "%s is 404: an empty list would say that there is none",
    async (path) => {
      expect(answerOf(await call({ path }))).toEqual({
        status: 404,
        json: { code: "ResourceNotFound", message: `${path} does not exist` },
      });
    },
  );
});
