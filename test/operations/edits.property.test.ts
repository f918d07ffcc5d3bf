import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Answer } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { EditModel, type Expected, type Fields, type Manner, type Write } from "../support/edit-model.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { propertyOptions } from "../support/property-options.ts";
import { anyManner, anyWrite, deletion, edited, plainly, sendWrite } from "../support/random-edits.ts";
import { makeKey } from "../support/signer.ts";
import { skipWaits } from "../support/skip-waits.ts";

skipWaits();

/** A write, the last one with a key again, or, now and then, the deletion. */
type Step = { write: Write | "repeat"; manner: Manner };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    write: fc.oneof(
      { weight: 40, arbitrary: anyWrite },
      { weight: 8, arbitrary: fc.constant("repeat" as const) },
      { weight: 1, arbitrary: deletion },
    ),
    manner: anyManner,
  }),
  { minLength: 4, maxLength: 24 },
);

const renderImage = ({ name, ...others }: Fields, owner = bob.uuid) => ({
  name,
  version: "1",
  requirements: {},
  owner,
  public: false,
  state: "active",
  ...others,
});

/** The body that is expected, without what a clone has of its own. */
function makeBody({ fields, isTags, cloneOf }: Expected): unknown {
  if (!fields) return undefined;
  if (isTags) return fields.tags ?? {};
  return cloneOf ? renderImage(fields, cloneOf) : { id: edited, ...renderImage(fields) };
}

function pickBody({ json }: Answer, { cloneOf }: Expected): unknown {
  if (!cloneOf) return json;
  const { id: _, published_at: __, ...others } = json as Record<string, unknown>;
  return others;
}

function expectAnswer(answer: Answer, expected: Expected, isDryRun: boolean): void {
  const { status, headers, json } = answer;
  const code = status >= 400 ? (json as { code: string }).code : undefined;
  expect({ status, code }).toEqual({ status: expected.status, code: expected.code });
  expect(headers.get("ETag")).toBe(expected.revision === undefined ? null : `"${expected.revision}-9.0.0"`);
  expect(headers.get("Changed-Fields")).toBe(expected.changed ?? null);
  expect(headers.get("Idempotent-Replayed")).toBe(expected.isReplayed ? "true" : null);
  expect(headers.get("Dry-Run")).toBe(isDryRun ? "true" : null);
  if (status < 400) expect(pickBody(answer, expected)).toEqual(makeBody(expected));
}

/** Sends a write through a database that loses its acknowledgement as the manner says. */
function sendLossy(write: Write, { key, isDryRun, loss }: Manner, ifMatch: string | undefined): Promise<Answer> {
  const headers = { ...(ifMatch && { "If-Match": ifMatch }), ...(key && { "Idempotency-Key": key }) };
  const when = loss === "none" ? "before the batch" : loss;
  const { db } = loseAcknowledgements(env.DB, { when, isLost: (call) => loss !== "none" && call === 2 });
  return sendWrite(write, { isDryRun, headers, bindings: makeBindings({ DB: db }) });
}

/** Takes a step in the service and in the model. @returns what came of it */
async function takeStep(model: EditModel, write: Write, manner: Manner): Promise<string> {
  const ifMatch = model.formatMatch(manner.match);
  const expected = model.apply(write, manner);
  expectAnswer(await sendLossy(write, manner, ifMatch), expected, manner.isDryRun);
  return expected.code ?? (expected.isReplayed ? "replayed" : manner.isDryRun ? "dry run" : write.kind);
}

type Entry = {
  action: string;
  revision: number;
  caller: { account?: string };
  changes: Record<string, { after: unknown }>;
};

const getOwn = (path: string) =>
  send({
    method: "GET",
    path: `/my/images/${edited}${path}`,
    sign: { key: "ed25519" },
    headers: { "Accept-Version": "9.0.0" },
  });

/** Expects that the audit names every revision, and that its changes, applied in order, make each of them. */
async function expectReplay({ revisions, clones }: EditModel): Promise<void> {
  const entries = ((await getOwn("/audit")).json as Entry[]).toReversed();
  expect(entries.map(({ action, caller }) => [action, caller.account ?? ""])).toEqual(
    revisions.map(({ action, account }) => [action, account]),
  );
  const replayed: Record<string, unknown> = { id: edited };
  for (const { revision, changes } of entries) {
    for (const [field, { after }] of Object.entries(changes)) {
      if (after === null) delete replayed[field];
      else replayed[field] = after;
    }
    expect((await getOwn(`?revision=${revision}`)).json).toEqual(replayed);
    const { fields, isDestroyed } = revisions[revision - 1] as EditModel["revisions"][number];
    expect(replayed).toEqual({ id: edited, ...renderImage(fields), ...(isDestroyed && { state: "destroyed" }) });
  }
  const stored = await env.DB.prepare("SELECT count(*) AS n FROM images WHERE uuid <> ?").bind(edited).first("n");
  expect(stored).toBe(clones);
}

/** Repeats, as the writes that they repeat: the last one before with a key. */
function resolveRepeats(sequence: readonly Step[]): { write: Write; manner: Manner }[] {
  let keyed: { write: Write; manner: Manner } | undefined;
  return sequence.flatMap(({ write, manner }) => {
    if (write === "repeat") return keyed ? [keyed] : [];
    if (manner.key !== null) keyed = { write, manner };
    return [{ write, manner }];
  });
}

const keys = [makeKey("ed25519")];

async function reset(): Promise<void> {
  await clear(env.DB);
  const accounts = [bob, mallory].map((account) => ({ ...account, keys }));
  await provision(env.DB, { accounts, images: [{ uuid: edited, owner: bob.uuid, name: "a", version: "1" }] });
}

const rename = { write: { by: "bob" as const, kind: "update" as const, fields: { name: "b" } }, manner: plainly };
const revertIt = {
  write: { by: "bob" as const, kind: "revert" as const, revision: 1, withAcl: false },
  manner: plainly,
};

it("answers any sequence of edits as the model does, and the audit replays to every revision", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await reset();
      const model = new EditModel();
      for (const { write, manner } of resolveRepeats(sequence)) seen.add(await takeStep(model, write, manner));
      await expectReplay(model);
    }),
    { ...propertyOptions(1000), examples: [[[rename, revertIt]]] },
  );
  expect([...seen].sort()).toEqual([
    "IdempotencyKeyReused",
    "ImageNotShared",
    "InvalidArgument",
    "NotImageOwner",
    "PreconditionFailed",
    "ResourceNotFound",
    "addAcl",
    "addTags",
    "clone",
    "delete",
    "deleteTag",
    "deleteTags",
    "dry run",
    "removeAcl",
    "replaceTags",
    "replayed",
    "revert",
    "update",
  ]);
});
