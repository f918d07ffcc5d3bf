import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Answer } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const image = makeUuid(1);
const documented = ["name", "version", "description", "homepage", "eula", "acl", "tags"] as const;

type Fields = Partial<Record<(typeof documented)[number], unknown>>;
type Json = Record<string, unknown>;

/** One step of a sequence. `match` is relative to the revision that the model has. */
type Step =
  | { kind: "update"; fields: Fields; match: "none" | "current" | "stale" | "any"; key: string | null; release: string }
  | { kind: "provision"; fields: Fields }
  | { kind: "repeat" };

const fewValues: { [Field in keyof Required<Fields>]: fc.Arbitrary<unknown> } = {
  name: fc.constantFrom("a", "b"),
  version: fc.constantFrom("1", "2"),
  description: fc.constantFrom(null, "d", ""),
  homepage: fc.constantFrom(null, "http://h/"),
  eula: fc.constantFrom(null, "http://e/"),
  acl: fc.constantFrom(null, [], [bob.uuid], [mallory.uuid, bob.uuid]),
  tags: fc.constantFrom(null, {}, { a: 1 }, { a: "1" }),
};

const refused: fc.Arbitrary<Fields> = fc.constantFrom({}, { name: "ü" }, { tags: "x" }, { name: null, acl: ["x"] });

const update: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("update" as const),
  fields: fc.oneof(
    { weight: 6, arbitrary: fc.record(fewValues, { requiredKeys: [] }) },
    { weight: 1, arbitrary: refused },
  ),
  match: fc.constantFrom("none", "none", "none", "current", "stale", "any"),
  key: fc.constantFrom(null, null, "k1", "k2"),
  release: fc.constantFrom("7.2.0", "9.0.0"),
});

const provisioning: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("provision" as const),
  fields: fc.record(fewValues, { requiredKeys: ["name", "version"] }),
});

/** The last update with a key, sent again unchanged. */
const repeat: fc.Arbitrary<Step> = fc.constant({ kind: "repeat" });

const steps = fc.array(
  fc.oneof({ weight: 8, arbitrary: update }, { weight: 1, arbitrary: provisioning }, { weight: 2, arbitrary: repeat }),
  {
    minLength: 4,
    maxLength: 24,
  },
);

type UpdateStep = Step & { kind: "update" };
type Sent = { step: UpdateStep; match: string | undefined };

/** The service in a few lines: the fields as they are, each revision, and the revision that each key made or found. */
class Model {
  fields: Fields = { name: "a", version: "1" };
  revisions: { fields: Fields; changed: string[] }[] = [{ fields: { name: "a", version: "1" }, changed: [] }];
  keys = new Map<string, { request: string; revision: number; changed: string[] }>();
  lastWithKey: Sent | undefined;

  get revision(): number {
    return this.revisions.length;
  }

  write(next: Fields): string[] {
    const changed = documented.filter((field) => JSON.stringify(this.fields[field]) !== JSON.stringify(next[field]));
    if (changed.length > 0) {
      this.fields = next;
      this.revisions.push({ fields: next, changed });
    }
    return changed;
  }

  /** A revision as docs/contract.md#image has it. */
  renderImage(revision: number): Json {
    const { name, version, ...others }: Fields = this.revisions[revision - 1]?.fields ?? {};
    const set = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
    return {
      id: image,
      name,
      version,
      requirements: {},
      type: "smartmachine",
      owner: bob.uuid,
      public: false,
      state: "active",
      ...set,
    };
  }
}

/** The sent fields as they are stored: undefined where they are cleared. */
const toStored = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      const isEmpty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
      return [field, isEmpty ? undefined : value];
    }),
  );

const isRefused = (fields: Fields): boolean =>
  Object.keys(fields).length === 0 || fields.name === "ü" || fields.name === null || fields.tags === "x";

type Expected = { status: number; code?: string; revision?: number; changed?: string[]; isReplayed?: boolean };

/** Applies an update to the model. @returns the answer that it expects */
function applyToModel(model: Model, { step, match }: Sent): Expected {
  if (isRefused(step.fields)) return { status: 422, code: "ValidationFailed" };
  const next = toStored(step.fields);
  const request = JSON.stringify([
    documented.map((field) => (field in next ? [next[field] ?? null] : [])),
    match?.replace(/-.*/, ""),
  ]);
  const known = step.key === null ? undefined : model.keys.get(step.key);
  if (known) {
    if (known.request !== request) return { status: 422, code: "IdempotencyKeyReused" };
    return { status: 200, revision: known.revision, changed: known.changed, isReplayed: true };
  }
  const isIfMatchStale = match !== undefined && match !== "*" && Number.parseInt(match.slice(1), 10) !== model.revision;
  if (isIfMatchStale) return { status: 412, code: "PreconditionFailed", revision: model.revision };
  const changed = model.write({ ...model.fields, ...next });
  if (step.key !== null) model.keys.set(step.key, { request, revision: model.revision, changed });
  return { status: 200, revision: model.revision, changed };
}

