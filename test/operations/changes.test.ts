import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { formatCursor } from "../../src/images/rules/changes.ts";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, carol, clear, mallory, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const [first, second] = [makeUuid(1), makeUuid(2)];

type Entry = {
  action: string;
  success: string;
  time: string;
  caller: unknown;
  revision: number;
  changes: Record<string, { before: unknown; after: unknown }>;
  image: string;
  cursor: string;
};

const ask = (path: string, some: Partial<TestRequest> = {}): Promise<Answer> =>
  send({ method: "GET", path, ...some, headers: { "Accept-Version": "9.0.0", ...some.headers } });

const readEntries = async (query = "", some: Partial<TestRequest> = {}): Promise<Entry[]> => {
  const answer = await ask(`/my/changes${query}`, some);
  expect(answer.status).toBe(200);
  return answer.json as Entry[];
};

/** Reads the whole feed, page by page. */
async function follow(limit: number, after = ""): Promise<Entry[]> {
  const all: Entry[] = [];
  for (let cursor = after; ; ) {
    const page = await readEntries(`?limit=${limit}${cursor && `&after=${cursor}`}`);
    if (page.length === 0) return all;
    all.push(...page);
    cursor = page.at(-1)?.cursor ?? "";
  }
}

const update = (id: string, fields: unknown) =>
  ask(`/my/images/${id}?action=update`, { method: "POST", body: JSON.stringify(fields) });

const summarize = (entries: readonly Entry[]) =>
  entries.map(({ image, revision, action }) => [image, revision, action]);

