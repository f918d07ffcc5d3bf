import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../client.ts";
import { bob, mallory } from "../fixtures.ts";
import { idsOf, list, stored, uuidOf } from "../image-lists.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

describe("ListImages among very many images", () => {
  const total = env.SCALE === "full" ? 100_000 : 10_000;

  beforeAll(async () => {
    await stored([]);
    // 100 of bob's, 50 public, 50 shared with bob; the others are mallory's and hidden.
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO images (uuid, name, version, os, type, owner, public, state, acl, tags, published_at)
       SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'n' || (i % 7), '1', 'linux', 'zvol',
         CASE WHEN i <= 100 THEN ?2 ELSE ?3 END, i BETWEEN 101 AND 150, 'active',
         CASE WHEN i BETWEEN 151 AND 200 THEN json_array(?2) WHEN i % 3 = 0 THEN json_array(?4) END,
         json_object('role', 'db'), '2020-01-01T00:00:00Z' FROM n`,
    )
      .bind(total, bob.uuid, mallory.uuid, "22222222-2222-4222-8222-222222222222")
      .run();
  });

  /** Each filter, off or with each of these values: all their combinations, one by one. */
  const choices: readonly (readonly string[])[] = [
    ["", "name=n1", "name=~n"],
    ["", "os=linux"],
    ["", "version=1"],
    ["", "type=zvol"],
    ["", "public=true", "public=false"],
    ["", "state=active", "state=all"],
    ["", `owner=${bob.uuid}`, `owner=${mallory.uuid}`],
    ["", "tag.role=db"],
    ["", "limit=10", `limit=10&marker=${uuidOf(50)}`],
  ];
  const combinations = choices.reduce<string[]>(
    (before, values) => before.flatMap((query) => values.map((value) => [query, value].filter(Boolean).join("&"))),
    [""],
  );
  const tried = combinations.filter((_, index) => env.SCALE === "full" || index % 17 === 0);

  it(`reads at most 10 rows for each that the account may see: ${tried.length} combinations of filters`, async () => {
    for (const query of tried) {
      const counted = wrapDatabase(env.DB);
      expect((await list(`?${query}`, { db: counted.db })).status, query).toBe(200);
      const rowsRead = counted.results.flat().reduce((sum, { meta }) => sum + meta.rows_read, 0);
      expect(rowsRead, query).toBeLessThanOrEqual(10 * 200);
      expect(counted.calls).toBe(2);
    }
  });

  it("answers pages that neither skip nor repeat an unchanged image while others are updated", async () => {
    const update = (index: number) =>
      send({
        path: `/my/images/${uuidOf(index)}?action=update`,
        body: JSON.stringify({ name: `updated-${index}`, tags: { index } }),
        sign: { key: "ed25519" },
      });
    const expected = Array.from({ length: 200 }, (_, index) => uuidOf(index + 1));
    const paged: string[] = [];
    for (let page = 0; page === 0 || paged.length % 7 === 0; page += 1) {
      const marker = page === 0 ? "" : `&marker=${paged.at(-1)}`;
      // The even of bob's own, before and behind the page.
      const [answer] = await Promise.all([
        list(`?limit=7${marker}`),
        ...[2, 4, 6].map((step) => update(((page * step) % 50) * 2 + 2)),
      ]);
      paged.push(...idsOf(answer));
    }
    expect(paged).toEqual(expected);
    expect(JSON.stringify((await list()).json)).toContain("updated-2");
  });
});