/** Takes a step in the service and in the model. @returns what came of it */
async function takeStep(model: Model, step: Step): Promise<string> {
  if (step.kind === "provision") {
    const manifest = Object.fromEntries(
      Object.entries(step.fields).filter(([, value]) => value !== null && value !== ""),
    );
    await provision(env.DB, { images: [{ ...manifest, uuid: image, owner: bob.uuid }] });
    model.write(toStored(step.fields));
    return "provisioned";
  }
  if (step.kind === "repeat") return model.lastWithKey ? await sendUpdate(model, model.lastWithKey) : "unchanged";
  const matches = {
    none: undefined,
    any: "*",
    current: `"${model.revision}-8.0.0"`,
    stale: `"${model.revision + 7}-9.0.0"`,
  };
  return await sendUpdate(model, { step, match: matches[step.match] });
}

async function sendUpdate(model: Model, sent: Sent): Promise<string> {
  const { step, match } = sent;
  if (step.key !== null) model.lastWithKey = sent;
  const expected = applyToModel(model, sent);
  const answer = await send({
    path: `/my/images/${image}?action=update`,
    body: JSON.stringify(step.fields),
    headers: {
      "Accept-Version": step.release,
      ...(match && { "If-Match": match }),
      ...(step.key && { "Idempotency-Key": step.key }),
    },
    sign: { key: "ed25519" },
    bindings: makeBindings({}),
  });
  expectAnswer(answer, { expected, model, release: step.release });
  return expected.code ?? (expected.isReplayed ? "replayed" : expected.changed?.length ? "accepted" : "unchanged");
}

function expectAnswer(
  { status, headers, json }: Answer,
  { expected, model, release }: { expected: Expected; model: Model; release: string },
): void {
  expect({ status, code: status === 200 ? undefined : (json as Json)["code"] }).toEqual({
    status: expected.status,
    code: expected.code,
  });
  expect(headers.get("ETag")).toBe(expected.revision ? `"${expected.revision}-${release}"` : null);
  if (status !== 200) return;
  expect(headers.get("Changed-Fields")).toBe(expected.changed?.join(", "));
  expect(headers.get("Idempotent-Replayed")).toBe(expected.isReplayed ? "true" : null);
  expect({ type: "smartmachine", ...(json as Json) }).toEqual(model.renderImage(expected.revision ?? 0));
}

/** Expects that the changes of the audit, applied in order, make the image that GetImage answers. */
async function expectReplay(model: Model): Promise<void> {
  const get = (path: string) => send({ method: "GET", path, sign: { key: "ed25519" } });
  const current = (await get(`/my/images/${image}`)).json as Json;
  const entries = (await get(`/my/images/${image}/audit`)).json as { revision: number; changes: Json }[];
  expect(entries.map(({ revision }) => revision)).toEqual(
    Array.from({ length: model.revision }, (_, at) => model.revision - at),
  );
  const replayed: Json = { id: image };
  for (const { changes } of entries.toReversed()) {
    for (const [field, { before, after }] of Object.entries(
      changes as Record<string, { before: unknown; after: unknown }>,
    )) {
      expect(replayed[field] ?? null).toEqual(before);
      if (after === null) delete replayed[field];
      else replayed[field] = after;
    }
  }
  expect(replayed).toEqual(current);
  for (const { revision } of entries) {
    const earlier = await get(`/my/images/${image}?revision=${revision}`);
    expect({ type: "smartmachine", ...(earlier.json as Json) }).toEqual(model.renderImage(revision));
  }
  const columns =
    "name, version, os, type, requirements, image_size, description, files, tags, homepage, published_at, owner, public, state, eula, acl, origin, error, revision";
  const [row, last] = await env.DB.batch([
    env.DB.prepare(`SELECT ${columns} FROM images WHERE uuid = ?`).bind(image),
    env.DB.prepare(`SELECT ${columns} FROM image_history WHERE image = ? ORDER BY revision DESC LIMIT 1`).bind(image),
  ]);
  expect(last?.results).toEqual(row?.results);
}

it("answers any sequence of writes as the model does, and the history replays to the stored row", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await clear(env.DB);
      await provision(env.DB, {
        accounts: [{ ...bob, keys: [makeKey("ed25519")] }],
        images: [{ uuid: image, owner: bob.uuid, name: "a", version: "1" }],
      });
      const model = new Model();
      for (const step of sequence) seen.add(await takeStep(model, step));
      await expectReplay(model);
    }),
    propertyOptions(1000),
  );
  expect([...seen].sort()).toEqual([
    "IdempotencyKeyReused",
    "PreconditionFailed",
    "ValidationFailed",
    "accepted",
    "provisioned",
    "replayed",
    "unchanged",
  ]);
});
