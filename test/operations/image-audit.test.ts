import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send } from "../support/client.ts";
import { bob, mallory, provision } from "../support/fixtures.ts";
import { get, hidden, image, newest, pickWriteAnswer, provisionThree, shared, update } from "../support/safe-writes.ts";
import { computeFingerprint } from "../support/signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

beforeEach(provisionThree);

type Entry = { revision: number; action: string; changes: Record<string, unknown> | null; time: string };

const getAudit = async (query = "", { of = image, as = "my", ...more } = {}) =>
  pickWriteAnswer(await send({ method: "GET", path: `/${as}/images/${of}/audit${query}`, headers: newest, ...more }));

const listEntries = async (query?: string, more?: object): Promise<Entry[]> =>
  (await getAudit(query, more)).json as Entry[];

const makeCaller = (requestId: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/)) => ({
  type: "signature",
  keyId: `/bob/keys/${computeFingerprint("ed25519", "sha256")}`,
  account: bob.uuid,
  requestId,
});

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const provisioned = {
  action: "provision",
  success: "yes",
  time,
  caller: { type: "operator" },
  revision: 1,
  changes: {
    name: { before: null, after: "my-image" },
    version: { before: null, after: "1.0.0" },
    os: { before: null, after: "smartos" },
    requirements: { before: null, after: {} },
    type: { before: null, after: "zvol" },
    owner: { before: null, after: bob.uuid },
    public: { before: null, after: false },
    state: { before: null, after: "active" },
  },
};

describe("ImageAudit", () => {
  it("lists who changed what and when, newest first", async () => {
    const before = Date.now();
    await update({ name: "b", acl: [mallory.uuid] }, { headers: { "Request-Id": "my-request" } });
    await update({ acl: null, tags: { a: 1 } });
    await update({ tags: { a: 1 } });
    await update({ name: "ü" });
    await provision(env.DB, {
      images: [
        {
          uuid: image,
          owner: bob.uuid,
          name: "b",
          version: "1.0.0",
          os: "smartos",
          type: "zvol",
          tags: {},
          public: true,
        },
      ],
    });
    expect(await getAudit()).toEqual({
      status: 200,
      json: [
        {
          ...provisioned,
          revision: 4,
          changes: { tags: { before: { a: 1 }, after: {} }, public: { before: false, after: true } },
        },
        {
          action: "update",
          success: "yes",
          time,
          caller: makeCaller(),
          revision: 3,
          changes: { tags: { before: null, after: { a: 1 } }, acl: { before: [mallory.uuid], after: null } },
        },
        {
          action: "update",
          success: "yes",
          time,
          caller: makeCaller("my-request"),
          revision: 2,
          changes: { name: { before: "my-image", after: "b" }, acl: { before: null, after: [mallory.uuid] } },
        },
        provisioned,
      ],
    });
    const times = (await listEntries()).map((entry) => Date.parse(entry.time));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(Math.min(...times)).toBeGreaterThan(before - 5000);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
  });

  it("shows fields as the release shows them", async () => {
    await provision(env.DB, {
      images: [{ uuid: image, owner: bob.uuid, name: "my-image", version: "1.0.0", os: "smartos", type: "lx" }],
    });
    expect((await listEntries())[0]?.changes).toEqual({ type: { before: "zvol", after: "lx" } });
    const older = await listEntries("", { headers: { "Accept-Version": "~7" } });
    expect(older[0]?.changes).toEqual({ type: { before: "virtualmachine", after: "smartmachine" } });
  });

  it("lists clones and deletions too, and is kept after the deletion", async () => {
    const clone = await send({ path: `/my/images/${shared}?action=clone`, headers: newest });
    const { id } = clone.json as { id: string };
    await send({ method: "DELETE", path: `/my/images/${id}` });
    const [deleted, made, ...others] = await listEntries("", { of: id });
    expect(others).toEqual([]);
    expect(made).toMatchObject({
      action: "clone",
      revision: 1,
      caller: makeCaller(),
      changes: { name: { before: null, after: "shared" } },
    });
    expect(deleted).toMatchObject({
      action: "delete",
      revision: 2,
      changes: { state: { before: "active", after: "destroyed" } },
    });
    expect((await get({ of: id })).status).toBe(404);
  });

  it("is for the owner and operators only", async () => {
    const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };
    expect(await getAudit("", { of: hidden })).toEqual(notFound);
    expect(await getAudit("", { of: "00000000-0000-4000-8000-000000000000" })).toEqual(notFound);
    expect(await getAudit("", { of: shared })).toEqual({
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image, and operators, may see its history" },
    });
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    for (const of of [shared, hidden, image]) expect((await getAudit("", { of })).status, of).toBe(200);
    await send({ path: `/mallory/images/${hidden}?action=update`, body: '{"name":"x"}' });
    expect(await listEntries("", { of: hidden, as: "mallory", sign: { as: "mallory" } })).toMatchObject([
      { action: "update", caller: makeCaller() },
      { action: "provision" },
    ]);
  });

  it("is paged by limit and marker, which is a revision", async () => {
    for (const name of ["b", "c", "d", "e"]) await update({ name });
    const listRevisions = async (query: string) =>
      (await listEntries(query)).map(({ revision, changes }) => [revision, Object.keys(changes ?? {}).length]);
    expect(await listRevisions("?limit=2")).toEqual([
      [5, 1],
      [4, 1],
    ]);
    expect(await listRevisions("?limit=2&marker=4")).toEqual([
      [3, 1],
      [2, 1],
    ]);
    expect(await listRevisions("?limit=2&marker=2")).toEqual([[1, 8]]);
    expect(await listRevisions("?marker=1")).toEqual([]);
    for (const [name, rule] of [
      ["limit", "a number from 1 to 100"],
      ["marker", "a revision, as an entry of the audit has it"],
    ] as const) {
      for (const sent of ["0", "-1", "x", "", "101".repeat(6), image]) {
        expect(await getAudit(`?${name}=${sent}`)).toEqual({
          status: 409,
          json: { code: "InvalidArgument", message: `${name} is ${rule}; "${sent}" was sent` },
        });
      }
    }
    expect((await getAudit("?limit=101")).status).toBe(409);
    expect(await getAudit("?limit=1&limit=2")).toMatchObject({ status: 409 });
  });

  it("ends a page of large revisions early, and says where the next one begins", async () => {
    const names = ["b", "c", "d"];
    const makeTags = (serial: number) => ({ serial, text: "t".repeat(90_000) });
    for (const [serial, name] of names.entries()) {
      await update({ tags: makeTags(serial) });
      // What it changes is small, whatever else the image has.
      await update({ name });
    }
    const pages: { revisions: unknown[]; next: string | null; bytes: number }[] = [];
    const entries: Entry[] = [];
    for (let next: string | null = ""; next !== null; next = pages.at(-1)?.next ?? null) {
      const query: string = next && `&marker=${next}`;
      const { json, headers } = await send({
        method: "GET",
        path: `/my/images/${image}/audit?limit=6${query}`,
        headers: newest,
      });
      const page = json as Entry[];
      entries.push(...page);
      const revisions = page.map(({ revision }) => revision);
      pages.push({ revisions, next: headers.get("Next-Marker"), bytes: JSON.stringify(json).length });
    }
    expect(pages.map(({ revisions, next }) => [revisions, next])).toEqual([
      [[7, 6, 5, 4], "4"],
      [[3, 2, 1], null],
    ]);
    for (const { bytes } of pages) expect(bytes).toBeLessThan(256_000 + 2 * 91_000);
    const changes = names.flatMap((name, serial) => [
      { tags: { before: serial === 0 ? null : makeTags(serial - 1), after: makeTags(serial) } },
      { name: { before: serial === 0 ? "my-image" : names[serial - 1], after: name } },
    ]);
    expect(entries.map((entry) => entry.changes)).toEqual([...changes.toReversed(), provisioned.changes]);
  });

  it("shows at least one revision, however large it is", async () => {
    const makeLarge = (text: string) => ({ uuid: image, owner: bob.uuid, name: "n", version: "1", tags: { text } });
    for (const letter of ["a", "b", "c"]) await provision(env.DB, { images: [makeLarge(letter.repeat(700_000))] });
    for (const [marker, next] of [
      ["", "4"],
      ["?marker=4", "3"],
      ["?marker=3", "2"],
      ["?marker=2", null],
    ]) {
      const { json, headers } = await send({
        method: "GET",
        path: `/my/images/${image}/audit${marker}`,
        headers: newest,
      });
      expect([(json as Entry[]).length, headers.get("Next-Marker")]).toEqual([1, next]);
    }
  });

  it("takes one round trip after the one for the credentials", async () => {
    const counted = wrapDatabase(env.DB);
    expect((await getAudit("", { bindings: makeBindings({ DB: counted.db }) } as object)).status).toBe(200);
    expect(counted.calls).toBe(2);
  });
});

