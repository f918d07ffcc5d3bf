import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Client } from "../../src/console/api/client.ts";
import { describeRefusal } from "../../src/console/api/describe-refusal.ts";
import { dropIntent, keepIntent, listKeptIntents, makeIntent } from "../../src/console/api/intents.ts";
import { Refusal } from "../../src/console/api/refusal.ts";
import { findFieldMistakes, toRule } from "../../src/console/edit/validate.ts";
import { generateKey } from "../../src/console/keys/generate-key.ts";
import { makeUuid } from "../support/uuids.ts";
import "../support/locks.ts";
import type { Fate } from "./losing-proxy.ts";
import { ProxiedService } from "./proxied-service.ts";

const bob = { uuid: "47034e57-42d1-0342-b302-00db733e8c8a", login: "bob" };
const carol = { uuid: "22222222-2222-4222-8222-222222222222", login: "carol" };
const [edited, shared, judged] = [makeUuid(1), makeUuid(2), makeUuid(3)];
const service = new ProxiedService();
let proxy: ProxiedService["proxy"];
let client: Client;

beforeAll(async () => {
  const key = await generateKey("bob");
  const images = [
    { uuid: edited, owner: bob.uuid, name: "n", version: "1", os: null, type: null },
    { uuid: judged, owner: bob.uuid, name: "n", version: "1", os: null, type: null },
    {
      uuid: shared,
      owner: carol.uuid,
      name: "n",
      version: "1",
      os: null,
      type: null,
      state: "active",
      acl: [bob.uuid],
    },
  ];
  const accounts = [{ ...bob, keys: [{ name: "bob", key: key.publicLine }] }, carol];
  await service.start({ accounts, images });
  proxy = service.proxy;
  client = new Client({ login: "bob", key, actAs: null }, { origin: proxy.origin });
});

afterAll(() => service.stop());

afterEach(async () => {
  proxy.fates = [];
  for (const intent of await listKeptIntents("bob")) await dropIntent(intent);
});

/** The refusal of a call, and how many requests it took. */
async function refuse(call: () => Promise<unknown>): Promise<{ refusal: Refusal; requests: number }> {
  const before = proxy.seen.length;
  const refusal: unknown = await call().catch((error: unknown) => error);
  if (!(refusal instanceof Refusal)) throw new Error(`not refused: ${String(refusal)}`);
  return { refusal, requests: proxy.seen.length - before };
}

const listKeptIds = async (): Promise<string[]> => (await listKeptIntents("bob")).map(({ id }) => id);

const makeUpdate = (description: string) =>
  makeIntent({ account: "bob", image: edited, kind: "update", body: { description } });

const lost: Fate = "answer lost";

it("a write whose answer is lost once is sent again under its key, made once, and forgotten", async () => {
  const intent = makeUpdate("lost once");
  const before = (await client.audit(edited)).entries.length;
  proxy.fates = [lost];
  const from = proxy.seen.length;
  expect(await client.write(intent)).toMatchObject({ isReplayed: true, image: { description: "lost once" } });
  expect(proxy.seen.slice(from).map(({ key }) => key)).toEqual([intent.id, intent.id]);
  expect((await client.audit(edited)).entries.length).toBe(before + 1);
  expect(await listKeptIds()).toEqual([]);
});

it("a clone whose every answer is lost stays kept as sent, and later makes no second clone", async () => {
  const intent = makeIntent({ account: "bob", image: shared, kind: "clone" });
  const countMine = async () => (await client.listImages({ state: "all", owner: bob.uuid })).length;
  const before = await countMine();
  proxy.fates = [lost, lost, lost];
  expect((await refuse(() => client.write(intent))).refusal.status).toBe(0);
  const [kept] = await listKeptIntents("bob");
  expect(kept).toEqual({ ...intent, isSent: true });
  if (!kept) throw new Error("nothing was kept");
  expect(await client.write(kept)).toMatchObject({ isReplayed: true });
  expect(await countMine()).toBe(before + 1);
  expect(await listKeptIds()).toEqual([]);
});

it.each([502, 503, 504, 520])(
  "a write that a proxy answers with %i may have been made: it stays kept",
  async (status) => {
    const intent = makeUpdate(`proxy ${status}`);
    const answered: Fate = { status, headers: { "Retry-After": "60" } };
    proxy.fates = [answered];
    expect((await refuse(() => client.write(intent))).refusal).toMatchObject({ status, isUncertain: true });
    expect(await listKeptIds()).toEqual([intent.id]);
  },
);

