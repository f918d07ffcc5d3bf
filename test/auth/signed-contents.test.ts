import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { type Signing, send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { computeFingerprint, makeKey } from "../support/signer.ts";

const image = "c0ffee00-0000-4000-8000-000000000001";

beforeEach(async () => {
  await clear(env.DB);
  const keys = ["ed25519", "ecdsa", "rsa"] as const;
  await provision(env.DB, {
    accounts: [{ ...bob, keys: keys.map(makeKey) }],
    images: [{ uuid: image, owner: bob.uuid, name: "a", version: "1", os: "other", type: "other" }],
  });
});

const body = '{"name":"b"}';
const hash = (algorithm: string, text = body) => createHash(algorithm).update(text).digest("base64");
const [sha256, sha512] = [hash("sha256"), hash("sha512")];
const other = hash("sha256", '{"name":"c"}');

/** Updates the image with a signed header. Answers status, refusal, and the name that is stored then. */
async function update(name: string, value: string): Promise<unknown[]> {
  const sign: Signing = { names: ["date", name.toLowerCase()] };
  const { status, json } = await send({
    path: `/my/images/${image}?action=update`,
    body,
    sign,
    headers: { [name]: value },
  });
  const stored = (await send({ method: "GET", path: `/my/images/${image}` })).json as { name: string };
  return status === 200 ? [200, stored.name] : [status, json, stored.name];
}

describe("a signed digest of the body", () => {
  it.each([
    ["Digest", `SHA-512=${sha512}`],
    ["Digest", `sha-256=${sha256},MD5=x`],
    ["Content-Digest", `sha-256=:${sha256}:`],
    ["Content-Digest", `sha-512=:${sha512}:, sha-256=:${sha256}:, md5=:x:`],
    ["Repr-Digest", `sha-512=:${sha512}:`],
    ["X-Content-Sha256", sha256],
  ])("%s: %s is the body's", async (name, value) => {
    expect(await update(name, value)).toEqual([200, "b"]);
  });

  it.each([
    ["Digest", `SHA-512=${sha256}`, "does not hold the body's SHA-512"],
    ["Digest", `SHA-256=${sha256}, SHA-512=${sha256}`, "does not hold the body's SHA-512"],
    ["Digest", "MD5=x", "holds no SHA-256 and no SHA-512"],
    ["Content-Digest", `sha-256=:${other}:`, "does not hold the body's SHA-256"],
    ["Content-Digest", `sha-256=:${sha256}:, sha-512=:${other}:`, "does not hold the body's SHA-512"],
    ["Content-Digest", "md5=:x:", "holds no SHA-256 and no SHA-512"],
    ["Content-Digest", `sha-256=${sha256}`, "holds no SHA-256 and no SHA-512"],
    ["Repr-Digest", `sha-256=:${other}:`, "does not hold the body's SHA-256"],
    ["X-Content-Sha256", other, "does not hold the body's SHA-256"],
  ])("%s: %s is refused, and nothing changes", async (...[name, value, problem]) => {
    const shown = value.length > 64 ? expect.stringContaining(problem) : `${name} ${value} ${problem}`;
    expect(await update(name, value)).toEqual([400, { code: "BadDigest", message: shown }, "a"]);
  });
});

const get = async (sign: Signing) => {
  const { status, json } = await send({ method: "GET", path: `/my/images/${image}?x=%20`, sign });
  return status === 200 ? [200] : [status, json];
};

describe("a signature as http-signature 1.4.0 makes it", () => {
  it.each([
    [{ names: ["(keyid)", "date"] }],
    [{ names: ["(algorithm)", "date", "(request-target)"], key: "rsa" as const }],
    [{ names: ["(algorithm)", "date"], key: "rsa" as const, algorithm: "RSA-SHA512" }],
    [{ names: ["(opaque)", "date"], opaque: "o, p" }],
    [{ names: ["request-line", "date"], key: "ecdsa" as const }],
  ])("is verified: %j", async (sign) => {
    expect(await get(sign)).toEqual([200]);
  });

  it.each([
    ["(opaque)", "the signature covers (opaque), and Authorization has no opaque"],
    ["(created)", "(created) and (expires) are not supported: sign date or x-date"],
    ["(expires)", "(created) and (expires) are not supported: sign date or x-date"],
    ["constructor", "the signed header constructor is absent"],
    ["(x)", "the signed header (x) is absent"],
  ])("over %s is refused by name", async (name, message) => {
    expect(await get({ names: [name, "date"] })).toEqual([400, { code: "InvalidHeader", message }]);
  });

  it("may name the key as ssh-keygen prints its MD5; so may the path of a key", async () => {
    const printed = `MD5:${computeFingerprint("ed25519", "md5")}`;
    expect(await get({ keyId: `/bob/keys/${printed}` })).toEqual([200]);
    expect(await get({ keyId: `/bob/keys/${printed.slice(0, -3)}` })).toMatchObject([401, {}]);
    const found = await send({ method: "GET", path: `/my/keys/${printed}` });
    expect([found.status, found.json]).toMatchObject([200, { name: "ed25519" }]);
    expect((await send({ method: "DELETE", path: `/my/keys/MD5:${computeFingerprint("rsa", "md5")}` })).status).toBe(
      204,
    );
  });
});
