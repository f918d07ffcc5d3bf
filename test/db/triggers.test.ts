import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { manifestColumnNames } from "../../src/tables.ts";
import { clear } from "../support/fixtures.ts";
import { after, before, type Columns, countBytes, insert, one, read, set, two } from "../support/trigger-rows.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(() => clear(env.DB));

const record = {
  operation: "UpdateImage",
  request_hash: "hash",
  attempt_id: "attempt",
  request_id: "request",
  account: makeUuid(41),
  key_sha256: "SHA256:key",
  key_scope: null,
};

/** A revision that nobody's record tells of: provisioning made it. */
const provisioned = {
  operation: "provision",
  request_hash: null,
  attempt_id: null,
  request_id: null,
  account: null,
  key_sha256: null,
  key_scope: null,
  write_id: expect.stringMatching(/^[0-9a-f]{32}$/),
};

const readHistory = () => read("SELECT * FROM image_history ORDER BY image, revision");

const makeRevision = (revision: number, columns: Columns, more: Record<string, unknown>) => ({
  image: one,
  revision,
  time: expect.any(Number),
  ...columns,
  ...more,
});

describe("a new image", () => {
  it("has a first revision of every column, of the write that made it", async () => {
    const began = Date.now();
    await insert({ uuid: one, ...before, revision: 3, write_id: "w", write: JSON.stringify(record) });
    const [row, ...others] = await readHistory();
    expect(row).toEqual(
      makeRevision(3, before, { ...record, write_id: "w", changed: null, total_bytes: countBytes() }),
    );
    expect(others).toEqual([]);
    expect(Math.abs(Number(row?.["time"]) - began)).toBeLessThan(60_000);
  });

  it("has one of provisioning where no write is named", async () => {
    await insert({ uuid: one, ...before });
    const more = { ...provisioned, changed: null, total_bytes: countBytes() };
    expect(await readHistory()).toEqual([makeRevision(1, before, more)]);
  });
});

it("what was unset takes no bytes, and nothing but what changed is kept", async () => {
  const unset = Object.fromEntries(manifestColumnNames.map((name) => [name, null]));
  const least = { ...unset, name: "n", version: "1", owner: makeUuid(21), public: 0, state: "active" };
  await insert({ uuid: one, ...least });
  await set(one, { ...before, revision: 2 });
  const bytes = countBytes();
  expect(await read("SELECT bytes FROM image_revisions")).toEqual([{ bytes }, { bytes }]);
  await set(one, { ...before, name: "other", tags: null, revision: 3 });
  const [, , third] = await read("SELECT * FROM image_revisions");
  expect(third).toMatchObject({
    ...unset,
    name: before["name"],
    tags: before["tags"],
    is_cut: 0,
    holder: null,
  });
});

describe("a new revision", () => {
  const write = { write_id: "w", write: JSON.stringify(record) };

  beforeEach(() => insert({ uuid: one, ...before, write_id: "first", write: '{"operation":"CloneImage"}' }));

  const revise = async (columns: Columns) => {
    await set(one, columns);
    return (await readHistory()).slice(1);
  };

  it.each(manifestColumnNames.map((name) => [name]))(
    "keeps every column, and names the one that changed: %s",
    async (name) => {
      const changed = { ...before, [name]: after[name] ?? null };
      expect(changed[name]).not.toEqual(before[name]);
      const replaced = { [name]: before[name] ?? null };
      const more = { ...record, write_id: "w", changed: name, total_bytes: countBytes() + countBytes(replaced) };
      expect(await revise({ [name]: after[name] ?? null, revision: 2, ...write })).toEqual([
        makeRevision(2, changed, more),
      ]);
    },
  );

  it("names all columns that changed, in the order of the documentation, and none where none did", async () => {
    const total = countBytes() + countBytes(before);
    const all = { ...record, write_id: "w", changed: manifestColumnNames.join(", "), total_bytes: total };
    const none = { ...provisioned, changed: "", total_bytes: total + countBytes() };
    expect(await revise({ ...after, revision: 2, ...write })).toEqual([makeRevision(2, after, all)]);
    expect(await revise({ revision: 4 })).toEqual([makeRevision(2, after, all), makeRevision(4, after, none)]);
  });

  it("takes no record of the write before: it is provisioning's", async () => {
    await revise({ name: "a", revision: 2, ...write });
    const [, third] = await revise({ name: "b", revision: 3 });
    expect(third).toMatchObject({ ...provisioned, revision: 3, changed: "name" });
    const [, , fourth] = await revise({ name: "c", revision: 4, write_id: null, write: null });
    expect(fourth).toMatchObject({ ...provisioned, revision: 4, changed: "name" });
  });

  it("is made by a new number alone", async () => {
    expect(await revise({ ...after, ...write })).toEqual([]);
    expect(await revise({ name: "b", revision: 1 })).toEqual([]);
  });

  it("counts the bytes of its own image", async () => {
    await insert({ uuid: two, ...after });
    await set(two, { ...before, revision: 2 });
    const bytes = countBytes();
    expect(await read(`SELECT total_bytes FROM image_history WHERE image = '${two}' ORDER BY revision`)).toEqual([
      { total_bytes: bytes },
      { total_bytes: bytes + countBytes(after) },
    ]);
  });
});

