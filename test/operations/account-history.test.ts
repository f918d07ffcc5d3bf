import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, mallory, provision } from "../support/fixtures.ts";
import { get, image, newest, pickWriteAnswer, provisionThree, shared, update } from "../support/safe-writes.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(provisionThree);

/** A revision takes 700 bytes and what it replaced, the record of a key 500. */
const bound = 10_000;
const bindings = makeBindings({ ACCOUNT_HISTORY_BYTES: String(bound), HISTORY_REVISIONS: "0", HISTORY_BYTES: "0" });

const readBytes = async (account: string = bob.uuid) =>
  await env.DB.prepare("SELECT bytes FROM account_history WHERE account = ?").bind(account).first<number>("bytes");

/** What the history of an account takes, counted. */
const countBytes = async (account: string = bob.uuid) =>
  await env.DB.prepare(
    `SELECT (SELECT coalesce(sum(bytes), 0) FROM image_revisions WHERE holder = ?1)
       + 500 * (SELECT count(*) FROM account_writes WHERE account = ?1) AS bytes`,
  )
    .bind(account)
    .first<number>("bytes");

/** Makes all revisions and records older. */
const age = (ms: number) =>
  env.DB.batch(
    ["image_revisions", "account_writes"].map((table) =>
      env.DB.prepare(`UPDATE ${table} SET time = time - ?`).bind(ms),
    ),
  );

/** Writes until the history is full. @returns how many writes it took */
async function fill(): Promise<number> {
  for (let at = 0; at < 2 * (bound / 700); at += 1) {
    const { status } = await update({ name: `n${at}` }, { bindings });
    if (status !== 200) return at;
  }
  throw new Error("the history is never full");
}

const full = {
  status: 429,
  "Retry-After": expect.stringMatching(/^(?:[1-9]|[1-5][0-9]|60)$/),
  json: {
    code: "RequestThrottled",
    message: expect.stringMatching(
      /^the history of the account's images is full, and too recent to be removed; try again after \d+ seconds$/,
    ),
  },
};

describe("a history of an account that is full of revisions of the last minute", () => {
  it("refuses the next write with Retry-After, and changes nothing", async () => {
    const writes = await fill();
    expect(await readBytes()).toBe(await countBytes());
    expect(await readBytes()).toBeLessThan(bound + 800);
    const before = await get({ bindings });
    expect(await update({ name: "more" }, { bindings })).toEqual(full);
    expect(await get({ bindings })).toEqual(before);
    expect(before).toMatchObject({ ETag: `"${writes + 1}-9.0.0"` });
    expect(await readBytes()).toBe(await countBytes());
  });

  it("refuses every write of the account, and answers reads, dry runs and what changes nothing", async () => {
    await fill();
    const path = `/my/images/${image}`;
    const writes: TestRequest[] = [
      { path: `${path}?action=update`, body: '{"name":"x"}' },
      { path: `${path}?action=revert&revision=1` },
      { path: `${path}/acl?action=add`, body: JSON.stringify([mallory.uuid]) },
      { path: `${path}/tags`, body: '{"a":1}' },
      { method: "PUT", path: `${path}/tags`, body: '{"a":1}' },
      { path: `/my/images/${shared}?action=clone` },
      { method: "DELETE", path },
    ];
    for (const write of writes) {
      const answer = pickWriteAnswer(await send({ ...write, headers: newest, bindings }));
      expect([write.path, answer]).toEqual([write.path, full]);
      const rehearsed = `${write.path}${write.path.includes("?") ? "&" : "?"}dry-run=true`;
      expect((await send({ ...write, path: rehearsed, bindings })).status).toBeLessThan(300);
    }
    const name = (await get({ bindings })).json as { name: string };
    expect(await update({ name: name.name }, { bindings })).toMatchObject({ status: 200, "Changed-Fields": "" });
    // The record of a key needs room too.
    const keyed = { bindings, headers: { "Idempotency-Key": "k" } };
    expect(await update({ name: name.name }, keyed)).toEqual(full);
    expect((await send({ method: "GET", path: `${path}/audit`, bindings })).status).toBe(200);
  });

  it("refuses last: what is wrong otherwise is named, and a key that was applied is replayed", async () => {
    const keyed = { bindings, headers: { "Idempotency-Key": "k" } };
    const first = await update({ name: "keyed" }, keyed);
    await fill();
    expect(await update({ name: "keyed" }, keyed)).toEqual({ ...first, "Idempotent-Replayed": "true" });
    expect(await update({ name: "ü" }, { bindings })).toMatchObject({ status: 422 });
    expect(await update({ name: "x" }, { bindings, of: makeUuid(7) })).toMatchObject({ status: 404 });
    expect(await update({ name: "x" }, { bindings, headers: { "If-Match": '"1-9.0.0"' } })).toMatchObject({
      status: 412,
    });
  });

  it("makes no room for a write that is refused, or changes nothing", async () => {
    await fill();
    await age(120_000);
    const bytes = await readBytes();
    expect(await update({ name: "x" }, { bindings, headers: { "If-Match": '"1-9.0.0"' } })).toMatchObject({
      status: 412,
    });
    const { name } = (await get({ bindings })).json as { name: string };
    expect(await update({ name }, { bindings })).toMatchObject({ status: 200, "Changed-Fields": "" });
    expect(await readBytes()).toBe(bytes);
    expect(await update({ name: "x" }, { bindings })).toMatchObject({ status: 200 });
    expect(await readBytes()).toBeLessThan(bytes ?? 0);
  });

  it("is no matter of other accounts: they write, and leave its images", async () => {
    await update({ acl: [mallory.uuid] }, { bindings });
    await fill();
    const asMallory = { bindings, sign: { as: mallory.login } };
    expect(await update({ name: "x" }, { of: shared, ...asMallory })).toMatchObject({ status: 200 });
    const leave = { path: `/my/images/${image}/acl?action=remove`, body: JSON.stringify([mallory.uuid]) };
    expect((await send({ ...leave, ...asMallory })).status).toBe(204);
  });

  it("has no bound with 0", async () => {
    const off = makeBindings({ ACCOUNT_HISTORY_BYTES: "0" });
    await fill();
    expect(await update({ name: "more" }, { bindings: off })).toMatchObject({ status: 200 });
  });
});