describe("HISTORY_REVISIONS", () => {
  const bindings = makeBindings({ HISTORY_REVISIONS: "3" });

  /** Makes the revisions so far two days older. */
  const ageRevisions = () => env.DB.prepare("UPDATE image_revisions SET time = time - 2 * 86400000").run();

  const listKept = async () => {
    const { results } = await env.DB.prepare("SELECT revision FROM image_history WHERE image = ? ORDER BY 1")
      .bind(image)
      .all();
    return results.map(({ revision }) => revision);
  };

  it("limits what the audit shows, and prunes what is kept by four revisions a write", async () => {
    for (const name of ["b", "c", "d", "e", "f"]) await update({ name }, { bindings });
    const shown = await listEntries("", { bindings });
    expect(shown.map(({ revision }) => revision)).toEqual([6, 5, 4]);
    expect(shown.map(({ changes }) => Object.keys(changes ?? {}))).toEqual([["name"], ["name"], ["name"]]);
    await ageRevisions();
    for (const name of ["g", "h", "i"]) await update({ name }, { bindings });
    expect(await listKept()).toEqual([7, 8, 9]);
    expect((await listEntries("", { bindings })).map(({ revision }) => revision)).toEqual([9, 8, 7]);
    expect((await listEntries()).map(({ revision, changes }) => [revision, changes])).toEqual([
      [9, { name: { before: "h", after: "i" } }],
      [8, { name: { before: "g", after: "h" } }],
      [7, { name: { before: "f", after: "g" } }],
    ]);
  });

  it("prunes no revision that a retry may need, for a minute", async () => {
    const most = makeBindings({ HISTORY_REVISIONS: "1" });
    for (const name of ["b", "c", "d", "e"]) await update({ name }, { bindings: most });
    expect(await listKept()).toEqual([1, 2, 3, 4, 5]);
    await env.DB.prepare("UPDATE image_revisions SET time = time - 61000").run();
    await update({ name: "f" }, { bindings: most });
    expect(await listKept()).toEqual([5, 6]);
  });
});
