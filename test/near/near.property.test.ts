import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { makeBindings, send } from "../support/client.ts";
import { bob, carol, clear, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { type Copy, prepareReplica, type ReplicaState, ReplicatedDatabase } from "../support/replicated-database.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

/** What is true on the primary: two images of bob's, and what bob and carol may do with them. */
type State = { names: [string, string]; isShared: boolean; hasKey: boolean; isDisabled: boolean };

const images = [makeUuid(1), makeUuid(2)] as const;

const changes = {
  "share or not": (state: State) => ({ ...state, isShared: !state.isShared }),
  "key or none": (state: State) => ({ ...state, hasKey: !state.hasKey }),
  "disabled or not": (state: State) => ({ ...state, isDisabled: !state.isDisabled }),
};

type Change = keyof typeof changes;

const statements: Readonly<Record<Change, string>> = {
  "share or not": `UPDATE images SET acl = iif(acl IS NULL, json_array('${carol.uuid}'), NULL), revision = revision + 1`,
  "key or none": `UPDATE keys SET name = iif(name = 'ed25519', 'gone', 'ed25519'), fingerprint = iif(name = 'ed25519', 'x', '') || replace(fingerprint, 'x', ''),
    fingerprintSha256 = iif(name = 'ed25519', 'x', '') || replace(fingerprintSha256, 'x', '') WHERE account = '${bob.uuid}'`,
  "disabled or not": `UPDATE accounts SET disabled = 1 - disabled WHERE uuid = '${bob.uuid}'`,
};

type Read = {
  kind: "read";
  as: "bob" | "carol";
  what: "get" | "tags" | "list" | "audit";
  at: 0 | 1;
  maxStale: number | null;
};
/** An invalid one is refused before any statement. */
type Write = { kind: "write"; as: "bob" | "carol"; at: 0 | 1; isDryRun: boolean; isInvalid: boolean };
type Step =
  | ((Read | Write) & { race: Change | null; isCold: boolean })
  | { kind: "change"; change: Change }
  | { kind: "copy" }
  | { kind: "catch up"; isCopy: boolean }
  | { kind: "pass"; seconds: number }
  | { kind: "state"; state: ReplicaState };

const change = fc.constantFrom(...(Object.keys(changes) as Change[]));
const asked = {
  as: fc.constantFrom("bob" as const, "carol" as const),
  at: fc.constantFrom(0 as const, 1 as const),
  race: fc.option(change, { freq: 4 }),
  isCold: fc.boolean(),
};
const read = fc.record<Step & Read>({
  kind: fc.constant("read"),
  what: fc.constantFrom("get", "tags", "list", "audit"),
  maxStale: fc.constantFrom(null, 5, 20, 60),
  ...asked,
});
const write = fc.record<Step & Write>({
  kind: fc.constant("write"),
  isDryRun: fc.boolean(),
  isInvalid: fc.boolean(),
  ...asked,
});
const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  { arbitrary: read, weight: 6 },
  { arbitrary: write, weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant("change" as const), change }), weight: 2 },
  { arbitrary: fc.constant({ kind: "copy" as const }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant("catch up" as const), isCopy: fc.boolean() }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 40 }) }), weight: 3 },
  {
    arbitrary: fc.record({
      kind: fc.constant("state" as const),
      state: fc.constantFrom<ReplicaState>("works", "works", "fails", "lacks a migration", "hangs"),
    }),
    weight: 1,
  },
);

/** What the primary would answer: the status, and what the caller sees of the images. */
function judge(state: State, step: Read | Write): string {
  if (step.as === "bob" && !state.hasKey) return "401";
  if (step.as === "bob" && state.isDisabled) return "403";
  if (step.kind === "write" && step.isInvalid) return "422";
  const isList = step.kind === "read" && step.what === "list";
  const sees = step.as === "bob" || state.isShared;
  if (isList) return `200 ${JSON.stringify(sees ? state.names : [])}`;
  if (!sees) return "404";
  if (step.kind === "read" && step.what !== "audit") return `200 ${JSON.stringify([state.names[step.at]])}`;
  return step.as === "bob" ? "200" : "422";
}

/** Runs a history of requests and changes, and compares each answer with what was true on the primary, and when. */
class World {
  readonly database = new ReplicatedDatabase();
  /** Every state that was, and when it ended, in virtual ms. */
  readonly past: { state: State; until: number }[] = [];
  state: State = { names: ["n0", "n0"], isShared: true, hasKey: true, isDisabled: false };
  #copy: Copy | undefined;
  #writes = 0;
  /** Isolates: each has another cache of callers. */
  #warm: D1Database = this.database.db;

  async run(step: Step): Promise<void> {
    if (step.kind === "change") await this.#change(step.change);
    else if (step.kind === "copy") this.#copy = await this.database.copy();
    else if (step.kind === "catch up") await this.database.catchUp(step.isCopy ? this.#copy : undefined);
    else if (step.kind === "pass") await this.database.pass(step.seconds * 1000);
    else if (step.kind === "state") this.database.state = step.state;
    else await this.#ask(step);
  }

  #become(state: State): void {
    this.past.push({ state: this.state, until: this.database.now });
    this.state = state;
  }

