import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { bob } from "../support/fixtures.ts";
import { listIds, listImages, storeImages } from "../support/image-lists.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

/** 60 images of 60 KB of tags: more than one statement searches. Every third is a database. */
const total = 60;
const isDatabase = (index: number): boolean => index % 3 === 0;
const databases = Array.from({ length: total }, (_, index) => index)
  .filter(isDatabase)
  .map(makeUuid);

beforeAll(async () => {
  await storeImages([]);
  const insert = env.DB.prepare(
    `INSERT INTO images (uuid, name, version, owner, public, state, tags, published_at)
     VALUES (?, ?, '1', ?, 0, 'active', ?, '2020-01-01T00:00:00Z')`,
  );
  const filler = Object.fromEntries(Array.from({ length: 4000 }, (_, at) => [`key${at}`, "value"]));
  await env.DB.batch(
    Array.from({ length: total }, (_, index) =>
      insert.bind(
        makeUuid(index),
        `n${index % 2}`,
        bob.uuid,
        JSON.stringify({ ...filler, role: isDatabase(index) ? "db" : "web" }),
      ),
    ),
  );
});

describe("a list by tags over many megabytes of them", () => {
  it("answers every image that has the tags, in order", async () => {
    const answer = await listImages("?tag.role=db&tag.key7=value");
    expect([answer.status, listIds(answer)]).toEqual([200, databases]);
    expect(listIds(await listImages("?tag.role=other"))).toEqual([]);
    expect(listIds(await listImages("?tag.none=1"))).toEqual([]);
  });

  it("answers its pages, and with other filters", async () => {
    expect(listIds(await listImages("?tag.role=db&limit=5"))).toEqual(databases.slice(0, 5));
    expect(listIds(await listImages(`?tag.role=db&limit=5&marker=${databases[4]}`))).toEqual(databases.slice(5, 10));
    const even = databases.filter((_, at) => at % 2 === 0);
    expect(listIds(await listImages("?tag.role=db&name=n0"))).toEqual(even);
  });

  it("searches about a megabyte of tags in one statement, so that those of other accounts come in between", async () => {
    const counted = wrapDatabase(env.DB);
    await listImages("?tag.none=1", { db: counted.db });
    const [{ bytes } = { bytes: 0 }] = (
      await env.DB.prepare("SELECT sum(octet_length(tags)) AS bytes FROM images").all<{ bytes: number }>()
    ).results;
    expect(bytes).toBeGreaterThan(3_000_000);
    // The caller, the first try, the candidates, and a search for each megabyte.
    expect(counted.calls).toBe(3 + Math.ceil(total / Math.floor(1_000_000 / (bytes / total))));
  });

  it("stops where it has found as many images as were asked for", async () => {
    const counted = wrapDatabase(env.DB);
    expect(listIds(await listImages("?tag.role=db&limit=5", { db: counted.db }))).toEqual(databases.slice(0, 5));
    // The caller, the first try, the candidates, one search of several, and the images, which are large, in two pages.
    const images = counted.calls - 4;
    expect([counted.calls - images, images]).toEqual([4, 2]);
  });

  it("searches at once where there is little", async () => {
    const counted = wrapDatabase(env.DB);
    const query = `?tag.role=db&marker=${makeUuid(50)}`;
    expect(listIds(await listImages(query, { db: counted.db }))).toEqual(databases.slice(17));
    // The caller, the search, and the images, which are large.
    expect(counted.calls).toBe(3);
  });

  it("finds an image whose tags alone are larger", async () => {
    const tags = JSON.stringify({ size: "large", filler: "x".repeat(1_100_000) });
    const set = "UPDATE images SET tags = ?, revision = revision + 1, name = 'large' WHERE uuid = ?";
    await env.DB.prepare(set).bind(tags, makeUuid(59)).run();
    expect(listIds(await listImages("?name=large&tag.size=large"))).toEqual([makeUuid(59)]);
    expect(listIds(await listImages("?name=large&tag.size=small"))).toEqual([]);
  });
});