it("a refusal that is judged before the record says nothing of an earlier attempt: the intent stays kept", async () => {
  const intent = makeUpdate("throttled later");
  proxy.fates = [lost, { status: 429, headers: { "Retry-After": "60" } }];
  const { refusal } = await refuse(() => client.write(intent));
  expect([refusal.status, refusal.isUncertain, describeRefusal(refusal)]).toEqual([
    ...[429, true],
    {
      title: "No answer says whether the change was made",
      text: expect.any(String),
      advice: "An earlier try got no answer. Send the change again: it is made once.",
    },
  ]);
  expect(await listKeptIds()).toEqual([intent.id]);
  const stranger = new Client({ ...client.session, key: await generateKey("unknown") }, { origin: proxy.origin });
  expect((await refuse(() => stranger.write(intent))).refusal.status).toBe(401);
  expect(await listKeptIds()).toEqual([intent.id]);
  expect(await client.write(intent)).toMatchObject({ isReplayed: true });
  expect(await listKeptIds()).toEqual([]);
});

it("a refusal of the only attempt is the end of an intent", async () => {
  const stale = makeIntent({ ...makeUpdate("stale"), ifMatch: '"999-9.0.0"' });
  expect((await refuse(() => client.write(stale))).refusal.status).toBe(412);
  const stranger = new Client({ ...client.session, key: await generateKey("unknown") }, { origin: proxy.origin });
  expect((await refuse(() => stranger.write(makeUpdate("unknown key")))).refusal.status).toBe(401);
  expect(await listKeptIds()).toEqual([]);
});

it("intents are listed by account, the oldest first", async () => {
  const [late, early] = ["2026-02-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z"].map((madeAt) => ({
    ...makeUpdate("kept"),
    madeAt,
  }));
  if (!late || !early) throw new Error("no intents");
  const others = { ...makeUpdate("other"), account: "carol" };
  for (const intent of [late, early, others]) await keepIntent(intent);
  expect(await listKeptIds()).toEqual([early.id, late.id]);
  await dropIntent(others);
});

it("a read is not tried again before Retry-After is over", async () => {
  const busy: Fate = { status: 429, headers: { "Retry-After": "1" } };
  proxy.fates = [busy];
  const from = proxy.seen.length;
  expect(await client.getAccount()).toMatchObject({ login: "bob" });
  const [first, second] = proxy.seen.slice(from);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

it("a read that is to wait for long is not tried again, and the wait is told", async () => {
  proxy.fates = [{ status: 503, headers: { "Retry-After": "30" } }];
  const { refusal, requests } = await refuse(() => client.listKeys());
  expect({ status: refusal.status, after: refusal.retryAfterSeconds, requests }).toEqual({
    status: 503,
    after: 30,
    requests: 1,
  });
});

it("a read is tried three times at most", async () => {
  proxy.fates = [lost, lost, lost, lost];
  expect((await refuse(() => client.listKeys())).requests).toBe(3);
});

const wrongly = fc.record(
  {
    name: fc.oneof(fc.string(), fc.constant(null), fc.constant(7)),
    version: fc.oneof(fc.string(), fc.constant(null)),
    description: fc.oneof(fc.string({ unit: "binary" }), fc.constant("a".repeat(10_241)), fc.constant(null)),
    homepage: fc.oneof(fc.webUrl(), fc.string(), fc.constant("javascript:alert(1)")),
    eula: fc.oneof(fc.webUrl(), fc.string()),
    tags: fc.oneof(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), fc.string(), fc.constant([])),
    acl: fc.oneof(fc.array(fc.constantFrom(bob.uuid, "alice", 7)), fc.constant(null), fc.string()),
  },
  { requiredKeys: [] },
);

it("what the console finds wrong with an update is what the running service says of it, without what was sent", async () => {
  await fc.assert(
    fc.asyncProperty(wrongly, async (update) => {
      fc.pre(Object.keys(update).length > 0);
      const rehearsed = client.rehearse(makeIntent({ account: "bob", image: judged, kind: "update", body: update }));
      const said = await rehearsed.then(
        () => [],
        (error: unknown) => (error instanceof Refusal && error.status === 422 ? error.errors : Promise.reject(error)),
      );
      const rules = said.map(({ field, message }) => [field, toRule(message)]);
      expect(findFieldMistakes(update)).toEqual(Object.fromEntries(rules));
    }),
    { numRuns: process.env["LONG"] ? 2000 : 70 },
  );
});