describe("a history of an account that is full of what is older than a minute", () => {
  it("loses its oldest revisions, and the write is made", async () => {
    const others = [makeUuid(1), makeUuid(2)];
    await provision(env.DB, { images: others.map((uuid) => ({ uuid, owner: bob.uuid, name: "n", version: "1" })) });
    for (const name of ["older", "oldest"]) await update({ name }, { of: others[0] ?? "", bindings });
    await age(1000);
    const writes = await fill();
    const audit = async (of: string) => (await send({ method: "GET", path: `/my/images/${of}/audit`, bindings })).json;
    const before = (await audit(image)) as unknown[];
    expect(before).toHaveLength(writes + 1);
    // The two oldest are over a minute old, but each image keeps its newest.
    await env.DB.prepare("UPDATE image_revisions SET time = time - 61000 WHERE image = ?")
      .bind(others[0] ?? "")
      .run();
    expect(await update({ name: "more" }, { bindings })).toMatchObject({ status: 200, "Changed-Fields": "name" });
    expect(await readBytes()).toBe(await countBytes());
    expect(await audit(others[0] ?? "")).toMatchObject([{ revision: 3, changes: { name: { before: "older" } } }]);
    expect(await audit(others[1] ?? "")).toMatchObject([{ action: "provision" }]);
    expect(((await audit(image)) as unknown[]).slice(1)).toEqual(before);
    expect(await update({ name: "again" }, { bindings })).toEqual(full);
    await age(61_000);
    expect(await update({ name: "again" }, { bindings })).toMatchObject({ status: 200 });
    expect(await audit(image)).toMatchObject([
      { changes: { name: { before: "more", after: "again" } } },
      { changes: { name: { before: `n${writes - 1}`, after: "more" } } },
    ]);
    const { json } = await send({ method: "GET", path: `/my/images/${image}?revision=${writes + 2}`, bindings });
    expect(json).toMatchObject({ name: "more" });
  });

  it("loses records of keys after a day alone", async () => {
    const writeKeyed = async (at: number) =>
      await update({ name: "my-image" }, { bindings, headers: { "Idempotency-Key": `k${at}` } });
    let keys = 0;
    while ((await writeKeyed(keys)).status === 200) keys += 1;
    expect(keys).toBe(20);
    await age(61_000);
    const refused = await writeKeyed(keys + 1);
    expect(refused).toMatchObject({ status: 429, json: { code: "RequestThrottled" } });
    expect(Number((refused as { "Retry-After"?: string })["Retry-After"])).toBeGreaterThan(23 * 3600);
    expect(await writeKeyed(0)).toMatchObject({ status: 200, "Idempotent-Replayed": "true" });
    await age(24 * 3_600_000);
    expect(await writeKeyed(keys + 2)).toMatchObject({ status: 200 });
    expect(await readBytes()).toBe(await countBytes());
  });
});
