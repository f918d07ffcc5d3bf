import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import type { Bindings } from "../../src/context.ts";
import { type Answer, pickStatusAndJson, readAnswer } from "../support/answer.ts";
import { makeBindings, makeRequest, send } from "../support/client.ts";
import { expectDocumented } from "../support/documented.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const audited = makeUuid(1);

/** Makes images of bob, each with tags of so many bytes. */
const storeImages = (count: number, tagBytes: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO images (uuid, name, version, owner, state, tags)
     SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'n' || i, '1', ?2, 'active',
       json_object('i', i, 't', substr(hex(zeroblob(?3)), 1, ?3)) FROM n`,
  )
    .bind(count, bob.uuid, tagBytes)
    .run();

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, { accounts: [{ ...bob, keys: [makeKey("ed25519")] }], images: [] });
});

const request = (path: string, some: Partial<Bindings> = {}, method = "GET") => ({
  method,
  path,
  headers: { "Accept-Version": "9.0.0" },
  sign: { key: "ed25519" as const },
  bindings: makeBindings(some),
});

const get = (path: string, some: Partial<Bindings> = {}): Promise<Answer> => send(request(path, some));

const pickLengths = ({ headers }: Answer) => ["Content-MD5", "Content-Length"].map((name) => headers.get(name));

type Item = { id?: string; revision?: number; name?: string };

/** Reads all pages of `limit` items, one after the other. */
async function readPages(path: string, limit: number): Promise<Item[]> {
  const all: Item[] = [];
  for (let marker = ""; ; ) {
    const page = (await get(`${path}?limit=${limit}${marker}`)).json as Item[];
    all.push(...page);
    if (page.length < limit) return all;
    marker = `&marker=${page.at(-1)?.id ?? page.at(-1)?.revision}`;
  }
}

describe("an answer of more than one page is streamed, and is the same as its pages", () => {
  it("for a list of 1500 small images", async () => {
    await storeImages(1500, 10);
    const answer = await get("/my/images");
    expect([answer.status, ...pickLengths(answer)]).toEqual([200, null, null]);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.json).toEqual(await readPages("/my/images", 400));
    expect((answer.json as Item[]).length).toBe(1500);
  });

  it("for a list of images of 90 KB that takes more than a megabyte", async () => {
    await storeImages(100, 90_000);
    const answer = await get("/my/images");
    expect([answer.status, ...pickLengths(answer)]).toEqual([200, null, null]);
    expect(answer.text.length).toBeGreaterThan(9_000_000);
    expect(answer.json).toEqual(await readPages("/my/images", 30));
  });

  it("for a list of 2500 keys", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
       INSERT INTO keys (account, name, fingerprint, fingerprintSha256, key) SELECT ?, printf('k%05d', i), 'f' || i, 's' || i, 'key' FROM n`,
    )
      .bind(bob.uuid)
      .run();
    const answer = await get("/my/keys");
    expect([answer.status, ...pickLengths(answer)]).toEqual([200, null, null]);
    const names = (answer.json as Item[]).map(({ name }) => name);
    expect(names).toEqual([
      "ed25519",
      ...Array.from({ length: 2500 }, (_, at) => `k${String(at + 1).padStart(5, "0")}`),
    ]);
  });
});

describe("an answer of one page has its digest and its length", () => {
  it.each([
    ["a list of 1000 small images", 1000, 10, "/my/images"],
    ["a list of 5 images of 90 KB", 5, 90_000, "/my/images"],
    ["an audit", 1, 10, `/my/images/${audited}/audit`],
    ["a list of keys", 1, 10, "/my/keys"],
  ])("%s", async (...[, count, bytes, path]) => {
    await storeImages(count, bytes);
    const answer = await get(path);
    const digest = await crypto.subtle.digest("MD5", new TextEncoder().encode(answer.text));
    const md5 = btoa(String.fromCharCode(...new Uint8Array(digest)));
    expect(answer.headers.get("Content-MD5")).toBe(md5);
    expect(pickLengths(await send(request(path, {}, "HEAD")))).toEqual([md5, String(answer.text.length)]);
  });
});

