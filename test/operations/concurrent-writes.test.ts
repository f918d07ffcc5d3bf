import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send, type TestAnswer } from "../client.ts";
import { bob, clear, provision } from "../fixtures.ts";
import { publicLine } from "../signer.ts";
import { type RoundTrip, wrapDatabase } from "../support/wrapped-database.ts";

const images = Array.from({ length: 50 }, (_, index) => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`);
const [image = ""] = images;

/** A proof's size: whole under `npm run test:long`. */
const times = (full: number, part = 40): number => (env.SCALE === "full" ? full : full / part);

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [{ name: "ed25519", key: publicLine("ed25519") }] }],
    images: images.map((uuid) => ({ uuid, owner: bob.uuid, name: "n", version: "1" })),
  });
});

type Update = { of?: string; fields: object; headers?: Record<string, string>; db?: D1Database };

const update = ({ of = image, fields, headers = {}, db }: Update): Promise<TestAnswer> =>
  send({
    path: `/my/images/${of}?action=update`,
    body: JSON.stringify(fields),
    headers: { "Accept-Version": "9.0.0", ...headers },
    sign: { key: "ed25519" },
    ...(db && { bindings: bindingsWith({ DB: db }) }),
  });

const etagOf = (revision: number): string => `"${revision}-9.0.0"`;

async function revisions() {
  const { results } = await env.DB.prepare(
    "SELECT revision, (SELECT count(*) FROM image_history WHERE image = uuid) AS history FROM images ORDER BY uuid",
  ).all<{ revision: number; history: number }>();
  return results;
}

/** What the service must not do: it reads, compares, and writes later. Answers whether it wrote. */
async function readThenWrite(of: string, revision: number): Promise<boolean> {
  const row = await env.DB.prepare("SELECT revision FROM images WHERE uuid = ?").bind(of).first<{ revision: number }>();
  if (row?.revision !== revision) return false;
  await env.DB.prepare("UPDATE images SET revision = revision + 1 WHERE uuid = ?").bind(of).run();
  return true;
}

describe("50 writers at once with one If-Match", () => {
  const writers = range(50);

  it("are one 200 and 49 × 412, every round", async () => {
    for (const round of range(times(200))) {
      const headers = { "If-Match": etagOf(round + 1) };
      const answers = await Promise.all(
        writers.map((writer) => update({ fields: { name: `n${round}-${writer}` }, headers })),
      );
      const [winner, ...others] = answers.toSorted((a, b) => a.status - b.status);
      expect(winner).toMatchObject({ status: 200, json: { name: expect.stringMatching(`^n${round}-`) } });
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set([412]));
      expect(new Set(answers.map((answer) => answer.headers.get("ETag")))).toEqual(new Set([etagOf(round + 2)]));
    }
    expect((await revisions())[0]).toEqual({ revision: times(200) + 1, history: times(200) + 1 });
  });

  it("would be more than one 200 where the check is a read before the write", async () => {
    const written = await Promise.all(writers.map(() => readThenWrite(image, 1)));
    expect(written.filter(Boolean).length).toBeGreaterThan(1);
  });
});

describe("two updates at once, of different fields and without If-Match", () => {
  it("both survive, every time", async () => {
    for (const round of range(times(1000))) {
      const [name, tags] = [`n${round}`, { round }];
      const answers = await Promise.all([update({ fields: { name } }), update({ fields: { tags } })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const last = answers.find((answer) => answer.headers.get("ETag") === etagOf(2 * round + 3));
      expect(last?.json).toMatchObject({ name, tags });
    }
  });

  it("would not, where each writes what it read", async () => {
    const row = async () => await env.DB.prepare("SELECT name, tags FROM images WHERE uuid = ?").bind(image).first();
    const overwrite = async (fields: object) => {
      const { name, tags } = { ...(await row()), ...fields } as { name: string; tags: string };
      await env.DB.prepare("UPDATE images SET name = ?, tags = ? WHERE uuid = ?").bind(name, tags, image).run();
    };
    await Promise.all([overwrite({ name: "n1" }), overwrite({ tags: "{}" })]);
    expect(await row()).not.toEqual({ name: "n1", tags: "{}" });
  });
});

/** Every first try commits, and nobody hears of it: each trip is made twice. */
const deafAtFirst: RoundTrip = async (run, call) => {
  const results = await run();
  if (call % 2 === 1) throw new Error("D1_ERROR: Network connection lost.");
  return results;
};

describe("a D1 that drops every first acknowledgement after the commit", () => {
  const updatesEach = times(10_000, 100) / images.length;
  const expected = images.map(() => ({ revision: updatesEach + 1, history: updatesEach + 1 }));

  /** Each image has a writer and a database of its own, which is deaf at every first try. */
  const byImage = async (write: (of: string, round: number, db: D1Database) => Promise<void>) => {
    const lanes = images.map(async (of) => {
      const { db } = wrapDatabase(env.DB, deafAtFirst);
      for (const round of range(updatesEach)) await write(of, round, db);
    });
    await Promise.all(lanes);
  };

  it("makes each update once", async () => {
    await byImage(async (of, round, db) => {
      const { status, headers } = await update({ of, fields: { name: `n${round}` }, db });
      expect([status, headers.get("ETag"), headers.get("Idempotent-Replayed")]).toEqual([200, etagOf(round + 2), null]);
    });
    expect(await revisions()).toEqual(expected);
  });

  it("makes it once for a client too, that sends it again with its key and a now stale If-Match", async () => {
    await byImage(async (of, round, db) => {
      const headers = { "Idempotency-Key": `key-${round}`, "If-Match": etagOf(round + 1) };
      const send = () => update({ of, fields: { name: `n${round}` }, headers, db });
      const [first, again] = [await send(), await send()];
      expect([first.status, first.headers.get("Idempotent-Replayed")]).toEqual([200, null]);
      expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
      expect(again.text).toBe(first.text);
      expect(again.headers.get("ETag")).toBe(etagOf(round + 2));
    });
    expect(await revisions()).toEqual(expected);
  });

  it("would be written twice by a retry without a write id", async () => {
    const { db } = wrapDatabase(env.DB, deafAtFirst);
    const write = () => db.batch([db.prepare("UPDATE images SET revision = revision + 1 WHERE uuid = ?").bind(image)]);
    await write().catch(write);
    expect((await revisions())[0]?.revision).toBe(3);
  });

  it("makes a deletion and a clone once, and says so of neither as of a replay", async () => {
    await env.DB.prepare("UPDATE images SET acl = json_array(?)").bind(bob.uuid).run();
    const { db } = wrapDatabase(env.DB, deafAtFirst);
    const bindings = bindingsWith({ DB: db });
    const sign = { key: "ed25519" } as const;
    const clone = await send({ path: `/my/images/${image}?action=clone`, bindings, sign });
    expect([clone.status, clone.headers.get("Idempotent-Replayed")]).toEqual([200, null]);
    const removal = await send({ method: "DELETE", path: `/my/images/${image}`, bindings, sign });
    expect([removal.status, removal.headers.get("Idempotent-Replayed")]).toEqual([204, null]);
    const cloned = { revision: 1, history: 1 };
    const others = images.slice(1).map(() => cloned);
    expect((await revisions()).toSorted((a, b) => a.revision - b.revision)).toEqual([
      cloned,
      ...others,
      { revision: 2, history: 2 },
    ]);
  });
});

describe("an update whose acknowledgement was lost, and another before its retry", () => {
  it("is not made again over the other", async () => {
    const { db } = wrapDatabase(env.DB, async (run, call) => {
      const results = await run();
      if (call !== 2) return results;
      await update({ fields: { name: "other" } });
      throw new Error("D1_ERROR: Network connection lost.");
    });
    const answer = await update({ fields: { name: "mine", version: "2" }, db });
    expect([answer.status, answer.headers.get("ETag"), answer.headers.get("Changed-Fields")]).toEqual([
      200,
      etagOf(2),
      "name, version",
    ]);
    expect(answer.json).toMatchObject({ name: "mine", version: "2" });
    expect((await revisions())[0]).toEqual({ revision: 3, history: 3 });
    expect(await env.DB.prepare("SELECT name, version FROM images WHERE uuid = ?").bind(image).first()).toEqual({
      name: "other",
      version: "2",
    });
  });

  it("is accepted even where the key was deleted before the retry: it was made while the key was good", async () => {
    let isWarm = false;
    const { db } = wrapDatabase(env.DB, async (run) => {
      const results = await run();
      if (!isWarm || results.length === 1) return results;
      isWarm = false;
      await env.DB.prepare("DELETE FROM keys").run();
      throw new Error("D1_ERROR: Network connection lost.");
    });
    expect((await update({ fields: { name: "warm" }, db })).status).toBe(200);
    isWarm = true;
    const answer = await update({ fields: { name: "mine" }, db });
    expect([answer.status, answer.headers.get("ETag")]).toEqual([200, etagOf(3)]);
    expect((await update({ fields: { name: "later" }, db })).status).toBe(401);
    expect((await revisions())[0]).toEqual({ revision: 3, history: 3 });
  });
});
