import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../support/answer.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const images = Array.from({ length: 50 }, (_, index) => makeUuid(index));
const [image = ""] = images;

/** How often a proof runs: in full under `npm run test:long`. */
const scale = (full: number, part = 100): number => (env.SCALE === "full" ? full : full / part);

const makeRange = (length: number): number[] => Array.from({ length }, (_, index) => index);

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519")] }],
    images: images.map((uuid) => ({ uuid, owner: bob.uuid, name: "n", version: "1" })),
  });
});

type Update = { of?: string; fields: object; headers?: Record<string, string>; db?: D1Database };

const update = ({ of = image, fields, headers = {}, db }: Update): Promise<Answer> =>
  send({
    path: `/my/images/${of}?action=update`,
    body: JSON.stringify(fields),
    headers: { "Accept-Version": "9.0.0", ...headers },
    sign: { key: "ed25519" },
    ...(db && { bindings: makeBindings({ DB: db }) }),
  });

const formatEtag = (revision: number): string => `"${revision}-9.0.0"`;

async function readRevisions() {
  const { results } = await env.DB.prepare(
    "SELECT revision, (SELECT count(*) FROM image_history WHERE image = uuid) AS history FROM images ORDER BY uuid",
  ).all<{ revision: number; history: number }>();
  return results;
}

/** What the service must not do: read, compare, and write later. @returns whether it wrote */
async function readThenWrite(of: string, revision: number): Promise<boolean> {
  const row = await env.DB.prepare("SELECT revision FROM images WHERE uuid = ?").bind(of).first<{ revision: number }>();
  if (row?.revision !== revision) return false;
  await env.DB.prepare("UPDATE images SET revision = revision + 1 WHERE uuid = ?").bind(of).run();
  return true;
}

describe("of 50 concurrent updates with the same If-Match", () => {
  const writers = makeRange(50);

  it("one is 200 and 49 are 412, every time", async () => {
    for (const round of makeRange(scale(200))) {
      const headers = { "If-Match": formatEtag(round + 1) };
      const answers = await Promise.all(
        writers.map((writer) => update({ fields: { name: `n${round}-${writer}` }, headers })),
      );
      const [winner, ...others] = answers.toSorted((a, b) => a.status - b.status);
      expect(winner).toMatchObject({ status: 200, json: { name: expect.stringMatching(`^n${round}-`) } });
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set([412]));
      expect(new Set(answers.map((answer) => answer.headers.get("ETag")))).toEqual(new Set([formatEtag(round + 2)]));
    }
    expect((await readRevisions())[0]).toEqual({ revision: scale(200) + 1, history: scale(200) + 1 });
  });

  it("several would be applied if the service read the revision before it wrote", async () => {
    const written = await Promise.all(writers.map(() => readThenWrite(image, 1)));
    expect(written.filter(Boolean).length).toBeGreaterThan(1);
  });
});

describe("two concurrent updates of different fields without If-Match", () => {
  it("are both applied, every time", async () => {
    for (const round of makeRange(scale(1000))) {
      const [name, tags] = [`n${round}`, { round }];
      const answers = await Promise.all([update({ fields: { name } }), update({ fields: { tags } })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const last = answers.find((answer) => answer.headers.get("ETag") === formatEtag(2 * round + 3));
      expect(last?.json).toMatchObject({ name, tags });
    }
  });

  it("would lose one if each wrote back what it had read", async () => {
    const row = async () => await env.DB.prepare("SELECT name, tags FROM images WHERE uuid = ?").bind(image).first();
    const overwrite = async (fields: object) => {
      const { name, tags } = { ...(await row()), ...fields } as { name: string; tags: string };
      await env.DB.prepare("UPDATE images SET name = ?, tags = ? WHERE uuid = ?").bind(name, tags, image).run();
    };
    await Promise.all([overwrite({ name: "n1" }), overwrite({ tags: "{}" })]);
    expect(await row()).not.toEqual({ name: "n1", tags: "{}" });
  });
});

/** A database whose first tries all commit and lose their acknowledgement: each round trip runs twice. */
const loseFirstTries = () =>
  loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call % 2 === 1 });