it("a list of exactly one page of keys has its digest and its length", async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
     INSERT INTO keys (account, name, fingerprint, fingerprintSha256, key) SELECT ?, 'k' || i, 'f' || i, 's' || i, 'key' FROM n`,
  )
    .bind(bob.uuid)
    .run();
  const { text, json } = await get("/my/keys");
  expect((json as Item[]).length).toBe(100);
  const [md5, length] = pickLengths(await send(request("/my/keys", {}, "HEAD")));
  expect([typeof md5, length]).toEqual(["string", String(text.length)]);
});

it("HEAD of a streamed list has its headers and no body", async () => {
  await storeImages(1500, 10);
  const head = await send(request("/my/images", {}, "HEAD"));
  expect([head.status, head.text, ...pickLengths(head)]).toEqual([200, "", null, null]);
  expect(head.headers.get("Content-Type")).toBe("application/json");
});

describe("MAX_LIST refuses a list that is too long before anything is sent", () => {
  it.each([1499, 1000, 999, 1])("of 1500 images with MAX_LIST %i", async (most) => {
    await storeImages(1500, 10);
    const answer = await get("/my/images", { MAX_LIST: String(most) });
    expect(pickStatusAndJson(answer)).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message: expect.stringMatching(new RegExp(`${most}.*limit.*marker`)) },
    });
    expect(answer.headers.has("Content-MD5")).toBe(true);
  });

  it("and not one that is just long enough", async () => {
    await storeImages(1500, 10);
    expect(((await get("/my/images", { MAX_LIST: "1500" })).json as Item[]).length).toBe(1500);
  });
});

describe("a failure in mid-stream", () => {
  // 1: credentials, 2: first page, 3: count, 4: second page, 5: third page.
  const readThird = 5;

  /** The response, its body unread, of a list of three pages. */
  async function openList(beforeCall: (call: number) => Promise<unknown> | undefined) {
    await storeImages(2500, 10);
    const { text: whole } = await get("/my/images");
    const wrapped = wrapDatabase(env.DB, async (run, call) => {
      await beforeCall(call);
      return run();
    });
    const { bindings, ...unsent } = request("/my/images", { DB: wrapped.db });
    const response = await app.fetch(await makeRequest(unsent), bindings);
    return { response, wrapped, whole };
  }

  it.each([
    ["D1 fails", () => Promise.reject(new Error("D1_ERROR: gone")), /ServiceUnavailable|did not answer/],
    ["the key is deleted", () => env.DB.prepare("DELETE FROM keys").run(), /Invalid Signature/],
  ])("breaks the body rather than ending the JSON, and is on the log: %s", async (_, fail, cause) => {
    const { result, lines } = await captureLog(async () => {
      const { response, whole } = await openList((call) => (call >= readThird ? fail() : undefined));
      let text = "";
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
      } catch (error) {
        return { status: response.status, isPart: whole.startsWith(text) && text.length < whole.length, error };
      }
      throw new Error("the body ended as if it were whole");
    });
    expect(result).toMatchObject({ status: 200, isPart: true });
    // The stream may break before the line of its request is written.
    const [broken, ...others] = lines.toSorted((one, two) => Number("stream" in two) - Number("stream" in one));
    expect(broken).toEqual({ requestId: expect.any(String), stream: "broken", cause: expect.stringMatching(cause) });
    expect(others).toMatchObject([{ status: 200 }, { status: 200, requestId: broken?.["requestId"] }]);
  });

  it("before the ids of the other pages are known is an ordinary refusal", async () => {
    const { response } = await openList((call) =>
      call === 3 ? Promise.reject(new Error("D1_ERROR: gone")) : undefined,
    );
    const answer = await readAnswer(response);
    expect(pickStatusAndJson(answer)).toMatchObject({ status: 503, json: { code: "ServiceUnavailableError" } });
    expectDocumented({ method: "GET", url: "http://127.0.0.1/my/images" }, answer);
  });

  it("of the client, which reads no further, reads no further pages", async () => {
    const { response, wrapped } = await openList(() => undefined);
    await env.DB.prepare("SELECT 1").run();
    // What follows the first page is read for a client that takes it.
    expect(wrapped.calls).toBe(3);
    await response.body?.cancel();
    expect(wrapped.calls).toBe(3);
  });

  it("of the client, which reads two pages of three, leaves the third unread", async () => {
    const { response, wrapped } = await openList(() => undefined);
    const reader = response.body?.getReader();
    for (let image = 0; image < 2000; image += 1) await reader?.read();
    // What was asked for ahead would be there before this answer.
    await env.DB.prepare("SELECT 1").run();
    expect(wrapped.calls).toBe(readThird - 1);
    await reader?.read();
    expect(wrapped.calls).toBe(readThird);
    await reader?.cancel();
  });
});

describe("what an account can no longer see when its page is read", () => {
  const destroy = (ids: readonly string[]) =>
    env.DB.prepare("UPDATE images SET state = 'destroyed' WHERE uuid IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(ids))
      .run();

  const readIds = ({ json }: Answer) => (json as Item[]).map(({ id }) => id);

  /** The list, where these images are destroyed right before a round trip. */
  const listWith = async (path: string, { before, ids }: { before: number; ids: readonly string[] }) => {
    const { db } = wrapDatabase(env.DB, async (run, call) => {
      if (call === before) await destroy(ids);
      return run();
    });
    return readIds(await get(path, { DB: db }));
  };

  const last = makeUuid(1101);

  it("is left out of a later page", async () => {
    await storeImages(1102, 10);
    const listed = readIds(await get("/my/images"));
    // 1: credentials, 2: first page, 3: ids, 4: second page.
    expect(await listWith("/my/images", { before: 4, ids: [last] })).toEqual(listed.filter((id) => id !== last));
  });

  it("is left out where it is large, and read by itself", async () => {
    await storeImages(4, 5000);
    // 1: credentials, 2: the page, 3: what is large of it.
    const ids = await listWith("/my/images", { before: 3, ids: [makeUuid(2), makeUuid(3)] });
    expect(ids).toEqual([makeUuid(1), makeUuid(4)]);
  });

  it("takes no place of a page that is searched by tags", async () => {
    await storeImages(14, 90_000);
    await env.DB.prepare("UPDATE images SET tags = json_set(tags, '$.role', 'db') WHERE name IN ('n2', 'n3')").run();
    // 1: credentials, 2: the first try, 3: the candidates, 4: the search of the first megabyte.
    const ids = await listWith("/my/images?tag.role=db&limit=1", { before: 4, ids: [makeUuid(2)] });
    expect(ids).toEqual([makeUuid(3)]);
  });

  it.each([
    // 1: credentials, 2: the page, 3: what is large of it.
    ["a list of large images", { count: 4, tagBytes: 5000, query: "", before: 3 }],
    // 1: credentials, 2: the first try, 3: the candidates, 4: the search of the first megabyte, which finds none.
    ["a search of many tags", { count: 14, tagBytes: 90_000, query: "?tag.i=none", before: 4 }],
  ])("is everything once its key is deleted: %s is 401", async (_, { count, tagBytes, query, before }) => {
    await storeImages(count, tagBytes);
    const { db } = wrapDatabase(env.DB, async (run, call) => {
      if (call === before) await env.DB.prepare("DELETE FROM keys").run();
      return run();
    });
    const refused = await get(`/my/images${query}`, { DB: db });
    expect(pickStatusAndJson(refused)).toMatchObject({ status: 401, json: { code: "InvalidCredentials" } });
  });
});
