import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { dump } from "../../scripts/provisioning/dump.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import { clear } from "../support/fixtures.ts";
import { readTables } from "../support/stored-tables.ts";

const owner = "a11ce000-0000-4000-8000-000000000000";
const [one, two] = ["11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"];
const manifest = { uuid: one, owner, name: "base", version: "1", os: null, type: null, description: "old" };
const other = { ...manifest, uuid: two };

const read = (...manifests: object[]) => readProvision(JSON.stringify(manifests));

/** A client's write, as the service stores one. */
const change = (set: string, uuid = one) =>
  env.DB.prepare(
    `UPDATE images SET ${set}, revision = revision + 1, write_id = lower(hex(randomblob(16))),
     write = '{"operation":"UpdateImage"}' WHERE uuid = ?`,
  )
    .bind(uuid)
    .run();

const guarded = { isRestore: false };

beforeEach(async () => {
  await clear(env.DB);
  await load(env.DB, await read(manifest, other));
});

test("a file that brings an image back or undoes a client is refused whole, and --restore loads it", async () => {
  await change("description = 'new', tags = '{}'");
  await change("state = 'destroyed'", two);
  const before = await readTables();
  const file = await read(manifest, other, { ...manifest, uuid: owner });
  await expect(load(env.DB, file, guarded)).rejects.toMatchObject({
    mistakes: [
      `image ${one}: a client changed description, tags since, and it would be undone; --restore does it`,
      `image ${two} was destroyed and would come back; --restore does it`,
    ],
  });
  expect(await readTables()).toStrictEqual(before);
  expect((await load(env.DB, file)).images).toStrictEqual({ added: 1, replaced: 2, unchanged: 0 });
  expect((await load(env.DB, file, guarded)).images).toStrictEqual({ added: 0, replaced: 0, unchanged: 3 });
});

test("a field that no client changed may change, and so may one that the file and the client agree on", async () => {
  await change("description = 'new'");
  const file = await read({ ...manifest, description: "new", homepage: "http://a/" });
  expect((await load(env.DB, file, guarded)).images).toStrictEqual({ added: 0, replaced: 1, unchanged: 0 });
});

test("a change counts by the revisions of its own image, however often another one was loaded", async () => {
  await change("description = 'new'");
  for (const description of ["a", "b", "c"]) await load(env.DB, await read({ ...other, description }));
  await expect(load(env.DB, await read(manifest), guarded)).rejects.toMatchObject({
    mistakes: [`image ${one}: a client changed description since, and it would be undone; --restore does it`],
  });
});

test("a client's change of one image does not keep another from being loaded", async () => {
  for (const description of ["a", "b"]) await change(`description = '${description}'`, two);
  const file = await read({ ...manifest, description: "file" });
  expect((await load(env.DB, file, guarded)).images).toStrictEqual({ added: 0, replaced: 1, unchanged: 0 });
});

test("a change whose revisions are no longer kept counts as a client's", async () => {
  await change("description = 'new'");
  await env.DB.prepare("DELETE FROM image_revisions").run();
  await expect(load(env.DB, await read(manifest), guarded)).rejects.toThrow("changed description since");
});

test("a client's write between the check and the load is not undone", async () => {
  const file = await read({ ...manifest, description: "file" }, other);
  const batch = env.DB.batch.bind(env.DB);
  let calls = 0;
  // The comparison is a few reads; the client writes before the batch that loads.
  const db = Object.assign(Object.create(env.DB), {
    prepare: env.DB.prepare.bind(env.DB),
    batch: async (statements: D1PreparedStatement[]) => {
      calls += 1;
      if (calls === 3) await change("description = 'new'");
      return await batch(statements);
    },
  });
  await expect(load(db, file, guarded)).rejects.toThrow("changed description since");
  expect(calls).toBe(5);
  expect((await readTables()).images).toMatchObject([{ description: "new", revision: 2 }, { revision: 1 }]);
});

test("an image that another file destroys between the check and the load does not come back", async () => {
  const file = await read({ ...manifest, description: "file" }, other);
  const batch = env.DB.batch.bind(env.DB);
  let calls = 0;
  const db = Object.assign(Object.create(env.DB), {
    prepare: env.DB.prepare.bind(env.DB),
    batch: async (statements: D1PreparedStatement[]) => {
      calls += 1;
      if (calls === 3) await load(env.DB, await read({ ...manifest, state: "destroyed" }), guarded);
      return await batch(statements);
    },
  });
  await expect(load(db, file, guarded)).rejects.toMatchObject({
    mistakes: [`image ${one} was destroyed and would come back; --restore does it`],
  });
  expect((await readTables()).images).toMatchObject([{ state: "destroyed", description: "old", revision: 2 }, {}]);
});

test("tags in another order, as adding them one by one leaves them, are no change", async () => {
  // Node writes the key 1 before all others.
  await change(`tags = '{"b":{"d":1,"2":[1,"x"]},"1":2}'`);
  const exported = await dump(env.DB);
  expect((await load(env.DB, await readProvision(JSON.stringify(exported)), guarded)).images).toStrictEqual({
    added: 0,
    replaced: 0,
    unchanged: 2,
  });
  for (const tags of [{ b: { d: 1, "2": [1, "x"] } }, { b: { d: 1, "2": ["x", 1] }, "1": 2 }, null, {}])
    await expect(load(env.DB, await read({ ...manifest, tags }), guarded)).rejects.toThrow(
      "a client changed tags since",
    );
});