  async #change(change: Change): Promise<void> {
    await env.DB.prepare(statements[change]).run();
    this.#become(changes[change](this.state));
  }

  async #ask(step: Extract<Step, { race: unknown }>): Promise<void> {
    const { race } = step;
    if (race) this.database.beforePrimary = () => this.#change(race);
    this.#writes += 1;
    const name = `n${this.#writes}`;
    const answered = await this.#send(step, name);
    await this.database.settle();
    this.database.beforePrimary = undefined;
    const expected = judge(this.state, step);
    if (step.kind === "write") {
      expect(answered.shown).toBe(expected);
      expect(answered.age).toBeNull();
      if (expected === "200" && !step.isDryRun) {
        const names = this.state.names.with(step.at, name) as [string, string];
        this.#become({ ...this.state, names });
      }
    } else if (answered.age === null) expect(answered.shown).toBe(expected);
    else {
      // The replica answered what was true at some moment that was no longer ago than allowed, and than Age says.
      expect(answered.age).toBeLessThanOrEqual(step.maxStale ?? -1);
      const since = this.database.now - answered.age * 1000;
      const was = this.past.filter(({ until }) => until >= since).map(({ state }) => judge(state, step));
      expect([...was, expected]).toContain(answered.shown);
    }
    expect(this.database.replicaWrites).toBe(0);
    const { results } = await env.DB.prepare("SELECT name FROM images ORDER BY uuid").all<{ name: string }>();
    expect(results.map((row) => row.name)).toEqual(this.state.names);
  }

  async #send(
    step: Read | (Write & { isCold?: boolean }),
    name: string,
  ): Promise<{ shown: string; age: number | null }> {
    const image = `/my/images/${images[step.at]}`;
    const path =
      step.kind === "write"
        ? `${image}?action=update${step.isDryRun ? "&dry-run=true" : ""}`
        : { get: image, tags: `${image}/tags`, list: "/my/images", audit: `${image}/audit` }[step.what];
    const stale = step.kind === "read" && step.maxStale !== null;
    const answer = await send({
      method: step.kind === "write" ? "POST" : "GET",
      path,
      sign: { as: step.as },
      headers: { ...(stale && { "Cache-Control": `max-stale=${step.maxStale}` }) },
      ...(step.kind === "write" && { body: JSON.stringify({ name: step.isInvalid ? "" : name, tags: { name } }) }),
      bindings: makeBindings({
        DB: this.#warm,
        NEAR_WAIT_MS: this.database.state === "hangs" ? "1" : "600000",
        ...("isCold" in step && step.isCold && { CREDENTIAL_CACHE_SIZE: "0" }),
      }),
    });
    const age = answer.headers.get("Age");
    return { shown: show(step, answer), age: age === null ? null : Number(age) };
  }
}

function show(step: Read | Write, { status, json }: { status: number; json: unknown }): string {
  if (status !== 200 || step.kind === "write" || step.what === "audit") return String(status);
  const seen = (step.what === "list" ? json : [json]) as { name: string }[];
  return `200 ${JSON.stringify(seen.map((image) => image.name))}`;
}

let empty: Copy;

beforeAll(async () => {
  await prepareReplica();
  await clear(env.DB);
  await env.DB.prepare("DELETE FROM heartbeat").run();
  const keys = [makeKey("ed25519")];
  await provision(env.DB, {
    accounts: [
      { ...bob, keys },
      { ...carol, keys },
    ],
    images: images.map((uuid) => ({
      uuid,
      owner: bob.uuid,
      name: "n0",
      version: "1",
      acl: [carol.uuid],
      tags: { name: "n0" },
    })),
  });
  empty = await new ReplicatedDatabase().copy();
});

/** The faults that were planted to try it were all found within 40 runs. */
const options = env.SCALE === "full" ? propertyOptions(10_000) : propertyOptions(1500);

it("whatever happens, in whatever order, nothing is staler than its reader allows, and a replica decides nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const world = new World();
      await restore();
      await world.database.catchUp(empty);
      for (const step of steps) await world.run(step);
    }),
    options,
  );
});

/** Makes the primary what it was at first. */
async function restore(): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE images SET name = 'n0', tags = '{\"name\":\"n0\"}', acl = json_array(?), revision = revision + 1",
    ).bind(carol.uuid),
    env.DB.prepare("DELETE FROM image_revisions WHERE revision < (SELECT revision FROM images WHERE uuid = image)"),
    env.DB.prepare("UPDATE accounts SET disabled = 0"),
    env.DB.prepare(
      "UPDATE keys SET name = 'ed25519', fingerprint = replace(fingerprint, 'x', ''), fingerprintSha256 = replace(fingerprintSha256, 'x', '')",
    ),
    env.DB.prepare("DELETE FROM heartbeat"),
  ]);
}
