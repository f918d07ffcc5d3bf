import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Bindings } from "../../src/context.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, mallory, provision } from "../support/fixtures.ts";
import { loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { get, hidden, image, newest, pickWriteAnswer, provisionThree, shared, update } from "../support/safe-writes.ts";
import { skipWaits } from "../support/skip-waits.ts";
import { makeUuid } from "../support/uuids.ts";

skipWaits();

/** Up to here an image always fits. */
const small = 32 * 1024;

/** Tags of so many bytes as they are stored. */
const makeTags = (bytes: number) => ({ a: "x".repeat(bytes - '{"a":""}'.length) });

/** An acl of so many accounts, and the bytes that count for it. */
const makeAcl = (length: number) => Array.from({ length }, (_, at) => makeUuid(100 + at));
const countAcl = (length: number) => 8 * (39 * length + 1);

const manifest = { uuid: makeUuid(1), owner: bob.uuid, name: "n", version: "1" };

const [tags, acl, requirements] = [makeTags(50_000), makeAcl(3), { max_ram: 64 }];
const files = [{ compression: "none", sha1: "a".repeat(40), size: 1 }];
const other = { ...manifest, tags, acl, description: "12345", requirements, files };

/** What another image of bob's takes. */
const others = 50_000 + countAcl(3) + 5 + JSON.stringify(requirements).length + JSON.stringify(files).length;

beforeEach(async () => {
  await provisionThree();
  await provision(env.DB, { images: [other] });
});

const bind = (bytes: number, more: Partial<Bindings> = {}) =>
  makeBindings({ ACCOUNT_IMAGE_BYTES: String(bytes), ...more });

const refuse = (takes: number, most: number, more: object = {}) => ({
  status: 403,
  ...more,
  json: {
    code: "QuotaExceeded",
    message: `the account's images, deleted ones too, would take ${takes} bytes; they may take ${most}`,
  },
});

const answerTo = async (request: TestRequest, bytes: number) =>
  pickWriteAnswer(await send({ headers: newest, ...request, bindings: bind(bytes) }));

const path = `/my/images/${image}`;
const asBody = (json: unknown) => JSON.stringify(json);
const addTags = (tags: object) => ({ path: `${path}/tags`, body: asBody(tags) });
const replaceTags = (tags: object) => ({ method: "PUT", path: `${path}/tags`, body: asBody(tags) });
const clone = { path: `/my/images/${shared}?action=clone` };

/** Makes bob's image large and small again, without the bound: revision 2 is large. */
const makeRevisions = async () => {
  await update({ tags: makeTags(40_000) }, { bindings: bind(0) });
  await update({ tags: {} }, { bindings: bind(0) });
};

const makeSharedLarge = () =>
  provision(env.DB, {
    images: [
      { uuid: shared, owner: mallory.uuid, name: "shared", version: "1", acl: [bob.uuid], tags: makeTags(40_000) },
    ],
  });

/** Each operation that makes an image larger, the bytes that the image then takes, and what goes before. */
const writes: readonly { name: string; request: TestRequest; bytes: number; prepare?: () => Promise<unknown> }[] = [
  {
    name: "UpdateImage",
    request: {
      path: `${path}?action=update`,
      body: asBody({ tags: makeTags(30_000), acl: makeAcl(10), description: "ü".repeat(2000) }),
    },
    bytes: 30_000 + countAcl(10) + 4000,
  },
  { name: "AddImageTags", request: addTags(makeTags(40_000)), bytes: 40_000 },
  { name: "ReplaceImageTags", request: replaceTags(makeTags(40_000)), bytes: 40_000 },
  {
    name: "AddImageAcl",
    request: { path: `${path}/acl?action=add`, body: asBody(makeAcl(200)) },
    bytes: countAcl(200),
  },
  {
    name: "RevertImage",
    request: { path: `${path}?action=revert&revision=2` },
    bytes: 40_000,
    prepare: makeRevisions,
  },
  { name: "CloneImage", request: clone, bytes: 40_000, prepare: makeSharedLarge },
];

describe("ACCOUNT_IMAGE_BYTES", () => {
  it.each(writes)("refuses $name if the account's images would take more", async ({ request, bytes, prepare }) => {
    await prepare?.();
    const before = await get();
    const most = others + bytes - 1;
    const dry = { ...request, path: `${request.path}${request.path.includes("?") ? "&" : "?"}dry-run=true` };
    expect(await answerTo(request, most)).toEqual(refuse(most + 1, most));
    expect(await answerTo(dry, most)).toEqual(refuse(most + 1, most, { "Dry-Run": "true" }));
    expect(await get()).toEqual(before);
    expect(await answerTo(dry, most + 1)).toMatchObject({ status: 200 });
    expect(await answerTo(request, most + 1)).toMatchObject({ status: 200 });
    const images = await env.DB.prepare("SELECT count(*) AS n FROM images WHERE owner = ?").bind(bob.uuid).first("n");
    expect(images).toBe(request === clone ? 3 : 2);
  });

  it.each([
    ["UpdateImage", (tags: object) => ({ path: `${path}?action=update`, body: asBody({ tags }) })],
    ["AddImageTags", addTags],
    ["ReplaceImageTags", replaceTags],
  ])("takes an image of 32 KiB however much the others take: %s", async (_, write) => {
    expect(await answerTo(write(makeTags(small + 1)), 1)).toEqual(refuse(others + small + 1, 1));
    expect(await answerTo(write(makeTags(small)), 1)).toMatchObject({ status: 200 });
    expect(await answerTo(write(makeTags(small + 1)), 1)).toEqual(refuse(others + small + 1, 1));
  });

  it("lets an image that is larger already change in its other fields, stay and shrink, but not grow", async () => {
    const of = manifest.uuid;
    const bindings = bind(1);
    expect(await update({ name: "m" }, { of, bindings })).toMatchObject({ status: 200 });
    expect(await update({ tags: makeTags(50_000) }, { of, bindings })).toMatchObject({ "Changed-Fields": "" });
    expect(await update({ tags: makeTags(50_001) }, { of, bindings })).toEqual(refuse(others + 1, 1));
    expect(await update({ tags: makeTags(50_001), description: "1234" }, { of, bindings })).toMatchObject({
      "Changed-Fields": "description, tags",
    });
    const acl = `/my/images/${of}/acl?action=`;
    expect(await answerTo({ path: `${acl}remove`, body: asBody(makeAcl(1)) }, 1)).toMatchObject({ status: 200 });
    expect(await answerTo({ path: `${acl}add`, body: asBody([mallory.uuid]) }, 1)).toEqual(refuse(others, 1));
    expect(await update({ tags: { a: "x".repeat(40_000), b: 1 } }, { of, bindings })).toMatchObject({ status: 200 });
    const tag = { method: "DELETE", path: `/my/images/${of}/tags/b` };
    expect(await answerTo(tag, 1)).toMatchObject({ status: 204 });
    expect(await answerTo({ method: "DELETE", path: `/my/images/${of}` }, 1)).toMatchObject({ status: 204 });
  });

  it("counts destroyed images, whose acl counts once, and no image of another account", async () => {
    const theirs = { ...manifest, uuid: makeUuid(2), owner: mallory.uuid, acl: [bob.uuid], public: true };
    await provision(env.DB, { images: [{ ...theirs, tags: makeTags(70_000) }] });
    await send({ method: "DELETE", path: `/my/images/${manifest.uuid}` });
    const takes = others - (countAcl(3) / 8) * 7 + 40_000;
    expect(await answerTo(addTags(makeTags(40_000)), takes - 1)).toEqual(refuse(takes, takes - 1));
    expect(await answerTo(addTags(makeTags(40_000)), takes)).toMatchObject({ status: 200 });
    const asMallory = { bindings: bind(110_000), sign: { as: mallory.login } };
    expect(await update({ tags: makeTags(40_000) }, { of: hidden, ...asMallory })).toEqual(
      refuse(110_000 + 2 * countAcl(1), 110_000),
    );
  });

  it("is off with 0", async () => {
    expect(await update({ tags: makeTags(99_000) }, { bindings: bind(0) })).toMatchObject({ status: 200 });
  });
});

describe("a write that ACCOUNT_IMAGE_BYTES would refuse by now", () => {
  const keyed = { ...newest, "Idempotency-Key": "k" };

  it.each(writes)("is replayed by its Idempotency-Key: $name", async ({ request, bytes, prepare }) => {
    await prepare?.();
    const sent = { ...request, headers: keyed };
    const first = await answerTo(sent, others + bytes);
    expect(await answerTo(sent, 1)).toEqual({ ...first, "Idempotent-Replayed": "true" });
  });

  it.each(writes)("is answered as made after a lost acknowledgement: $name", async ({ request, bytes, prepare }) => {
    await prepare?.();
    const lossy = loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call === 2 });
    const bindings = bind(others + bytes, { DB: lossy.db });
    const answer = await send({ ...request, headers: newest, bindings });
    expect([answer.status, lossy.calls]).toEqual([200, 3]);
    expect(await answerTo(addTags({ b: "x".repeat(40_000) }), others + bytes)).toMatchObject({ status: 403 });
  });

  it("leaves no record of its key while it is refused", async () => {
    const sent = { ...addTags(makeTags(40_000)), headers: keyed };
    expect(await answerTo(sent, 1)).toEqual(refuse(others + 40_000, 1));
    const made = await answerTo(sent, others + 40_000);
    expect(made).toEqual({ status: 200, ETag: '"2-9.0.0"', "Changed-Fields": "tags", json: makeTags(40_000) });
  });
});

