import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send } from "../support/client.ts";
import { bob, mallory, provision } from "../support/fixtures.ts";
import { image, provisionThree, shared, update } from "../support/safe-writes.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(provisionThree);

const bound = 1_048_576;

/** Tags of 95 KB that differ by their number. */
const makeTags = (serial: number) => ({ tags: { serial, text: "t".repeat(95_000) } });

/** A little over a minute: what is older may be removed. */
const ageRevisions = () => env.DB.prepare("UPDATE image_revisions SET time = time - 61000").run();

/** Bytes of the texts that are kept of the image's history: of all, and of what is younger than a minute. */
async function measureHistory(): Promise<{ all: number; young: number; rows: number }> {
  const bytes = "coalesce(sum(octet_length(tags)), 0)";
  const row = await env.DB.prepare(
    `SELECT ${bytes} AS "all", count(*) AS rows, (SELECT ${bytes} FROM image_revisions
       WHERE image = ?1 AND time >= unixepoch('subsec') * 1000 - 60000) AS young
     FROM image_revisions WHERE image = ?1`,
  )
    .bind(image)
    .first<{ all: number; young: number; rows: number }>();
  return row ?? { all: 0, young: 0, rows: 0 };
}

/** Sixteen writers, each of which sends one update. */
const writeBySixteen = (round: number, isKeyed: (writer: number) => boolean) =>
  Promise.all(
    Array.from({ length: 16 }, (_, writer) => {
      const serial = round * 16 + writer;
      return update(makeTags(serial), isKeyed(writer) ? { headers: { "Idempotency-Key": `key-${serial}` } } : {});
    }),
  );

describe("the history of an image that sixteen writers fill with updates of 95 KB", () => {
  it.each([
    { how: "without an Idempotency-Key", isKeyed: () => false },
    { how: "with an Idempotency-Key", isKeyed: () => true },
    { how: "every second one with an Idempotency-Key", isKeyed: (writer: number) => writer % 2 === 0 },
  ])("takes at most the bound and what is younger than a minute: $how", async ({ isKeyed }) => {
    for (let round = 0; round < (env.SCALE === "full" ? 40 : 3); round += 1) {
      const answers = await writeBySixteen(round, isKeyed);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const { all, young } = await measureHistory();
      expect(all).toBeLessThanOrEqual(bound + young);
      await ageRevisions();
    }
    await update({ name: "last" });
    expect((await measureHistory()).all).toBeLessThanOrEqual(bound + 96_000);
  });
});

describe("HISTORY_BYTES", () => {
  const keepAfter = async (bytes: string) => {
    const bindings = makeBindings({ HISTORY_BYTES: bytes });
    for (let serial = 0; serial < 12; serial += 1) await update(makeTags(serial), { bindings });
    await ageRevisions();
    await update({ name: "last" }, { bindings });
    return (await measureHistory()).rows;
  };

  it("keeps every revision with 0", async () => {
    expect(await keepAfter("0")).toBe(14);
  });

  it("keeps at least the newest revision, however large it is", async () => {
    expect(await keepAfter("1")).toBe(1);
  });

  it("removes a revision once those after it take the bound", async () => {
    // Each has the tags before it, about 95 700 bytes; the last one, which changes the name, has none.
    expect(await keepAfter("250000")).toBe(4);
  });
});

describe("an account that writes one image after the other, and none of them again", () => {
  const own = Array.from({ length: 6 }, (_, at) => makeUuid(at));

  const measureAll = async () =>
    (await env.DB.prepare("SELECT sum(octet_length(tags)) AS bytes FROM image_revisions").first<number>("bytes")) ?? 0;

  it("leaves no more than the bound of each: later writes remove what was too young", async () => {
    await provision(env.DB, { images: own.map((uuid) => ({ uuid, owner: bob.uuid, name: "n", version: "1" })) });
    const bindings = makeBindings({ HISTORY_BYTES: "200000" });
    for (const of of own) {
      for (let serial = 0; serial < 12; serial += 1) await update(makeTags(serial), { of, bindings });
      await ageRevisions();
      await env.DB.prepare("UPDATE image_trims SET time = time - 61000").run();
    }
    // Another account's writes, each of which removes a few.
    for (let serial = 0; serial < 8; serial += 1) {
      await update({ name: `n${serial}` }, { of: shared, bindings, sign: { as: mallory.login } });
    }
    expect(await measureAll()).toBeLessThanOrEqual(own.length * 300_000);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM image_trims").first("n")).toBe(0);
    for (const of of own) {
      const kept = await send({ method: "GET", path: `/my/images/${of}/audit` });
      expect((kept.json as unknown[]).length).toBeGreaterThan(1);
    }
  });

  it("by cloning and deleting keeps as many destroyed images as it may own", async () => {
    const bindings = makeBindings({ MAX_IMAGES: "3" });
    const destroy = async () => {
      const clone = await send({ path: `/my/images/${shared}?action=clone`, bindings });
      const { id } = clone.json as { id: string };
      expect((await send({ method: "DELETE", path: `/my/images/${id}`, bindings })).status).toBe(204);
      return id;
    };
    const destroyed: string[] = [];
    for (let at = 0; at < 8; at += 1) destroyed.push(await destroy());
    const { results } = await env.DB.prepare("SELECT uuid FROM images WHERE state = 'destroyed' ORDER BY rowid").all();
    expect(results.map(({ uuid }) => uuid)).toEqual(destroyed.slice(-3));
    const [oldest, newest] = [destroyed[0], destroyed[7]].map((id) => `/my/images/${id}/audit`);
    expect((await send({ method: "GET", path: `${oldest}` })).status).toBe(404);
    expect((await send({ method: "GET", path: `${newest}` })).status).toBe(200);
    const history = "SELECT count(*) AS n FROM image_history WHERE image NOT IN (SELECT uuid FROM images)";
    expect(await env.DB.prepare(history).first("n")).toBe(0);
  });

  it.each([
    ["a MAX_IMAGES of 0 keeps every destroyed image, with its history", { MAX_IMAGES: "0" }, ""],
    ["a dry run with a MAX_IMAGES of 1 removes none", { MAX_IMAGES: "1" }, "?dry-run=true"],
  ])("by deleting with %s", async (_, some, query) => {
    const destroyed = [makeUuid(71), makeUuid(72), makeUuid(73)];
    const images = destroyed.map((uuid) => ({ uuid, owner: bob.uuid, name: "n", version: "1" }));
    await provision(env.DB, { images });
    await provision(env.DB, { images: images.map((one) => ({ ...one, state: "destroyed" })) });
    const bindings = makeBindings(some);
    expect((await send({ method: "DELETE", path: `/my/images/${image}${query}`, bindings })).status).toBe(204);
    for (const uuid of destroyed) {
      const audit = await send({ method: "GET", path: `/my/images/${uuid}/audit` });
      expect([audit.status, (audit.json as unknown[]).length]).toEqual([200, 2]);
    }
  });
});
