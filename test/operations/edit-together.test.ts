import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addAcl, addTags, deleteTags, removeAcl } from "../support/edits.ts";
import { get, image, provisionThree, update } from "../support/safe-writes.ts";
import { makeUuid } from "../support/uuids.ts";

/** How often a proof runs, and with how many writers of each kind: in full under `npm run test:long`. */
const [rounds, writers] = env.SCALE === "full" ? [200, 100] : [2, 25];

const makeRange = (length: number): number[] => Array.from({ length }, (_, index) => index);

const makeAccount = (round: number, at: number): string => makeUuid(round * 1000 + at);

beforeEach(() => provisionThree());

type Shown = { acl?: string[]; tags?: Record<string, unknown> };
const readShown = async (): Promise<Shown> => (await get()).json as Shown;

describe("of many concurrent grants and as many tag writes, mixed with removals", () => {
  it("every acknowledged one is there, and none that was removed, every time", async () => {
    for (const round of makeRange(rounds)) {
      const old = round === 0 ? [] : makeRange(writers);
      const answers = await Promise.all([
        ...makeRange(writers).map((at) => addAcl([makeAccount(round, at)])),
        ...makeRange(writers).map((at) => addTags({ [`r${round}-${at}`]: at })),
        ...old.map((at) => removeAcl([makeAccount(round - 1, at)])),
        ...old.map((at) => deleteTags(`r${round - 1}-${at}`)),
      ]);
      expect([...new Set(answers.map(({ status }) => status))].filter((status) => status > 204)).toEqual([]);
      const { acl = [], tags = {} } = await readShown();
      expect(acl.toSorted()).toEqual(makeRange(writers).map((at) => makeAccount(round, at)));
      expect(tags).toEqual(Object.fromEntries(makeRange(writers).map((at) => [`r${round}-${at}`, at])));
    }
  });
});

describe("of many concurrent grants by reading the acl and writing it back, as shipped clients do", () => {
  it("some are lost", async () => {
    const grant = async (account: string) => {
      const { acl = [] } = await readShown();
      return update({ acl: [...acl, account] });
    };
    const answers = await Promise.all(makeRange(writers).map((at) => grant(makeAccount(0, at))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await readShown()).acl?.length).toBeLessThan(writers);
  });

  it("and of tags too", async () => {
    const tag = async (key: string) => {
      const { tags = {} } = await readShown();
      return update({ tags: { ...tags, [key]: 1 } });
    };
    await Promise.all(makeRange(writers).map((at) => tag(`k${at}`)));
    expect(Object.keys((await readShown()).tags ?? {}).length).toBeLessThan(writers);
    const stored = await env.DB.prepare("SELECT count(*) AS n FROM image_history WHERE image = ?")
      .bind(image)
      .first("n");
    expect(stored).toBe(writers + 1);
  });
});
