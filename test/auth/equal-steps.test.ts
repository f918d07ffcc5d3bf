import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, pickRepeatable } from "../support/answer.ts";
import { makeBindings, makeRequest, type Signing, send } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { limitKey } from "../support/limited-keys.ts";
import { computeFingerprint, type KeyName, makeKey } from "../support/signer.ts";
import { type WrappedDatabase, wrapDatabase } from "../support/wrapped-database.ts";

const names: readonly KeyName[] = ["rsa", "rsa4096", "ecdsa", "ecdsa384", "ecdsa521", "ed25519"];

beforeAll(async () => {
  await clear(env.DB);
  await provision(env.DB, { accounts: [{ ...bob, keys: names.map(makeKey) }, mallory], images: [] });
});

/** Limits of a key: none, a scope, and an end that is past. */
const limits = [{}, { scope: "images:read" }, { expires: 1 }];

/** The refused request of each case: by fingerprint, by name, and with the login in the keyId as it is or as a UUID. */
const keyNames = ["md5", "sha256", "name"] as const;

function makeCases(key: KeyName, as: (typeof keyNames)[number]): Record<string, Signing> {
  const known = as === "name" ? key : computeFingerprint(key, as);
  const unknown = known.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  return {
    "unknown login": { key, keyId: `/nobody/keys/${known}` },
    "unknown key": { key, keyId: `/bob/keys/${unknown}` },
    "wrong signature": { key, keyId: `/bob/keys/${known}` },
  };
}

async function measure(sign: Signing, path = "/my"): Promise<{ answer: Answer; cost: unknown }> {
  const counted = wrapDatabase(env.DB);
  const bindings = makeBindings({ DB: counted.db });
  const signed = await makeRequest({ method: "GET", path, sign });
  // Right in form, and over another second, whatever the clock says by now: what is verified is wrong.
  const date = new Date(Date.parse(signed.headers.get("Date") ?? "") - 1000).toUTCString();
  const headers = { Authorization: signed.headers.get("Authorization") ?? "", Date: date };
  const answer = await send({ method: "GET", path, headers, sign: false, bindings });
  return { answer, cost: sumCost(counted) };
}

function sumCost({ calls, results }: WrappedDatabase) {
  const rowsRead = results.flat().map(({ meta }) => meta.rows_read);
  return { calls, statements: results.map((one) => one.length), rowsRead };
}

describe("an unknown login, an unknown key and a wrong signature cost the same statements and rows", () => {
  it.each(names.flatMap((key) => keyNames.map((as) => ({ key, as }))))(
    "for $key, named by its $as, without limits",
    async ({ key, as }) => {
      const measured = [];
      for (const sign of Object.values(makeCases(key, as))) measured.push(await measure(sign));
      const [first, ...others] = measured;
      expect(first?.answer.status).toBe(401);
      for (const other of others) {
        expect(other.cost).toEqual(first?.cost);
        expect(pickRepeatable(other.answer)).toEqual(pickRepeatable(first?.answer as Answer));
      }
    },
  );

  it.each(limits.flatMap((limit) => keyNames.map((as) => ({ limit, as }))))(
    "for a key with the limits $limit beside others, named by its $as",
    async ({ limit, as }) => {
      await limitKey({ scope: "keys" }, { key: "ecdsa" });
      await limitKey(limit);
      const measured = [];
      for (const sign of Object.values(makeCases("ed25519", as))) measured.push(await measure(sign));
      const other = await measure({ key: "rsa", keyId: "/bob/keys/rsa" });
      for (const one of measured) expect(one).toMatchObject({ answer: { status: 401 }, cost: other.cost });
      await limitKey({}, { key: "ecdsa" });
      await limitKey({});
    },
  );

  it("for a right signature of a key that has ended", async () => {
    await limitKey({ expires: 1 });
    const wrong = await measure({ key: "ed25519" });
    const counted = wrapDatabase(env.DB);
    const answer = await send({ method: "GET", path: "/my", bindings: makeBindings({ DB: counted.db }) });
    expect(pickRepeatable(answer)).toEqual(pickRepeatable(wrong.answer));
    expect(sumCost(counted)).toEqual(wrong.cost);
    await limitKey({});
  });

  const rsa = computeFingerprint("rsa");

  it.each([
    ["the first login of all", `/a/keys/${rsa}`, "/my"],
    ["the last login of all", `/zzz/keys/${rsa}`, "/my"],
    ["an account without keys", `/mallory/keys/${rsa}`, "/my"],
    ["an account's UUID", `/${bob.uuid}/keys/${rsa}`, "/my"],
    ["a UUID that is no account's", `/${bob.uuid.replace(/.$/, "0")}/keys/${rsa}`, "/my"],
    ["a key name before all", "/bob/keys/!", "/my"],
    ["a key name after all", "/bob/keys/~", "/my"],
    ["another account's path", `/bob/keys/${rsa}`, "/mallory"],
    ["a path that names no account", `/bob/keys/${rsa}`, "/nobody"],
  ])("for %s", async (_, keyId, path) => {
    const known = await measure({ key: "rsa", keyId: `/bob/keys/${rsa}` });
    expect((await measure({ key: "rsa", keyId }, path)).cost).toEqual(known.cost);
  });
});