describe("when D1 loses the acknowledgement of every first try", () => {
  const updatesEach = scale(10_000, 100) / images.length;
  const expected = images.map(() => ({ revision: updatesEach + 1, history: updatesEach + 1 }));

  /** Runs the updates of each image, one after the other, on a database of its own. */
  const updateEach = async (write: (of: string, round: number, db: D1Database) => Promise<void>) => {
    const lanes = images.map(async (of) => {
      const { db } = loseFirstTries();
      for (const round of makeRange(updatesEach)) await write(of, round, db);
    });
    await Promise.all(lanes);
  };

  it("each update is applied once", async () => {
    await updateEach(async (of, round, db) => {
      const { status, headers } = await update({ of, fields: { name: `n${round}` }, db });
      expect([status, headers.get("ETag"), headers.get("Idempotent-Replayed")]).toEqual([
        200,
        formatEtag(round + 2),
        null,
      ]);
    });
    expect(await readRevisions()).toEqual(expected);
  });

  it("a client's retry with the same Idempotency-Key and a now stale If-Match is a replay", async () => {
    await updateEach(async (of, round, db) => {
      const headers = { "Idempotency-Key": `key-${round}`, "If-Match": formatEtag(round + 1) };
      const send = () => update({ of, fields: { name: `n${round}` }, headers, db });
      const [first, again] = [await send(), await send()];
      expect([first.status, first.headers.get("Idempotent-Replayed")]).toEqual([200, null]);
      expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
      expect(again.text).toBe(first.text);
      expect(again.headers.get("ETag")).toBe(formatEtag(round + 2));
    });
    expect(await readRevisions()).toEqual(expected);
  });

  it("a retry without a write id would apply the update twice", async () => {
    const { db } = loseFirstTries();
    const write = () => db.batch([db.prepare("UPDATE images SET revision = revision + 1 WHERE uuid = ?").bind(image)]);
    await write().catch(write);
    expect((await readRevisions())[0]?.revision).toBe(3);
  });

  it("a deletion and a clone are applied once, and not answered as replays", async () => {
    const shared = String(images[1]);
    const share = "UPDATE images SET owner = ?, acl = json_array(?) WHERE uuid = ?";
    await env.DB.prepare(share).bind(makeUuid(99), bob.uuid, shared).run();
    const { db } = loseFirstTries();
    const bindings = makeBindings({ DB: db });
    const sign = { key: "ed25519" } as const;
    const clone = await send({ path: `/my/images/${shared}?action=clone`, bindings, sign });
    expect([clone.status, clone.headers.get("Idempotent-Replayed")]).toEqual([200, null]);
    const removal = await send({ method: "DELETE", path: `/my/images/${image}`, bindings, sign });
    expect([removal.status, removal.headers.get("Idempotent-Replayed")]).toEqual([204, null]);
    const cloned = { revision: 1, history: 1 };
    const others = images.slice(1).map(() => cloned);
    expect((await readRevisions()).toSorted((a, b) => a.revision - b.revision)).toEqual([
      cloned,
      ...others,
      { revision: 2, history: 2 },
    ]);
  });
});

describe("an update whose acknowledgement was lost", () => {
  it("is not applied again over an update that came before the retry", async () => {
    const { db } = loseAcknowledgements(env.DB, {
      when: "after the commit",
      isLost: (call) => call === 2,
      meanwhile: () => update({ fields: { name: "other" } }),
    });
    const answer = await update({ fields: { name: "mine", version: "2" }, db });
    expect([answer.status, answer.headers.get("ETag"), answer.headers.get("Changed-Fields")]).toEqual([
      200,
      formatEtag(2),
      "name, version",
    ]);
    expect(answer.json).toMatchObject({ name: "mine", version: "2" });
    expect((await readRevisions())[0]).toEqual({ revision: 3, history: 3 });
    expect(await env.DB.prepare("SELECT name, version FROM images WHERE uuid = ?").bind(image).first()).toEqual({
      name: "other",
      version: "2",
    });
  });

  it("is accepted even if the key was deleted before the retry, because it was applied before", async () => {
    const lossy = loseAcknowledgements(env.DB, {
      when: "after the commit",
      isLost: (call) => call === 3,
      meanwhile: () => env.DB.prepare("DELETE FROM keys").run(),
    });
    const { db } = lossy;
    expect((await update({ fields: { name: "warm" }, db })).status).toBe(200);
    expect(lossy.calls).toBe(2);
    // The caller is cached now: the third round trip is the batch of the write.
    const answer = await update({ fields: { name: "mine" }, db });
    expect(lossy.calls).toBe(4);
    expect([answer.status, answer.headers.get("ETag")]).toEqual([200, formatEtag(3)]);
    expect((await update({ fields: { name: "later" }, db })).status).toBe(401);
    expect((await readRevisions())[0]).toEqual({ revision: 3, history: 3 });
  });
});