describe("the order of checks", () => {
  const large = { tags: makeTags(40_000) };
  const answerUpdate = (of: string, headers: Record<string, string> = {}, more: Partial<Bindings> = {}) =>
    update(large, { of, headers, bindings: bind(1, more) });

  it("has the image and the operation's own rules before the bytes", async () => {
    expect(await answerUpdate(hidden)).toMatchObject({ status: 404 });
    expect(await answerUpdate(shared)).toMatchObject({ status: 422, json: { code: "NotImageOwner" } });
    await makeSharedLarge();
    const unshared = { path: `${path}?action=clone` };
    expect(await answerTo(unshared, 1)).toMatchObject({ status: 422, json: { code: "ImageNotShared" } });
    const most = { ...clone, bindings: bind(1, { MAX_IMAGES: "2" }) };
    expect((await send(most)).json).toEqual({
      code: "QuotaExceeded",
      message: "the account owns 2 images, the most that it may own; delete one first",
    });
    const acl = { path: `${path}/acl?action=add`, body: asBody(makeAcl(200)), bindings: bind(1, { MAX_ACL: "2" }) };
    expect(await send(acl)).toMatchObject({ status: 422, json: { code: "ValidationFailed" } });
  });

  it("has the preconditions, and the room in the history, after them", async () => {
    const stale = { "If-Match": '"7-9.0.0"' };
    expect(await answerUpdate(image, stale)).toEqual(refuse(others + 40_000, 1));
    await update({ name: "first" });
    const full = { ACCOUNT_HISTORY_BYTES: "1" };
    expect(await answerUpdate(image, {}, full)).toEqual(refuse(others + 40_000, 1));
    await env.DB.prepare("UPDATE image_revisions SET time = time - 61000").run();
    const readHistory = async () => (await env.DB.prepare("SELECT * FROM image_revisions ORDER BY 1, 2").all()).results;
    await update({ name: "second" });
    const history = await readHistory();
    expect(await answerUpdate(image, {}, full)).toEqual(refuse(others + 40_000, 1));
    expect(await readHistory()).toEqual(history);
  });
});
