import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings } from "../support/client.ts";
import { image, provisionThree, update } from "../support/safe-writes.ts";

beforeEach(provisionThree);

const bound = 1_048_576;

/** Tags of 95 KB that differ by their number. */
const makeTags = (serial: number) => ({ tags: { serial, text: "t".repeat(95_000) } });

/** A little over a minute: what is older may be removed. */
const ageRevisions = () => env.DB.prepare("UPDATE image_history SET time = time - 61000").run();

/** Bytes of the texts that are kept of the image's history: of all, and of what is younger than a minute. */
async function measureHistory(): Promise<{ all: number; young: number; rows: number }> {
  const bytes = "coalesce(sum(octet_length(tags)), 0)";
  const row = await env.DB.prepare(
    `SELECT ${bytes} AS "all", count(*) AS rows, (SELECT ${bytes} FROM image_history
       WHERE image = ?1 AND time >= unixepoch('subsec') * 1000 - 60000) AS young
     FROM image_history WHERE image = ?1`,
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
    for (let round = 0; round < (env.SCALE === "full" ? 40 : 6); round += 1) {
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
    // Each takes about 95 500 bytes, and three together less than the bound.
    expect(await keepAfter("300000")).toBe(4);
  });
});
