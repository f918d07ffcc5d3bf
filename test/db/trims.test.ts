import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { clear } from "../support/fixtures.ts";
import { before, countBytes, insert, one, read, set, two } from "../support/trigger-rows.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(async () => {
  await clear(env.DB);
  await insert({ uuid: one, ...before });
  await insert({ uuid: two, ...before });
});

/** What a service that is so configured writes: 0 is no bound. */
type Bounds = { keep_revisions?: number; keep_bytes?: number };

/** Both bounds off. */
const unbounded: Bounds = { keep_revisions: 0, keep_bytes: 0 };

/** Makes the revisions of these numbers, all of the same size. @param keyed those that a request with an Idempotency-Key made */
async function revise(
  revisions: readonly number[],
  bounds: Bounds | null,
  { uuid = one, keyed = [] as number[] } = {},
) {
  for (const revision of revisions) {
    const hash = keyed.includes(revision) && { request_hash: `hash ${revision}` };
    const write =
      bounds && JSON.stringify({ operation: "UpdateImage", ...bounds, ...hash, attempt_id: `${uuid} ${revision}` });
    await set(uuid, { revision, write, write_id: `${uuid} ${revision}` });
  }
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

const listKept = async (uuid = one) =>
  (await read(`SELECT revision FROM image_history WHERE image = '${uuid}' ORDER BY revision`)).map(
    ({ revision }) => revision,
  );

const listRecords = async () =>
  (await read("SELECT revision FROM account_writes ORDER BY revision")).map(({ revision }) => revision);

const listTrims = async () => (await read("SELECT image FROM image_trims ORDER BY time")).map(({ image }) => image);

const [second, hour] = [1000, 3_600_000];

/** Makes all revisions older. The bound of time is a minute: seconds on either side. */
const age = (ms: number, table = "image_revisions") =>
  env.DB.prepare(`UPDATE ${table} SET time = time - ?`).bind(ms).run();

/** The images that wait too. */
const ageAll = async (ms: number) => {
  await age(ms, "image_trims");
  await age(ms);
};

const bytes = countBytes();

describe("each write removes the revisions of its image beyond HISTORY_REVISIONS", () => {
  const three = { ...unbounded, keep_revisions: 3 };

  it("the oldest four of them, and none of another image", async () => {
    await revise(range(2, 12), unbounded);
    await revise(range(2, 12), unbounded, { uuid: two });
    await age(61 * second);
    await revise([13], three);
    expect(await listKept()).toEqual(range(5, 13));
    await revise([14], three);
    expect(await listKept()).toEqual(range(9, 14));
    await revise([15], three);
    // What the oldest of the three changed is in its own row.
    expect(await listKept()).toEqual(range(13, 15));
    expect(await listKept(two)).toEqual(range(1, 12));
  });

  it("none that is younger than a minute", async () => {
    await revise(range(2, 8), unbounded);
    await age(50 * second);
    await revise([9], three);
    expect(await listKept()).toEqual(range(1, 9));
    await age(11 * second);
    await revise([10], three);
    expect(await listKept()).toEqual(range(5, 10));
  });

  it("those with an Idempotency-Key too: their records stay", async () => {
    await revise(range(2, 8), unbounded, { keyed: range(2, 8) });
    await age(61 * second);
    await revise([9], three);
    expect(await listKept()).toEqual(range(5, 9));
    expect(await listRecords()).toEqual(range(2, 8));
  });

  it("all below one that is older than a minute, whatever their times: the clock may have been set back", async () => {
    await revise(range(2, 8), unbounded);
    await age(61 * second);
    await env.DB.prepare("UPDATE image_revisions SET time = time + 3600000 WHERE revision IN (1, 3, 7)").run();
    await revise([9], three);
    expect(await listKept()).toEqual(range(5, 9));
    await revise([10], three);
    expect(await listKept()).toEqual(range(7, 10));
  });

  it("no revision where the bound is 0", async () => {
    await revise(range(2, 8), unbounded);
    await age(25 * hour);
    await revise([9, 1200], unbounded);
    expect(await listKept()).toEqual([...range(1, 9), 1200]);
  });

  it("by the bound of the write before where the write has none, else by 1000", async () => {
    await revise([2, 3, 4], unbounded);
    await revise([5], three);
    await age(61 * second);
    await revise([6], null);
    expect(await listKept()).toEqual([4, 5, 6]);
    await age(61 * second);
    await revise([1003], null);
    expect(await listKept()).toEqual([4, 5, 6, 1003]);
    await revise([1004], null);
    expect(await listKept()).toEqual([5, 6, 1003, 1004]);
  });
});

describe("each write removes the revisions of its image that HISTORY_BYTES of later ones follow", () => {
  const three = { ...unbounded, keep_bytes: 3 * bytes };

  it("exactly as many bytes suffice", async () => {
    await revise(range(2, 6), unbounded);
    await revise(range(2, 6), unbounded, { uuid: two });
    await age(61 * second);
    await revise([7], { ...three, keep_bytes: 3 * bytes + 1 });
    expect(await listKept()).toEqual([4, 5, 6, 7]);
    await revise([8], three);
    expect(await listKept()).toEqual([6, 7, 8]);
    expect(await listKept(two)).toEqual(range(1, 6));
  });

  it("the oldest 64 of them, with an Idempotency-Key or without", async () => {
    await revise(range(2, 70), unbounded, { keyed: [2, 3, 64, 65] });
    await age(61 * second);
    await revise([71], three);
    expect(await listKept()).toEqual(range(65, 71));
  });

  it("none that is younger than a minute; no revision where the bound is 0", async () => {
    await revise(range(2, 8), unbounded);
    await age(50 * second);
    await revise([9], three);
    expect(await listKept()).toEqual(range(1, 9));
    await age(11 * second);
    await revise([10], unbounded);
    expect(await listKept()).toEqual(range(1, 10));
  });

  it("by the bound of the write before where the write has none, else by a megabyte", async () => {
    await revise([2, 3, 4], three);
    await age(61 * second);
    await revise([5], null);
    expect(await listKept()).toEqual([3, 4, 5]);
    await env.DB.prepare("UPDATE image_revisions SET total_bytes = ? WHERE revision = 5")
      .bind(3 * bytes + 1_048_575)
      .run();
    await age(61 * second);
    await revise([6], null);
    expect(await listKept()).toEqual([4, 5, 6]);
  });
});

describe("what was too young to be removed is removed by later writes of any image", () => {
  const three = { ...unbounded, keep_bytes: 3 * bytes };

  it("the oldest four revisions of the image that waits longest, until none is left", async () => {
    await revise(range(2, 14), three);
    expect(await listTrims()).toEqual([one]);
    await ageAll(50 * second);
    await revise([2], three, { uuid: two });
    expect(await listKept()).toEqual(range(1, 14));
    await ageAll(11 * second);
    await revise([3], three, { uuid: two });
    expect(await listKept()).toEqual(range(5, 14));
    await revise([4], three, { uuid: two });
    expect([await listKept(), await listTrims()]).toEqual([range(9, 14), [one]]);
    await revise([5], three, { uuid: two });
    expect([await listKept(), await listTrims()]).toEqual([range(12, 14), [two]]);
  });

  it("of two images that wait, the one that was written first", async () => {
    const third = makeUuid(3);
    await insert({ uuid: third, ...before });
    await revise(range(2, 9), three);
    await ageAll(2 * second);
    await revise(range(2, 9), three, { uuid: two });
    await ageAll(61 * second);
    await revise([2], three, { uuid: third });
    expect([await listKept(), await listKept(two)]).toEqual([range(5, 9), range(1, 9)]);
    await revise([3], three, { uuid: third });
    expect([await listKept(), await listKept(two), await listTrims()]).toEqual([range(7, 9), range(1, 9), [two]]);
    await age(61 * second);
    await revise([4], three, { uuid: third });
    expect([await listKept(two), await listKept(third)]).toEqual([range(5, 9), [2, 3, 4]]);
  });

  it("an image waits from its last write on, and only if something is left to remove", async () => {
    await revise([2, 3], three);
    expect(await listTrims()).toEqual([]);
    await revise([4], three);
    await ageAll(2 * second);
    await revise([2, 3, 4], three, { uuid: two });
    expect(await listTrims()).toEqual([one, two]);
    await revise([5], three);
    expect(await listTrims()).toEqual([two, one]);
    await ageAll(61 * second);
    await revise([6], three);
    expect([await listKept(two), await listTrims()]).toEqual([[2, 3, 4], [one]]);
  });
});
