import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { KeyLimits } from "../../src/scope.ts";
import { type Answer, pickRepeatable } from "../support/answer.ts";
import { makeBindings, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { limitKey, sendCold } from "../support/limited-keys.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const [own, shared] = [makeUuid(1), makeUuid(2)];

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, operator: true, keys: [makeKey("ed25519"), makeKey("ecdsa")] }, mallory],
    images: [
      { uuid: own, owner: bob.uuid, name: "a", version: "1", tags: { role: "db" } },
      { uuid: shared, owner: mallory.uuid, name: "b", version: "1", acl: [bob.uuid] },
    ],
  });
});

const end = Date.parse("2100-01-01T00:00:00Z");
const ecdsa = formatPublicLine("ecdsa");

const changes: readonly [what: string, before: Partial<KeyLimits>, after: Partial<KeyLimits>][] = [
  ["a scope where there was none", {}, { scope: "images:read" }],
  ["a scope with the word keys", {}, { scope: `keys images:tag@${own}` }],
  ["an end where there was none", {}, { expires: end }],
  ["an end that is past", { scope: "images:tag keys" }, { scope: "images:tag keys", expires: 1 }],
  ["fewer words", { scope: "account:read images:tag images:update keys" }, { scope: "images:tag" }],
  ["other words", { scope: "images:tag" }, { scope: "account:read images:update keys" }],
  ["other images", { scope: `images:tag@${own}` }, { scope: `images:tag@${shared}` }],
  ["a later end", { expires: end }, { expires: end + 1 }],
  ["no limits any more", { scope: `images:read@${own}` }, {}],
];

const update = (fields: object): TestRequest => ({
  method: "POST",
  path: `/my/images/${own}?action=update&dry-run=true`,
  body: JSON.stringify(fields),
});

/** Requests that change nothing, allowed or not. */
const requests: readonly TestRequest[] = [
  { path: "/my/images" },
  { path: `/my/images/${shared}/audit` },
  { path: "/my" },
  { path: "/mallory" },
  { path: "/my/keys" },
  { path: "/my/keys/ecdsa" },
  { path: "/my/datacenters" },
  update({ tags: { a: 1 } }),
  update({ name: "ü" }),
  { ...update({}), body: "{" },
  { method: "POST", path: `/my/images/${own}?dry-run=true`, body: '{"action":"update","name":"x"}' },
  { method: "POST", path: `/my/images/${own}?action=revert&dry-run=true`, body: '{"revision":1,"acl":true}' },
  { method: "POST", path: "/my/keys", body: JSON.stringify({ key: ecdsa, scope: `images:tag@${own}` }) },
  { method: "POST", path: "/my/keys", body: JSON.stringify({ key: ecdsa, expires: "2100-01-01T00:00:00.001Z" }) },
  { method: "POST", path: "/my/keys", body: JSON.stringify({ key: ecdsa }) },
  { method: "DELETE", path: "/my/keys/none" },
];

/** A refusal after the parameters were read says that a dry run was asked for; one before does not. */
function pickSame(answer: Answer) {
  const { headers, ...same } = pickRepeatable(answer);
  return { ...same, headers: headers.filter(([name]) => name !== "dry-run") };
}

describe("a caller whose key gets other limits is answered as a new one from the next request on", () => {
  it.each(changes)("%s", async (_, before, after) => {
    await limitKey(before);
    const isolates = requests.map((request) => ({ request, warm: wrapDatabase(env.DB) }));
    for (const { request, warm } of isolates) {
      // An isolate remembers a caller for each login of a path.
      const path = request.path.replace(/^(\/\w+).*/, "$1/datacenters");
      await sendCold({ path, bindings: makeBindings({ DB: warm.db }) });
    }
    await limitKey(after);
    for (const { request, warm } of isolates) {
      const [calls, fromCold] = [warm.calls, await sendCold(request)];
      const fromWarm = await sendCold({ ...request, bindings: makeBindings({ DB: warm.db }) });
      expect([request, pickSame(fromWarm)]).toEqual([request, pickSame(fromCold)]);
      // The statements of the caller that is remembered, its credentials, the statements again. A deletion reads the key first.
      expect(warm.calls - calls).toBeLessThanOrEqual(request.method === "DELETE" ? 4 : 3);
    }
  });

  it("a list that is read in pages leaves out what the scope leaves out by then", async () => {
    // Half a megabyte of texts is a page.
    const images = Array.from({ length: 140 }, (_, at) => ({
      ...{ uuid: makeUuid(at + 10), owner: bob.uuid, name: "n", version: "1" },
      description: "x".repeat(4000),
    }));
    await provision(env.DB, { images });
    const narrow = () => limitKey({ scope: `images:read@${own} images:read@${makeUuid(149)}` });
    const { db } = wrapDatabase(env.DB, async (run, call) => {
      // 1, 2: a request before. 3: the first page, 4: the second, by id.
      if (call === 4) await narrow();
      return await run();
    });
    const bindings = makeBindings({ DB: db });
    await sendCold({ path: "/my/images?limit=1", bindings });
    const listed = (await sendCold({ path: "/my/images", bindings })).json as { id: string }[];
    expect(listed.length).toBeLessThan(140);
    expect(listed.at(-2)?.id).not.toBe(makeUuid(148));
    expect(listed.at(-1)?.id).toBe(makeUuid(149));
  });
});