describe("the history of an account", () => {
  const readBytes = async () =>
    Object.fromEntries((await read("SELECT * FROM account_history")).map(({ account, bytes }) => [account, bytes]));
  const [owner, other] = [String(before["owner"]), makeUuid(22)];

  it("counts the revisions of its images and the records of its keys, as long as they are kept", async () => {
    const write = JSON.stringify(record);
    await insert({ uuid: one, ...before });
    await insert({ uuid: two, ...before, write_id: "clone", write: '{"operation":"CloneImage"}' });
    await set(one, { name: "b", revision: 2, write_id: "w", write });
    const [first, second] = [countBytes(), countBytes({ name: before["name"] ?? null })];
    expect(await readBytes()).toEqual({ [owner]: first + second + 500 });
    // What provisioning writes counts to nobody, and from then on to the new owner.
    await set(one, { owner: other, revision: 3, write_id: null, write: null });
    await set(one, { name: "c", revision: 4, write_id: "v", write: '{"operation":"UpdateImage"}' });
    const fourth = countBytes({ name: "b" });
    expect(await readBytes()).toEqual({ [owner]: first + second + 500, [other]: fourth });
    await env.DB.prepare("DELETE FROM images WHERE uuid = ?").bind(one).run();
    expect(await readBytes()).toEqual({ [owner]: first + 500, [other]: 0 });
    await env.DB.prepare("DELETE FROM account_writes").run();
    expect(await readBytes()).toEqual({ [owner]: first, [other]: 0 });
  });
});

describe("an image that is removed", () => {
  it("takes its history, its shares and its mark to be trimmed along, and no other's", async () => {
    const tables = ["image_history", "image_acl", "image_trims"];
    const readImages = async () =>
      Promise.all(tables.map(async (table) => await read(`SELECT DISTINCT image FROM ${table} ORDER BY image`)));
    for (const uuid of [one, two]) {
      await insert({ uuid, ...before });
      await set(uuid, { name: "b", revision: 2, write: '{"keep_bytes":1}' });
    }
    expect(await readImages()).toEqual(tables.map(() => [{ image: one }, { image: two }]));
    await env.DB.prepare("DELETE FROM images WHERE uuid = ?").bind(one).run();
    expect(await readImages()).toEqual(tables.map(() => [{ image: two }]));
  });
});

describe("the accounts that an image is shared with", () => {
  const [a, b, c] = [makeUuid(11), makeUuid(12), makeUuid(13)];
  const share = (...accounts: string[]) => ({ acl: accounts.length > 0 ? JSON.stringify(accounts) : null });
  const readShares = async (uuid = one) =>
    (await read(`SELECT account FROM image_acl WHERE image = '${uuid}' ORDER BY account`)).map(
      ({ account }) => account,
    );

  beforeEach(() => insert({ uuid: two, ...before, ...share(a, b) }));

  it("are those of its acl, each once", async () => {
    await insert({ uuid: one, ...before, ...share(b, a, b) });
    expect(await readShares()).toEqual([a, b]);
    for (const accounts of [[b, c], [c, c, a, c], [], [a, a]]) {
      await set(one, share(...accounts));
      expect(await readShares()).toEqual([...new Set(accounts)].toSorted());
      expect(await readShares(two)).toEqual([a, b]);
    }
  });

  it("are none while it is destroyed, and its acl's again if it is brought back", async () => {
    await insert({ uuid: one, ...before, state: "destroyed" });
    expect(await readShares()).toEqual([]);
    await set(one, share(b, c));
    expect(await readShares()).toEqual([]);
    await set(one, { state: "unactivated" });
    expect(await readShares()).toEqual([b, c]);
    await set(one, { state: "active" });
    expect(await readShares()).toEqual([b, c]);
    await set(one, { state: "destroyed" });
    expect(await readShares()).toEqual([]);
    await set(one, { state: "disabled" });
    await set(one, { state: "destroyed", ...share(a) });
    expect(await readShares()).toEqual([]);
    expect(await readShares(two)).toEqual([a, b]);
  });
});
