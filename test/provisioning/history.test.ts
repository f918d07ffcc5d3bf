import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { dump } from "../../scripts/provisioning/dump.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import { makeBindings, send } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { get, image, newest, provisionThree, shared, update } from "../support/safe-writes.ts";
import { makeKey } from "../support/signer.ts";
import { readTables } from "../support/stored-tables.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(provisionThree);

const loadFile = async (file: unknown) => load(env.DB, await readProvision(JSON.stringify(file)), { isRestore: false });

const readRevisions = async () => {
  const sql = "SELECT * FROM image_history ORDER BY image, revision";
  return (await env.DB.prepare(sql).all<Record<string, unknown>>()).results;
};

const readAudit = async (of: string) => {
  const { status, json, headers } = await send({ method: "GET", path: `/my/images/${of}/audit`, headers: newest });
  return { status, json, md5: headers.get("Content-MD5") };
};

/** Writes as clients do, and one provisioned change. */
async function write(): Promise<void> {
  await update({ name: "b", acl: [mallory.uuid], tags: { 'a.b"': [1e21, null, { z: 1, a: "\u2028" }] } });
  await update({ description: "ü 🦫", homepage: "https://example.com/" }, { headers: { "Idempotency-Key": "one" } });
  await update({ acl: null, description: null });
  await env.DB.prepare(
    "UPDATE images SET os = 'linux', revision = revision + 1, write_id = NULL, write = NULL WHERE uuid = ?",
  )
    .bind(image)
    .run();
  await send({ method: "DELETE", path: `/my/images/${shared}`, headers: newest });
}

describe("an export with history", () => {
  test("restores every table in an empty database: revisions, audit, ETags and what an Idempotency-Key has done", async () => {
    await write();
    const exported = await dump(env.DB, { hasHistory: true });
    const tables = await readTables();
    const revisions = await readRevisions();
    const seen = [await readAudit(image), await get(), await readAudit(shared)];

    await clear(env.DB);
    await loadFile(exported);

    // The service's own note of the last write is not needed again: its id is in the history.
    expect(await readTables()).toStrictEqual({
      ...tables,
      images: tables.images?.map((row) => ({ ...row, write_id: null })),
    });
    expect(await readRevisions()).toStrictEqual(revisions);
    expect([await readAudit(image), await get(), await readAudit(shared)]).toStrictEqual(seen);
    expect(JSON.stringify(await dump(env.DB, { hasHistory: true }))).toBe(JSON.stringify(exported));

    const retried = await update(
      { description: "ü 🦫", homepage: "https://example.com/" },
      { headers: { "Idempotency-Key": "one" } },
    );
    expect(retried).toMatchObject({ status: 200, "Idempotent-Replayed": "true" });
    const next = await update({ name: "c" });
    expect(next).toMatchObject({ status: 200, ETag: '"6-9.0.0"' });
    expect(await readRevisions()).toHaveLength(revisions.length + 1);
  });

  test("loaded where it came from changes nothing, also after later writes, which it does not undo", async () => {
    await write();
    const exported = await dump(env.DB, { hasHistory: true });
    const before = [await readTables(), await readRevisions()];
    const unchanged = { added: 0, replaced: 0, unchanged: exported.images.length };
    expect((await loadFile(exported)).images).toStrictEqual(unchanged);
    expect([await readTables(), await readRevisions()]).toStrictEqual(before);

    await update({ name: "later" });
    const after = [await readTables(), await readRevisions()];
    await expect(loadFile(exported)).rejects.toThrow(`image ${image}: a client changed name since`);
    expect([await readTables(), await readRevisions()]).toStrictEqual(after);
  });

  test("is refused where the image has another history, and nothing of it is loaded", async () => {
    await write();
    const exported = await dump(env.DB, { hasHistory: true });
    await provisionThree();
    const before = [await readTables(), await readRevisions()];
    await expect(load(env.DB, await readProvision(JSON.stringify(exported)))).rejects.toThrow(
      `image ${image} is stored with another history: load the file into an empty database, or without history`,
    );
    expect([await readTables(), await readRevisions()]).toStrictEqual(before);
  });

  test("keeps the gap of a trimmed history, and goes on trimming by the same bytes", async () => {
    await write();
    await env.DB.prepare("DELETE FROM image_revisions WHERE image = ? AND revision < 3").bind(image).run();
    const exported = await dump(env.DB, { hasHistory: true });
    const audit = await readAudit(image);
    await clear(env.DB);
    await loadFile(exported);
    expect(await readAudit(image)).toStrictEqual(audit);
    await env.DB.prepare("UPDATE image_revisions SET time = time - 120000").run();
    const answer = await update({ name: "trims" }, { bindings: makeBindings({ HISTORY_BYTES: "1" }) });
    expect(answer.status).toBe(200);
    const kept = (await readRevisions()).filter((row) => row["image"] === image);
    expect(kept.map((row) => row["revision"])).toEqual([6]);
  });
});

