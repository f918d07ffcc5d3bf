import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";
import { changeBeforeSecondCall } from "../support/wrapped-database.ts";

const own = "eca995fe-b904-11e3-b05a-83a4899322dc";
const shared = "11111111-b904-11e3-b05a-83a4899322dc";

/** Every operation that writes. */
const writes: Readonly<Record<string, TestRequest>> = {
  UpdateImage: { path: `/my/images/${own}?action=update`, body: '{"name":"written"}' },
  DeleteImage: { method: "DELETE", path: `/my/images/${own}` },
  CloneImage: { path: `/my/images/${shared}?action=clone` },
  CreateKey: { path: "/my/keys", body: JSON.stringify({ key: formatPublicLine("ecdsa384") }) },
  DeleteKey: { method: "DELETE", path: "/my/keys/rsa" },
};

/** What withdraws the caller's authority. */
const withdrawals = {
  "its key is deleted": {
    change: "DELETE FROM keys WHERE name = 'ed25519'",
    status: 401,
    json: {
      code: "InvalidCredentials",
      message: "Invalid Signature: the login, the key and the signature do not go together",
    },
  },
  "its account is disabled": {
    change: "UPDATE accounts SET disabled = 1 WHERE login = 'bob'",
    status: 403,
    json: { code: "NotAuthorized", message: "Account or user is disabled" },
  },
};

const readStored = async () =>
  (await env.DB.batch(["images", "keys"].map((table) => env.DB.prepare(`SELECT * FROM ${table}`)))).map(
    ({ results }) => results,
  );

beforeEach(async () => {
  await clear(env.DB);
  const keys = (["ed25519", "rsa"] as const).map(makeKey);
  await provision(env.DB, {
    accounts: [{ ...bob, keys }],
    images: [
      { uuid: own, owner: bob.uuid, name: "n", version: "1" },
      { uuid: shared, owner: mallory.uuid, name: "n", version: "1", acl: [bob.uuid] },
    ],
  });
});

describe.each(Object.entries(writes))("%s", (_, request) => {
  it.each(Object.entries(withdrawals))(
    "writes nothing when, between its two round trips, %s",
    async (_, { change, ...refusal }) => {
      let before: unknown;
      const raced = changeBeforeSecondCall(env.DB, async () => {
        await env.DB.prepare(change).run();
        before = await readStored();
      });
      const answer = await send({ ...request, bindings: makeBindings({ DB: raced.db }) });
      expect(pickStatusAndJson(answer)).toEqual(refusal);
      expect(await readStored()).toEqual(before);
    },
  );

  it("writes while the authority holds", async () => {
    const before = await readStored();
    expect((await send(request)).status).toBeLessThan(300);
    expect(await readStored()).not.toEqual(before);
  });
});
