import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { scopeWords } from "../../src/scope.ts";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { send } from "../support/client.ts";
import { forbidden, limitKey, unverified } from "../support/limited-keys.ts";
import { propertyOptions } from "../support/property-options.ts";
import {
  type Ask,
  ends,
  findLack,
  has,
  isFull,
  isWithin,
  type Limits,
  makeAsked,
  mayRead,
  wordOf,
  writesImage,
} from "../support/scope-model.ts";
import {
  type Event,
  hidden,
  missing,
  origin,
  own,
  type Row,
  readStored,
  type Sent,
  setOperator,
  shared,
  World,
} from "../support/scope-world.ts";
import type { KeyName } from "../support/signer.ts";
import { skipWaits } from "../support/skip-waits.ts";

skipWaits();

const ids = [own, origin, shared, hidden];

const image = fc.constantFrom(own, own, origin, shared, hidden, missing);
const otherKey = fc.constantFrom<KeyName>("ecdsa384", "ecdsa521");
const anyKey = fc.constantFrom<KeyName>("ed25519", "ecdsa", "ecdsa384", "ecdsa521");

const limits: fc.Arbitrary<Limits> = fc.record({
  words: fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 6,
      arbitrary: fc.subarray(
        scopeWords.flatMap((word) =>
          word.startsWith("images:") ? [word, `${word}@${own}`, `${word}@${shared}`] : word,
        ),
        { minLength: 1, maxLength: 5 },
      ),
    },
  ),
  end: fc.constantFrom(null, null, "near", "far", "past"),
});

const ask: fc.Arbitrary<Ask> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      what: fc.constantFrom("image", "audit", "revision", "tags", "tag"),
      id: image,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("list", "account", "datacenters", "keys", "other account", "update account"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("update" as const),
      id: image,
      fields: fc.subarray(["name", "eula", "acl", "tags"] as const, { minLength: 1 }),
      inBody: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revert" as const), id: image, withAcl: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("clone", "delete", "addAcl", "leave", "addTags", "replaceTags", "deleteTag", "deleteTags"),
      id: image,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("get key", "delete key"), key: anyKey }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("create key" as const),
      key: otherKey,
      limits: limits.filter(({ end }) => end !== "past"),
    }),
  },
);

const event: fc.Arbitrary<Event | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("limits" as const), limits }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("delete", "rename key", "rename account") }) },
);

/** A request. With an Idempotency-Key it is sent again, after the key was given other limits. */
type Step = Sent & { retryLimits: Limits | null };

const step: fc.Arbitrary<Step> = fc.record({
  ask,
  event,
  at: fc.constantFrom(0, 0, 0, 2, 3),
  isDryRun: fc.boolean(),
  idempotencyKey: fc.constantFrom("", "", "k"),
  isLost: fc.boolean(),
  isCold: fc.boolean(),
  retryLimits: fc.oneof(fc.constant(null), limits),
});

const master = { key: "ecdsa" } as const;

const isSigner = (key: Row | undefined): boolean => String(key?.["key"]).startsWith("ssh-ed25519");

const notYours = forbidden("only an operator may act as another account; mallory is not yours");
const anyForbidden = { status: 403, json: { code: "NotAuthorized", message: expect.any(String) } };

/** The refusal that the model expects. Undefined if the key may. */
function findRefusal(ask: Ask, { limits, isGone }: World, keys: readonly Row[]) {
  if (isGone || limits.end === "past") return unverified;
  if (ask.kind === "other account") return isFull(limits) ? undefined : notYours;
  const lack = findLack(ask, limits);
  if (lack !== undefined) return forbidden(`the scope of this key lacks ${lack}`);
  if (ask.kind === "create key") return isWithin(ask.limits, limits) ? undefined : anyForbidden;
  if (ask.kind !== "get key" && ask.kind !== "delete key") return undefined;
  const key = keys.find(({ name }) => name === ask.key);
  if (isSigner(key)) return undefined;
  if (!has(limits, "keys")) return forbidden("the scope of this key lacks keys");
  return ask.kind === "get key" || !key || isWithin(readLimits(key), limits) ? undefined : anyForbidden;
}

const readLimits = ({ scope, expires }: Row): Limits => ({
  words: scope === null ? null : String(scope).split(" "),
  end: expires === null ? null : (Object.entries(ends).find(([, time]) => time === expires)?.[0] as Limits["end"]),
});

type Json = Record<string, unknown>;

/** An answer without what differs by chance, by the scope, or by who signs: test/operations/limited-keys.test.ts has `operator`. */
function pickComparable(ask: Ask, limits: Limits, { status, json }: Answer) {
  if (ask.kind === "get key") return { status, json: { ...(json as Json), operator: undefined } };
  if (ask.kind === "clone" && status === 200) return { status, json: { ...(json as Json), id: "", published_at: "" } };
  if (ask.kind === "list") return { status, json: (json as Json[]).filter(({ id }) => mayRead(limits, String(id))) };
  if (status !== 422 || ask.kind !== "delete") return { status, json };
  const message = String((json as Json)["message"]).replace(`: ${own}`, mayRead(limits, own) ? `: ${own}` : "");
  return { status, json: { ...(json as Json), message } };
}

