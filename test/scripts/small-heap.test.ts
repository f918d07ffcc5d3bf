import { afterAll, beforeAll, expect, it } from "vitest";
import { loader, loaderAccount, sendTo } from "../support/loader.ts";
import { PlainService } from "../support/plain-service.ts";

const images = 1000;
const isFull = Boolean(process.env["LONG"]);
const tagBytes = 100_000;
const service = new PlainService();

/** Images of somebody else, which the loader did not ask for. */
const shareImages = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${images})
  INSERT INTO images (uuid, name, version, owner, state, acl, tags)
  SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'unsolicited', '1', 'bbbbbbbb-0000-4000-8000-000000000001', 'active',
    json_array('${loader.uuid}'), json_object('i', i, 't', substr(hex(zeroblob(${tagBytes})), 1, ${tagBytes})) FROM n`;

beforeAll(async () => {
  if (!isFull) return;
  await service.start(
    { accounts: [loaderAccount], images: [] },
    { sql: [shareImages], v8Flags: ["--max-old-space-size=128"] },
  );
});

afterAll(() => service.stop());

/** Counts the images of a streamed list without keeping it. */
async function countListed(path: string): Promise<{ count: number; bytes: number }> {
  const { text } = await sendTo(service.port, path);
  return { count: (JSON.parse(text) as unknown[]).length, bytes: text.length };
}

it.runIf(isFull)(
  `${images} images of 100 KB that others share with an account are listed under a heap of 128 MB, by four at a time`,
  async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => countListed("/my/images")));
    for (const { count, bytes } of all) {
      expect(count).toBe(images);
      expect(bytes).toBeGreaterThan(images * tagBytes);
    }
    expect(service.isAlive).toBe(true);
  },
);

it.runIf(isFull)("they are listed in pages too", async () => {
  const ids: string[] = [];
  for (let marker = ""; ids.length % 50 === 0 && ids.length < images; ) {
    const page = (await sendTo(service.port, `/my/images?limit=50${marker}`)).json as { id: string }[];
    ids.push(...page.map(({ id }) => id));
    marker = `&marker=${ids.at(-1)}`;
  }
  expect(new Set(ids).size).toBe(images);
});
