import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { authorityStatement } from "../../src/db/authority.ts";
import { databaseFor } from "../../src/db/client.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { forbidden, invalid, limitKey, sendCold, unverified } from "../support/limited-keys.ts";
import { captureLog } from "../support/log-lines.ts";
import { computeFingerprint, formatPublicLine, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { changeBeforeSecondCall } from "../support/wrapped-database.ts";

const [own, other] = [makeUuid(1), makeUuid(2)];
const end = "2100-01-01T00:00:00.000Z";

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

it("an operator's key with a limit is not called an operator's: it acts for its own account alone", async () => {
  await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
  expect((await sendCold({ path: "/my/keys/ed25519" })).json).toHaveProperty("operator", true);
  await limitKey({ scope: "account:read" });
  expect(pickStatusAndJson(await sendCold({ path: "/my/keys/ed25519" }))).toEqual({
    status: 200,
    json: {
      name: "ed25519",
      fingerprint: computeFingerprint("ed25519"),
      key: formatPublicLine("ed25519"),
      scope: "account:read",
    },
  });
});

describe("an end", () => {
  it("is 401 from its instant on, and the log says why", async () => {
    await limitKey({ expires: Date.now() + 3_600_000 });
    expect((await sendCold({ path: "/my" })).status).toBe(200);
    await limitKey({ expires: Date.now() });
    const { result, lines } = await captureLog(() => sendCold({ path: "/my" }));
    expect(pickStatusAndJson(result)).toEqual(unverified);
    expect(lines).toEqual([expect.objectContaining({ status: 401, reason: "expired key" })]);
  });

  it("is past for every statement from that instant on, though nothing was written since; and none acts for another account", async () => {
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    const caller = {
      ...{ account: bob.uuid, signer: bob.uuid, keyIdLogin: "bob", keyIdKey: "ed25519", pathLogin: "bob" },
      fingerprintSha256: computeFingerprint("ed25519", "sha256"),
      scope: null,
    };
    const db = databaseFor(env.DB, { calls: 0, milliseconds: 0 });
    for (const [expires, hasAuthority] of [
      [Date.now() + 3_600_000, true],
      [Date.now() - 1, false],
    ] as const) {
      await limitKey({ expires });
      expect(await db.all(authorityStatement.with({ ...caller, expires }))).toEqual([{ hasAuthority }]);
      const forMallory = { ...caller, expires, account: mallory.uuid, pathLogin: "mallory" };
      expect(await db.all(authorityStatement.with(forMallory))).toEqual([{ hasAuthority: false }]);
    }
  });

  it("that comes between the two round trips of a write leaves nothing written", async () => {
    await limitKey({ expires: Date.now() + 3_600_000 });
    const { db } = changeBeforeSecondCall(env.DB, () => env.DB.prepare("UPDATE limited_keys SET expires = 1").run());
    const path = `/my/images/${own}?action=update`;
    const answer = await sendCold({ method: "POST", path, body: '{"name":"x"}', bindings: makeBindings({ DB: db }) });
    expect(pickStatusAndJson(answer)).toEqual(unverified);
    expect(await env.DB.prepare("SELECT name FROM images WHERE uuid = ?").bind(own).first("name")).toBe("a");
  });
});

describe("the account of a key with limits", () => {
  beforeEach(() => env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run());

  it.each([{ scope: "account:read keys" }, { expires: Date.parse(end) }])(
    "is its own alone, also that of an operator: %j",
    async (limits) => {
      expect((await sendCold({ path: "/mallory" })).status).toBe(200);
      await limitKey(limits);
      expect((await sendCold({ path: "/my" })).status).toBe(200);
      expect(pickStatusAndJson(await sendCold({ path: "/mallory" }))).toEqual(
        forbidden("only an operator may act as another account; mallory is not yours"),
      );
    },
  );

  it("sees no history of another account's image", async () => {
    const theirs = makeUuid(3);
    await provision(env.DB, { images: [{ uuid: theirs, owner: mallory.uuid, name: "c", version: "1" }] });
    for (const path of [`/my/images/${theirs}/audit`, `/my/images/${theirs}?revision=1`]) {
      expect((await sendCold({ path })).status).toBe(200);
      await limitKey({ scope: "images:read" });
      expect((await sendCold({ path })).status).toBe(404);
      await limitKey({ expires: Date.parse(end) });
      expect((await sendCold({ path })).status).toBe(404);
      await limitKey({});
    }
  });
});

describe("an image that the scope leaves out", () => {
  it("is in no list, marks no place in one, and is not named as a dependent", async () => {
    await limitKey({ scope: `images:delete@${own}` });
    const listed = (await sendCold({ path: "/my/images" })).json;
    expect(listed).toEqual([expect.objectContaining({ id: own })]);
    for (const marker of [other, makeUuid(9)]) {
      expect(pickStatusAndJson(await sendCold({ path: `/my/images?marker=${marker}` }))).toEqual(
        invalid(`marker is the id of an image that you can see, or a date; "${marker}" was sent`),
      );
    }
    const refused = await sendCold({ method: "DELETE", path: `/my/images/${own}` });
    expect(refused.json).toEqual({
      code: "ImageHasDependentImages",
      message: "other images have this one as their origin",
    });
    await limitKey({ scope: `images:delete@${own} images:read@${other}` });
    expect((await sendCold({ method: "DELETE", path: `/my/images/${own}` })).json).toMatchObject({
      message: `other images have this one as their origin: ${other}`,
    });
  });
});

it("the audit shows the scope that a key had when it wrote", async () => {
  await limitKey({ scope: "images:tag" });
  await sendCold({ method: "POST", path: `/my/images/${own}/tags`, body: '{"a":1}' });
  await limitKey({ scope: "images:read" });
  const [entry] = (await sendCold({ path: `/my/images/${own}/audit` })).json as { caller: object }[];
  expect(entry?.caller).toEqual({
    type: "signature",
    keyId: `/bob/keys/${computeFingerprint("ed25519", "sha256")}`,
    account: bob.uuid,
    requestId: expect.any(String),
    scope: "images:tag",
  });
});
