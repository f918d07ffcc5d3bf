import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { KeyLimits } from "../../src/scope.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { forbidden, invalid, limitKey, readLimits, sendCold, showKey, unverified } from "../support/limited-keys.ts";
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

describe("a key with limits registers and deletes", () => {
  const line = formatPublicLine("rsa");

  it.each<[string, [limits: Partial<KeyLimits>, body: object], string]>([
    ["a key without a scope", [{ scope: "keys" }, {}], "a key without a scope can do more than this one"],
    [
      "a key with another word",
      [{ scope: "keys images:tag" }, { scope: "images:share" }],
      "the scope of this key lacks images:share",
    ],
    [
      "a key for another image",
      [{ scope: `keys images:tag@${own}` }, { scope: `images:tag@${other}` }],
      `the scope of this key lacks images:tag@${other}`,
    ],
    [
      "a key for all images",
      [{ scope: `keys images:tag@${own}` }, { scope: "images:read" }],
      "the scope of this key lacks images:read",
    ],
    [
      "a key without an end",
      [{ expires: Date.parse(end) }, { scope: "images:read" }],
      `this key ends at ${end}, before the other`,
    ],
    [
      "a key with a later end",
      [{ expires: Date.parse(end) }, { expires: "2100-01-01T00:00:00.001Z" }],
      `this key ends at ${end}, before the other`,
    ],
    [
      "its own copy, without limits",
      [{ scope: "keys" }, { key: formatPublicLine("ed25519"), name: "copy" }],
      "a key without a scope can do more than this one",
    ],
    [
      "any key, without the word keys",
      [{ scope: "images:read" }, { scope: "images:read" }],
      "the scope of this key lacks keys",
    ],
  ])("not %s", async (_, [limits, body], message) => {
    await limitKey(limits);
    const before = await readLimits();
    expect(pickStatusAndJson(await create({ key: line, ...body }, {}))).toEqual(forbidden(message));
    expect(await readLimits()).toEqual(before);
    expect((await env.DB.prepare("SELECT name FROM keys").all()).results).toEqual([{ name: "ecdsa" }]);
  });

  it("a key within its own limits, which may be itself again under no other name", async () => {
    await limitKey({ scope: "images:tag keys", expires: Date.parse(end) });
    const limits = { scope: `images:read@${own}`, expires: end };
    expect(pickStatusAndJson(await create({ key: line, ...limits }, {}))).toEqual({
      status: 201,
      json: showKey("rsa", limits),
    });
    const copy = { key: formatPublicLine("ed25519"), name: "copy", scope: "keys", expires: end };
    expect(pickStatusAndJson(await create(copy, {}))).toEqual(invalid("the key exists already, named ed25519"));
    expect((await sendCold({ method: "DELETE", path: "/my/keys/rsa" })).status).toBe(204);
    expect(await readLimits()).toEqual([{ name: "ed25519", scope: "images:tag keys", expires: Date.parse(end) }]);
  });

  it("no key that can do more, whether it has limits or not", async () => {
    await limitKey({ scope: "images:tag keys" });
    await create({ key: line, scope: "images:share" });
    expect(pickStatusAndJson(await sendCold({ method: "DELETE", path: "/my/keys/rsa" }))).toEqual(
      forbidden("the scope of this key lacks images:share"),
    );
    expect(pickStatusAndJson(await sendCold({ method: "DELETE", path: "/my/keys/ecdsa" }))).toEqual(
      forbidden("a key without a scope can do more than this one"),
    );
    expect(pickStatusAndJson(await sendCold({ method: "DELETE", path: "/my/keys/none" }))).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "none does not exist" },
    });
    expect((await sendCold({ path: "/my/keys" })).json).toHaveLength(3);
  });

  it.each(["ed25519", computeFingerprint("ed25519"), encodeURIComponent(computeFingerprint("ed25519", "sha256"))])(
    "and reads, always itself, and no other without the word keys, whether there is one or not: %s",
    async (name) => {
      await limitKey({ scope: "images:read" });
      const shown = { status: 200, json: showKey("ed25519", { scope: "images:read" }) };
      expect(pickStatusAndJson(await sendCold({ path: `/my/keys/${name}` }))).toEqual(shown);
      for (const method of ["GET", "DELETE"]) {
        for (const missing of ["ecdsa", "none"]) {
          expect(pickStatusAndJson(await sendCold({ method, path: `/my/keys/${missing}` }))).toEqual(
            forbidden("the scope of this key lacks keys"),
          );
        }
      }
      expect((await sendCold({ method: "DELETE", path: `/my/keys/${name}` })).status).toBe(204);
      expect(pickStatusAndJson(await sendCold({ path: `/my/keys/${name}` }))).toEqual(unverified);
    },
  );

  it("itself once, though the acknowledgement is lost", async () => {
    await limitKey({ scope: "images:read" });
    const { db } = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (round) => round === 3 });
    const deletion = { method: "DELETE", path: "/my/keys/ed25519", bindings: makeBindings({ DB: db }) };
    expect((await sendCold(deletion)).status).toBe(204);
    expect(await readLimits()).toEqual([]);
  });

  it.each<[string, Partial<KeyLimits>, string]>([
    ["other limits", { scope: "images:share" }, "the scope of this key lacks images:share"],
    ["no limits", {}, "a key without a scope can do more than this one"],
  ])("not a key that got %s after it was read", async (_, limits, message) => {
    await limitKey({ scope: "images:tag keys" });
    await create({ key: line, scope: "images:tag" });
    const { db } = wrapDatabase(env.DB, async (run, round) => {
      // 1: credentials, 2: the key to delete, 3: the deletion.
      if (round === 3) await limitKey(limits, { key: "rsa" });
      return await run();
    });
    const answer = await sendCold({ method: "DELETE", path: "/my/keys/rsa", bindings: makeBindings({ DB: db }) });
    expect(pickStatusAndJson(answer)).toEqual(forbidden(message));
    expect((await sendCold({ path: "/my/keys/rsa" })).status).toBe(200);
  });
});