/** What the service answers to a key without limits, which is what it must answer to a key that may. */
async function askMaster(ask: Ask, limits: Limits): Promise<Answer | undefined> {
  const { path, ...asked } = makeAsked(ask);
  if (asked.method !== undefined && !writesImage(ask)) return undefined;
  // A key with limits has no operator's right.
  if (!isFull(limits)) await setOperator(0);
  const answer = await send({
    method: "GET",
    ...asked,
    path: writesImage(ask) ? `${path}&dry-run=true` : path,
    sign: master,
  });
  await setOperator(1);
  return answer;
}

/** Expects of every row that changed that the key may write it, with one of these limits. */
function expectAllowed({ ask }: Step, mayHave: readonly Limits[], [before = [], after = []]: readonly Row[][]): void {
  const expectWord = (word: string, id: string) =>
    expect([word, id, mayHave, mayHave.some((limits) => has(limits, word, id))]).toEqual([word, id, mayHave, true]);
  for (const row of after) {
    const old = before.find(({ uuid }) => uuid === row["uuid"]);
    if (!old) expectWord("images:clone", "id" in ask ? ask.id : "");
    for (const name in old) if (old[name] !== row[name]) expectWord(`images:${wordOf[name]}`, String(row["uuid"]));
  }
}

/** Expects that an answer names no image that the scope leaves out, but as an image's origin, or in the scope of a key. */
function expectNoLeak({ ask }: Step, known: readonly Limits[], { text }: Answer): void {
  const shown = text.replace(/"origin":(?:"[^"]*"|\{[^}]*\})|"scope":"[^"]*"/g, "");
  const sent = JSON.stringify(makeAsked(ask));
  for (const id of ids) {
    if (!shown.includes(id) || sent.includes(id)) continue;
    expect([id, known.some((limits) => mayRead(limits, id)), known]).toEqual([id, true, known]);
  }
}

/** Takes a step. @returns what came of it */
async function takeStep(world: World, taken: Step): Promise<string> {
  const { ask, event, at } = taken;
  await world.prepare(taken);
  const { limits } = world;
  const before = await readStored();
  const refusal = findRefusal(ask, world, before[1] ?? []);
  const wanted = refusal ? undefined : await askMaster(ask, limits);
  const answer = await world.send(taken);
  const pick = (one: Answer) => pickComparable(ask, limits, one);
  const after = await readStored();
  expect(answer.status).toBeLessThan(500);
  expectNoLeak(taken, [limits, world.limits], answer);
  // A write whose acknowledgement was lost was made before the event of a third round trip.
  const mayHave = at === 3 ? [limits, world.limits] : [world.limits];
  expectAllowed(taken, mayHave, [before[0] ?? [], after[0] ?? []]);
  // A request that an event came into is judged by what the key could do before or after it: no more is known of it.
  if (event === null || at === 0) {
    if (refusal) expect([ask, limits, pickStatusAndJson(answer), after]).toEqual([ask, limits, refusal, before]);
    else if (wanted) expect([ask, limits, pick(answer)]).toEqual([ask, limits, pick(wanted)]);
    await expectReplay(world, taken, answer);
  }
  await mendKeys(world, taken, answer);
  return `${ask.kind} ${answer.status}`;
}

/** Brings back what the step took away. */
async function mendKeys(world: World, { ask, event }: Step, { status }: Answer): Promise<void> {
  if (ask.kind === "delete key" && status === 204) {
    if (ask.key === "ecdsa") await limitKey({}, master);
    if (ask.key === "ed25519") world.isGone = true;
  }
  if (event && event.kind !== "limits") await world.mend();
}

/** Expects that a retry is the replay of the first answer, or refused if the key may not any more. */
async function expectReplay(world: World, taken: Step, first: Answer): Promise<void> {
  const { ask, idempotencyKey, isDryRun, retryLimits } = taken;
  if (idempotencyKey === "" || isDryRun || !writesImage(ask) || first.status >= 300) return;
  if (retryLimits) await world.apply({ kind: "limits", limits: retryLimits });
  const refusal = findRefusal(ask, world, []);
  const stored = await readStored();
  const again = await world.send({ ...taken, event: null });
  expect(pickStatusAndJson(again)).toEqual(refusal ?? pickStatusAndJson(first));
  expect(again.headers.get("Idempotent-Replayed")).toBe(refusal ? null : "true");
  expect(await readStored()).toEqual(stored);
}

/** 20 000 steps at full size. */
const length = env.SCALE === "full" ? 20 : 6;

it("a key does what its words say of its images, as a key without limits would, and nothing else", async () => {
  const seen = new Set<string>();
  const world = new World();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: length, maxLength: length }), async (steps) => {
      await world.reset();
      for (const one of steps) {
        count += 1;
        const idempotencyKey = one.idempotencyKey && `${one.idempotencyKey}${count}`;
        seen.add(await takeStep(world, { ...one, idempotencyKey }));
      }
    }),
    propertyOptions(1000),
  );
  // A model that lets nobody write, or everybody, would be noticed.
  const met = [
    "update 200",
    "update 403",
    "delete 204",
    ...(env.SCALE === "full" ? ["leave 204"] : []),
    "create key 201",
    "create key 403",
    "delete key 204",
  ];
  expect([...seen]).toEqual(expect.arrayContaining([...met, "list 200", "other account 403", "read 401"]));
});