const run = (sql: string, ...values: (string | number)[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

beforeEach(async () => {
  await clear(env.DB);
  const keys = [makeKey("ed25519")];
  await provision(env.DB, {
    accounts: [{ ...bob, keys }, { ...carol, keys }, mallory],
    images: [
      { uuid: first, owner: bob.uuid, name: "first", version: "1", tags: { role: "db" } },
      { uuid: second, owner: bob.uuid, name: "second", version: "1" },
    ],
  });
});

describe("the feed", () => {
  it("has every revision of every image in the order of commit, each once, whatever the size of its pages", async () => {
    await update(second, { name: "b" });
    await update(first, { description: "d" });
    await ask(`/my/images/${first}/tags/role`, { method: "DELETE" });
    await ask(`/my/images/${second}`, { method: "DELETE" });
    const entries = await readEntries();
    expect(summarize(entries)).toEqual([
      [first, 1, "provision"],
      [second, 1, "provision"],
      [second, 2, "update"],
      [first, 2, "update"],
      [first, 3, "delete-tag"],
      [second, 3, "delete"],
    ]);
    for (const limit of [1, 2, 4, 6, 100]) expect(await follow(limit)).toEqual(entries);
    expect(await readEntries(`?after=${entries[3]?.cursor}`)).toEqual(entries.slice(4));
    expect(await readEntries(`?after=${entries[5]?.cursor}`)).toEqual([]);
  });

  it("has the audit's entries, with image, cursor, and every value before and after", async () => {
    await update(first, { name: "a", tags: { role: "web" } });
    await update(first, { description: "d" });
    const audit = (await ask(`/my/images/${first}/audit`)).json as Entry[];
    const entries = (await readEntries()).filter(({ image }) => image === first);
    expect(entries.map(({ image: _, cursor: __, ...entry }) => entry)).toEqual(audit.toReversed());
    expect(entries[1]?.changes).toEqual({
      name: { before: "first", after: "a" },
      tags: { before: { role: "db" }, after: { role: "web" } },
    });
    expect(entries[2]?.changes).toEqual({ description: { before: null, after: "d" } });
  });

  it("is one's own: another account sees nothing of it, an operator sees it through its path", async () => {
    expect(await readEntries("", { sign: { as: "carol" } })).toEqual([]);
    expect((await ask("/bob/changes", { sign: { as: "carol" } })).status).toBe(403);
    await run("UPDATE accounts SET operator = 1 WHERE login = 'carol'");
    expect((await ask("/bob/changes", { sign: { as: "carol" } })).json).toEqual(await readEntries());
  });

  it("has a revision that moves an image in both feeds, without what it was for the new owner", async () => {
    await update(first, { name: "a" });
    await provision(env.DB, {
      images: [{ uuid: first, owner: carol.uuid, name: "a", version: "1", tags: { role: "db" } }],
    });
    await update(second, { name: "b" });
    const [left] = (await readEntries()).slice(-2);
    expect(left).toMatchObject({ image: first, revision: 3, action: "provision" });
    expect(left?.changes).toEqual({ owner: { before: bob.uuid, after: carol.uuid } });
    const [arrived, ...more] = await readEntries("", { sign: { as: "carol" } });
    expect([arrived?.revision, more]).toEqual([3, []]);
    expect(arrived?.changes).toMatchObject({
      name: { before: null, after: "a" },
      tags: { before: null, after: { role: "db" } },
      owner: { before: null, after: carol.uuid },
    });
    expect(Object.values(arrived?.changes ?? {}).every(({ before }) => before === null)).toBe(true);
  });

  it("ends a page early where its values are large", async () => {
    for (let at = 0; at < 8; at += 1) await update(first, { tags: { big: `${at}`.repeat(90_000) } });
    const pages: number[] = [];
    for (let cursor = ""; ; ) {
      const page = await readEntries(cursor && `?after=${cursor}`);
      if (page.length === 0) break;
      pages.push(page.length);
      cursor = page.at(-1)?.cursor ?? "";
    }
    expect(pages.reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(Math.max(...pages)).toBeLessThan(6);
  });
});

it.each([
  ["provisioned", [carol]],
  ["moved from another owner", [mallory, carol]],
])("a page reads no more of large images than it shows: %s", async (_, owners) => {
  for (const { uuid: owner } of owners) {
    const images = Array.from({ length: 20 }, (_, at) => ({
      ...{ uuid: makeUuid(100 + at), owner, name: "large", version: "1" },
      tags: { text: "x".repeat(90_000) },
    }));
    await provision(env.DB, { images });
  }
  const counted = wrapDatabase(env.DB);
  const page = await readEntries("", { sign: { as: "carol" }, bindings: makeBindings({ DB: counted.db }) });
  expect(page.length).toBeGreaterThan(1);
  expect(counted.results.at(-1)?.at(-1)?.results.length).toBeLessThan(6);
});

describe("a cursor", () => {
  const expired = {
    code: "CursorExpired",
    message:
      "changes after this cursor are not in the feed any more; read all images again, and go on from Oldest-Cursor",
  };

  /** 410, and a client can go on from the cursor that it names. */
  async function expectExpired(cursor: string | undefined, rest: readonly Entry[]): Promise<void> {
    const answer = await ask(`/my/changes?after=${cursor}`);
    expect(pickStatusAndJson(answer)).toEqual({ status: 410, json: expired });
    expect(await readEntries(`?after=${answer.headers.get("Oldest-Cursor")}`)).toEqual(rest);
    expect(await readEntries()).toEqual(rest);
  }

  it("of now is the start of what comes later, of an empty feed and of one whose newest image was purged too", async () => {
    const readNewest = async (as?: string): Promise<string> => {
      const answer = await ask("/my/changes?limit=1", as ? { sign: { as } } : {});
      return answer.headers.get("Newest-Cursor") ?? "";
    };
    const [before, carols] = [await readNewest(), await readNewest("carol")];
    await update(first, { name: "a" });
    expect(summarize(await readEntries(`?after=${before}`))).toEqual([[first, 2, "update"]]);
    expect(await readEntries(`?after=${carols}`, { sign: { as: "carol" } })).toEqual([]);
    const later = await ask(`/my/changes?after=${before}`);
    expect(later.headers.get("Newest-Cursor")).toBeNull();
    expect(await readNewest()).toBe((await readEntries()).at(-1)?.cursor);
    await ask(`/my/images/${second}`, { method: "DELETE" });
    await run("DELETE FROM images WHERE uuid = ?", second);
    const purged = await readNewest();
    expect(await readEntries(`?after=${purged}`)).toEqual([]);
    await update(first, { name: "b" });
    expect(summarize(await readEntries(`?after=${purged}`))).toEqual([[first, 3, "update"]]);
  });

  it("is 410 when something after it was removed, though an older change of another image is still there", async () => {
    const [before] = await readEntries();
    await update(first, { name: "a" });
    await update(first, { name: "b" });
    const entries = await readEntries();
    await run("DELETE FROM image_revisions WHERE image = ? AND revision = 2", first);
    await expectExpired(before?.cursor, entries.slice(3));
    await expectExpired(entries[1]?.cursor, entries.slice(3));
    // All that is after these is there.
    expect(await readEntries(`?after=${entries[2]?.cursor}`)).toEqual(entries.slice(3));
    expect(await readEntries(`?after=${entries[3]?.cursor}`)).toEqual([]);
  });

  it("is 410 after an image was purged, and the places of its changes are not used again", async () => {
    const [entry] = await readEntries();
    await ask(`/my/images/${second}`, { method: "DELETE" });
    const [newest] = (await readEntries()).slice(-1);
    await run("DELETE FROM images WHERE uuid = ?", second);
    await expectExpired(entry?.cursor, []);
    await update(first, { name: "a" });
    const after = await readEntries(`?after=${newest?.cursor}`);
    expect(summarize(after)).toEqual([[first, 2, "update"]]);
  });

  it("is 410 when the database was restored to an earlier moment, before and after it grows again", async () => {
    await update(first, { name: "a" });
    await update(first, { name: "b" });
    const entries = await readEntries();
    // Time travel: the last two writes never were.
    await run("DELETE FROM image_revisions WHERE sequence > 2");
    await run("UPDATE images SET name = 'first' WHERE uuid = ?", first);
    await run("UPDATE account_history SET newest = 2, removed = 0");
    await expectExpired(entries[3]?.cursor, entries.slice(0, 2));
    await expectExpired(formatCursor({ account: bob.uuid, sequence: 3, writeId: "" }), entries.slice(0, 2));
    await update(first, { name: "c" });
    const grown = await readEntries();
    await expectExpired(entries[2]?.cursor, grown);
    expect(await readEntries(`?after=${entries[1]?.cursor}`)).toEqual(grown.slice(2));
  });

  it("is 409 when it is malformed, too long, or another account's", async () => {
    const theirs = formatCursor({ account: carol.uuid, sequence: 1, writeId: "x" });
    for (const after of [
      "",
      "x",
      "ü",
      "%00",
      "a".repeat(257),
      "a".repeat(15_000),
      theirs,
      btoa("a b c").replace("=", ""),
      "AAAA*",
    ]) {
      const answer = await ask(`/my/changes?after=${encodeURIComponent(after)}`);
      expect([answer.status, (answer.json as { code: string }).code]).toEqual([409, "InvalidArgument"]);
    }
    for (const query of ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "after=a&after=b"]) {
      expect((await ask(`/my/changes?${query}`)).status).toBe(409);
    }
  });
});

describe("a poll with If-None-Match", () => {
  it("is 304 until something changes, and reads no revision", async () => {
    const counted = wrapDatabase(env.DB);
    const poll = (headers: Record<string, string> = {}, query = "") =>
      ask(`/my/changes${query}`, { headers, bindings: makeBindings({ DB: counted.db }) });
    const etag = (await poll()).headers.get("ETag") ?? "";
    const unchanged = await poll({ "If-None-Match": `"x", ${etag}` });
    expect([unchanged.status, unchanged.text, unchanged.headers.get("ETag")]).toEqual([304, "", etag]);
    const readRows = () => counted.results.at(-1)?.map(({ meta }) => meta.rows_read);
    const rows = readRows();
    // The tag is of this page, in this release.
    expect((await poll({ "If-None-Match": etag }, "?limit=99")).status).toBe(200);
    expect((await poll({ "If-None-Match": etag, "Accept-Version": "7.2.0" })).status).toBe(200);
    await update(first, { name: "a" });
    const changed = await poll({ "If-None-Match": etag });
    expect([changed.status, (changed.json as unknown[]).length]).toEqual([200, 3]);
    expect(changed.headers.get("ETag")).not.toBe(etag);
    for (let at = 0; at < 10; at += 1) await update(first, { name: `n${at}` });
    const later = (await poll()).headers.get("ETag") ?? "";
    expect((await poll({ "If-None-Match": later })).status).toBe(304);
    expect(readRows()).toEqual(rows);
  });

  it("is 410, not 304, when its cursor expired meanwhile", async () => {
    await update(first, { name: "a" });
    const [entry] = await readEntries();
    const path = `/my/changes?after=${entry?.cursor}`;
    const etag = (await ask(path)).headers.get("ETag") ?? "";
    await run("DELETE FROM image_revisions WHERE image = ? AND revision = 1", second);
    expect((await ask(path, { headers: { "If-None-Match": etag } })).status).toBe(410);
  });
});
