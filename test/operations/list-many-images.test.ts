import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { bob, carol, mallory } from "../support/fixtures.ts";
import { listIds, listImages, storeImages } from "../support/image-lists.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

describe("ListImages in a large database", () => {
  const total = env.SCALE === "full" ? 100_000 : 5000;

  beforeAll(async () => {
    await storeImages([]);
    // bob sees 200: 100 of his own, 50 public and 50 shared ones of mallory. The others he cannot see.
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO images (uuid, name, version, os, type, owner, public, state, acl, tags, published_at)
       SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'n' || (i % 7), '1', 'linux', 'zvol',
         CASE WHEN i <= 100 THEN ?2 ELSE ?3 END, i BETWEEN 101 AND 150, 'active',
         CASE WHEN i BETWEEN 151 AND 200 THEN json_array(?2) WHEN i % 3 = 0 THEN json_array(?4) END,
         json_object('role', 'db'), '2020-01-01T00:00:00Z' FROM n`,
    )
      .bind(total, bob.uuid, mallory.uuid, carol.uuid)
      .run();
  });

  /** The values of each filter, "" for none; all their combinations are tried. */
  const choices: readonly (readonly string[])[] = [
    ["", "name=n1", "name=~n"],
    ["", "os=linux"],
    ["", "version=1"],
    ["", "type=zvol"],
    ["", "public=true", "public=false"],
    ["", "state=active", "state=all"],
    ["", `owner=${bob.uuid}`, `owner=${mallory.uuid}`],
    ["", "tag.role=db"],
    ["", "limit=10", `limit=10&marker=${makeUuid(50)}`],
  ];
  const combinations = choices.reduce<string[]>(
    (before, values) => before.flatMap((query) => values.map((value) => [query, value].filter(Boolean).join("&"))),
    [""],
  );
  const tried = combinations.filter((_, index) => env.SCALE === "full" || index % 17 === 0);

  it(`reads at most 10 rows for each image that the account can see, with ${tried.length} combinations of filters`, async () => {
    for (const query of tried) {
      const counted = wrapDatabase(env.DB);
      const answer = await listImages(`?${query}`, { db: counted.db });
      expect(answer.status, query).toBe(200);
      const rowsRead = counted.results.flat().reduce((sum, { meta }) => sum + meta.rows_read, 0);
      expect(rowsRead, query).toBeLessThanOrEqual(10 * 200);
      // Where no image has the tags, one more looks whether all were searched.
      expect(counted.calls).toBe(query.includes("tag.") && listIds(answer).length === 0 ? 3 : 2);
    }
  });

  it("answers pages that skip and repeat nothing while images are updated", async () => {
    const update = (index: number) =>
      send({
        path: `/my/images/${makeUuid(index)}?action=update`,
        body: JSON.stringify({ name: `updated-${index}`, tags: { index } }),
        sign: { key: "ed25519" },
      });
    const expected = Array.from({ length: 200 }, (_, index) => makeUuid(index + 1));
    const paged: string[] = [];
    for (let page = 0; page === 0 || paged.length % 7 === 0; page += 1) {
      const marker = page === 0 ? "" : `&marker=${paged.at(-1)}`;
      // Updates images of bob before and behind the page.
      const [answer] = await Promise.all([
        listImages(`?limit=7${marker}`),
        ...[2, 4, 6].map((step) => update(((page * step) % 50) * 2 + 2)),
      ]);
      paged.push(...listIds(answer));
    }
    expect(paged).toEqual(expected);
    expect(JSON.stringify((await listImages()).json)).toContain("updated-2");
  });
});