test("an entry of an export leaves out a long field that the next one has too", async () => {
  const tags = { text: "ü".repeat(1200) };
  await update({ tags });
  for (const name of ["b", "c"]) await update({ name });
  await update({ tags: { text: "short" } });
  const { images } = await dump(env.DB, { hasHistory: true });
  const { history } = images.find(({ uuid }) => uuid === image) as unknown as { history: Record<string, unknown>[] };
  expect(history.map((entry) => [entry["same"], (entry["image"] as { tags?: unknown }).tags])).toEqual([
    [undefined, undefined],
    [["tags"], undefined],
    [["tags"], undefined],
    [undefined, tags],
    [undefined, { text: "short" }],
  ]);
  const revisions = await readRevisions();
  const audit = await readAudit(image);
  await clear(env.DB);
  await loadFile({ ...(await dump(env.DB)), images });
  expect(await readRevisions()).toStrictEqual(revisions);
  await provision(env.DB, { accounts: [{ ...bob, keys: [makeKey("ed25519")] }] });
  expect(await readAudit(image)).toStrictEqual(audit);
});

test("an export of the release before, with whole images and a gap, is restored as it was", async () => {
  const makeEntry = (revision: number, name: string, changed?: string[]) => ({
    revision,
    time: "2026-01-01T00:00:00.000Z",
    operation: "UpdateImage",
    account: bob.uuid,
    keySha256: "SHA256:x",
    requestId: "r",
    changed,
    writeId: `w${revision}`,
    image: { owner: bob.uuid, name, version: "1", state: "active" },
  });
  const history = [makeEntry(2, "b", ["name"]), makeEntry(5, "e", ["version"]), makeEntry(6, "f", ["name"])];
  const uuid = makeUuid(9);
  await loadFile({ images: [{ uuid, owner: bob.uuid, name: "f", version: "1", revision: 6, history }] });
  const audit = (await readAudit(uuid)).json as { revision: number; changes: unknown }[];
  expect(audit.map(({ revision, changes }) => [revision, changes])).toEqual([
    [6, { name: { before: "e", after: "f" } }],
    [5, null],
    [2, null],
  ]);
  for (const { revision, image } of history) {
    const { json } = await send({ method: "GET", path: `/my/images/${uuid}?revision=${revision}`, headers: newest });
    expect(json).toMatchObject({ name: image.name });
  }
});

describe("an export with history is refused, each mistake named,", () => {
  const uuid = "0a0a0a0a-0000-4000-8000-000000000001";
  const manifest = { uuid, owner: mallory.uuid, name: "n", version: "1", os: null, type: null };
  const stored = { owner: mallory.uuid, name: "n", version: "1", state: "active" };
  const revision = {
    revision: 1,
    time: "2026-01-01T00:00:00.000Z",
    operation: "provision",
    writeId: "w1",
    image: stored,
  };
  const entry = { ...manifest, revision: 1, history: [revision] };

  test.each<[string, object, string]>([
    [
      "without a number",
      { ...entry, revision: undefined },
      "revision is that of the last entry of history; it is missing",
    ],
    ["with another number", { ...entry, revision: 2 }, "revision is that of the last entry of history; 2 was sent"],
    ["without entries", { ...entry, history: [] }, "revision is that of the last entry of history; 1 was sent"],
    [
      "with a field that the next entry has, where none follows",
      { ...entry, history: [{ ...revision, same: ["tags"] }] },
      "history[0]: same is for an entry that another one follows",
    ],
    [
      "with a field left out that may not be",
      { ...entry, history: [{ ...revision, same: ["name"] }] },
      'history[0]: same[0] is one of acl, tags, requirements, files, description; "name" was sent',
    ],
    [
      "with an image before that is none",
      { ...entry, history: [{ ...revision, before: { ...stored, name: 7 } }] },
      "history[0]: before: name is a string of 1 to 1024 characters without U+0000 or a lone surrogate; 7 was sent",
    ],
    ["that is no list", { ...entry, history: {} }, "history is an array; an object was sent"],
    ["with other fields", { ...entry, name: "m" }, "the last entry of history has other fields than the image"],
    [
      "out of order",
      { ...entry, history: [revision, { ...revision, writeId: "w2" }] },
      "history[1]: revision is more than that of the entry before",
    ],
    [
      "of an operation that is none",
      { ...entry, history: [{ ...revision, operation: "Guess" }] },
      expect.stringContaining("history[0]: operation is one of UpdateImage, ") as unknown as string,
    ],
    [
      "with an image that is none",
      { ...entry, history: [{ ...revision, image: { ...stored, owner: "me" } }] },
      'history[0]: image: owner is a UUID in lower case; "me" was sent',
    ],
  ])("%s", async (_, sent, mistake) => {
    const place = `[0] (${uuid}): `;
    const refusal = await readProvision(JSON.stringify([sent])).catch((error: unknown) => error);
    expect(refusal).toHaveProperty("mistakes", [
      typeof mistake === "string"
        ? `${place}${mistake}`
        : expect.stringContaining(`${place}history[0]: operation is one of UpdateImage, `),
    ]);
  });

  test("with a write that another image has too", async () => {
    const other = { ...entry, uuid: "0a0a0a0a-0000-4000-8000-000000000002" };
    await expect(readProvision(JSON.stringify([entry, other]))).rejects.toThrow(
      `image ${other.uuid}: writeId w1 of revision 1 is that of image ${uuid} already`,
    );
  });

  test("but takes a name that was stored before names had a rule here", async () => {
    const old = { ...entry, name: "ä", history: [{ ...revision, image: { ...stored, name: "ä" } }] };
    await clear(env.DB);
    await loadFile([old]);
    expect((await dump(env.DB)).images).toMatchObject([{ uuid, name: "ä" }]);
    await expect(readProvision(JSON.stringify([{ ...manifest, name: "ä" }]))).rejects.toThrow(
      'name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; "ä" was sent',
    );
  });
});
