import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, carol, mallory, provision } from "../support/fixtures.ts";
import { type Loss, loseAcknowledgements } from "../support/lost-acknowledgements.ts";
import { image, newest, provisionThree, shared } from "../support/safe-writes.ts";
import { computeFingerprint, formatPublicLine, makeKey } from "../support/signer.ts";
import { skipWaits } from "../support/skip-waits.ts";

skipWaits();

/** Two revisions of bob's image, of which each write changes something. */
async function reset(): Promise<void> {
  await provisionThree();
  await env.DB.prepare("DELETE FROM account_writes").run();
  const manifest = { uuid: image, owner: bob.uuid, name: "renamed", version: "1.0.0", tags: { role: "db" } };
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519"), makeKey("ecdsa")] }],
    images: [{ ...manifest, acl: [mallory.uuid] }],
  });
}

beforeEach(reset);

const headers = newest;
const keyBody = (name: string, of: "rsa" | "ecdsa384") => JSON.stringify({ name, key: formatPublicLine(of) });
const updateImage = { path: `/my/images/${image}?action=update`, body: '{"name":"mine"}', headers };
const cloneImage = { path: `/my/images/${shared}?action=clone`, headers };
const deleteImage = { method: "DELETE", path: `/my/images/${image}`, headers };
const revertImage = { path: `/my/images/${image}?action=revert&revision=1`, headers };
const addAcl = { path: `/my/images/${image}/acl?action=add`, body: JSON.stringify([carol.uuid]), headers };
const removeAcl = { path: `/my/images/${image}/acl?action=remove`, body: JSON.stringify([mallory.uuid]), headers };
const leave = { path: `/my/images/${shared}/acl?action=remove`, body: JSON.stringify([bob.uuid]), headers };
const addTags = { path: `/my/images/${image}/tags`, body: '{"a":1}', headers };
const replaceTags = { method: "PUT", path: `/my/images/${image}/tags`, body: '{"a":1}', headers };
const deleteTag = { method: "DELETE", path: `/my/images/${image}/tags/role`, headers };
const deleteTags = { method: "DELETE", path: `/my/images/${image}/tags`, headers };
const createKey = { path: "/my/keys", body: keyBody("new", "rsa"), headers };
const deleteKey = { method: "DELETE", path: "/my/keys/ecdsa", headers };
const deleteSigningKey = { method: "DELETE", path: `/my/keys/${computeFingerprint("ed25519")}`, headers };
const updateAccount = { path: "/my", body: '{"city":"Ulm"}', headers };

/** Every operation that writes. */
const writes: readonly (readonly [string, TestRequest])[] = [
  ["UpdateImage", updateImage],
  ["CloneImage", cloneImage],
  ["DeleteImage", deleteImage],
  ["RevertImage", revertImage],
  ["AddImageAcl", addAcl],
  ["RemoveImageAcl", removeAcl],
  ["LeaveImage", leave],
  ["AddImageTags", addTags],
  ["ReplaceImageTags", replaceTags],
  ["DeleteImageTag", deleteTag],
  ["DeleteImageTags", deleteTags],
  ["CreateKey", createKey],
  ["DeleteKey", deleteKey],
  ["DeleteKey of the key that signs", deleteSigningKey],
  ["UpdateAccount", updateAccount],
];

/** All that a write may change, without what differs from run to run. */
async function readState() {
  const texts = [
    "SELECT name, revision, state, owner, public, acl, tags FROM images ORDER BY owner, name, revision",
    "SELECT operation, revision, name, state, acl, tags, changed FROM image_history ORDER BY operation, revision, name",
    "SELECT account, name, fingerprint FROM keys ORDER BY account, name",
    "SELECT login, city, updated IS NULL AS isNew FROM accounts ORDER BY login",
    "SELECT count(*) AS records FROM account_writes",
  ];
  return (await env.DB.batch(texts.map((text) => env.DB.prepare(text)))).map(({ results }) => results);
}

/** The answer, and in place of a clone's own id and time what they are. */
const pickAnswer = (answer: Answer) => {
  const { status, json } = pickStatusAndJson(answer);
  const { id, published_at, created, updated, ...others } = (json ?? {}) as Record<string, unknown>;
  return {
    status,
    others,
    names: Object.keys((json ?? {}) as object),
    replayed: answer.headers.has("Idempotent-Replayed"),
  };
};

const sendThrough = (request: TestRequest, db: D1Database): Promise<Answer> =>
  send({ ...request, bindings: makeBindings({ DB: db }) });

/** Sends a write whose first batch loses its acknowledgement, and the caller's credentials are not cached. */
const sendLosing = (request: TestRequest, loss: Omit<Loss, "isLost">): Promise<Answer> =>
  sendThrough(request, loseAcknowledgements(env.DB, { ...loss, isLost: (call) => call === 2 }).db);

const readImage = (column: "acl" | "tags" | "name") =>
  env.DB.prepare(`SELECT ${column} FROM images WHERE uuid = ?`).bind(image).first(column);

const runSql = (text: string) => () => env.DB.prepare(text).run();

describe("a write whose acknowledgement is lost is made once and answered as if nothing was lost", () => {
  const patterns = (["before the batch", "after the commit"] as const).flatMap((when) =>
    [[1], [2], [2, 3], [1, 3]].map((calls) => ({ when, calls })),
  );
  // Of a cold caller the write is the second call: its loss after the commit, and both calls' before it, find most.
  const isFew = ({ when, calls }: (typeof patterns)[number]) =>
    when === "after the commit" ? String(calls) === "2" : String(calls) === "1,3";
  const losses = env.SCALE === "full" ? patterns : patterns.filter(isFew);
  it.each(writes.flatMap(([name, request]) => losses.map((loss) => ({ name, request, ...loss }))))(
    "$name, $when of the calls $calls",
    async ({ request, when, calls }) => {
      const plain = pickAnswer(
        await sendThrough(request, loseAcknowledgements(env.DB, { when, isLost: () => false }).db),
      );
      const expected = await readState();
      await reset();
      const lossy = loseAcknowledgements(env.DB, { when, isLost: (call) => calls.includes(call) });
      expect(pickAnswer(await sendThrough(request, lossy.db))).toEqual(plain);
      expect(plain.status).toBeLessThan(300);
      expect(await readState()).toEqual(expected);
      expect(lossy.calls).toBe(2 + calls.length);
    },
  );

  it.each(writes)("%s is 503 after three losses, and nothing is written where no batch was run", async (_, request) => {
    const before = await readState();
    const down = loseAcknowledgements(env.DB, { when: "before the batch", isLost: (call) => call >= 2 });
    expect((await sendThrough(request, down.db)).status).toBe(503);
    expect(await readState()).toEqual(before);
  });
});

describe("a write by somebody else before the retry stays", () => {
  const when = "after the commit";

  it("an image that was destroyed meanwhile is not updated again", async () => {
    const meanwhile = () => send({ ...deleteImage });
    const answer = await sendLosing(updateImage, { when, meanwhile });
    expect([answer.status, answer.headers.get("ETag"), answer.json]).toMatchObject([
      200,
      '"3-9.0.0"',
      { name: "mine" },
    ]);
    const stored = await env.DB.prepare("SELECT name, state, revision FROM images WHERE uuid = ?").bind(image).first();
    expect(stored).toEqual({ name: "mine", state: "destroyed", revision: 4 });
  });

  it("a clone that was deleted meanwhile is not made again", async () => {
    const destroy =
      "UPDATE images SET state = 'destroyed', revision = revision + 1 WHERE name = 'shared' AND acl IS NULL";
    expect((await sendLosing(cloneImage, { when, meanwhile: runSql(destroy) })).status).toBe(200);
    const active = "SELECT count(*) AS n FROM images WHERE name = 'shared' AND state = 'active'";
    expect(await env.DB.prepare(active).first("n")).toBe(1);
  });

  it("a clone of an image that is no longer shared was made, and is answered", async () => {
    const unshare = runSql("UPDATE images SET acl = NULL, revision = revision + 1 WHERE name = 'shared'");
    expect((await sendLosing(cloneImage, { when, meanwhile: unshare })).status).toBe(200);
    const clones = await env.DB.prepare("SELECT count(*) AS n FROM images WHERE owner = ?").bind(bob.uuid).first("n");
    expect(clones).toBe(2);
  });

  it("an image that is provisioned again after its deletion is not deleted again", async () => {
    const manifest = { uuid: image, owner: bob.uuid, name: "back", version: "1" };
    const meanwhile = () => provision(env.DB, { images: [manifest] });
    expect((await sendLosing(deleteImage, { when, meanwhile })).status).toBe(204);
    const stored = await env.DB.prepare("SELECT name, state FROM images WHERE uuid = ?").bind(image).first();
    expect(stored).toEqual({ name: "back", state: "active" });
  });

  it("an account that was removed from the acl meanwhile is not added again", async () => {
    const meanwhile = () => send({ ...removeAcl, body: JSON.stringify([carol.uuid]) });
    const answer = await sendLosing(addAcl, { when, meanwhile });
    expect([answer.status, answer.headers.get("ETag")]).toEqual([200, '"3-9.0.0"']);
    expect(await readImage("acl")).toBe(JSON.stringify([mallory.uuid]));
  });

  it("an account that was added to the acl meanwhile is not removed again", async () => {
    const meanwhile = () => send({ ...addAcl, body: JSON.stringify([mallory.uuid]) });
    expect((await sendLosing(removeAcl, { when, meanwhile })).status).toBe(200);
    expect(await readImage("acl")).toBe(JSON.stringify([mallory.uuid]));
  });

  it("an account that the image is shared with again meanwhile does not leave again", async () => {
    const share = "UPDATE images SET acl = json_array(?), revision = revision + 1 WHERE uuid = ?";
    const meanwhile = () => env.DB.prepare(share).bind(bob.uuid, shared).run();
    expect((await sendLosing(leave, { when, meanwhile })).status).toBe(204);
    expect((await send({ method: "GET", path: `/my/images/${shared}` })).status).toBe(200);
  });

  it("a tag that was deleted meanwhile is not added again, one that was added again is not deleted", async () => {
    const remove = () => send({ ...deleteTag, path: `/my/images/${image}/tags/a` });
    expect((await sendLosing(addTags, { when, meanwhile: remove })).json).toEqual({ role: "db", a: 1 });
    expect(await readImage("tags")).toBe('{"role":"db"}');
    const add = () => send({ ...addTags, body: '{"role":"web"}' });
    expect((await sendLosing(deleteTag, { when, meanwhile: add })).status).toBe(204);
    expect(await readImage("tags")).toBe('{"role":"web"}');
  });

  it("an update by somebody else is not reverted again", async () => {
    const answer = await sendLosing(revertImage, { when, meanwhile: () => send({ ...updateImage }) });
    expect([answer.status, answer.json]).toMatchObject([200, { name: "my-image" }]);
    expect(await readImage("name")).toBe("mine");
  });

  const listKeyNames = async () =>
    (await env.DB.prepare("SELECT name, fingerprint FROM keys WHERE account = ? ORDER BY name").bind(bob.uuid).all())
      .results;
  const own = (name: "rsa" | "ecdsa" | "ed25519" | "ecdsa384", as: string = name) => ({
    name: as,
    fingerprint: computeFingerprint(name),
  });

  it("a key that was deleted meanwhile is not brought back by CreateKey", async () => {
    const meanwhile = () => send({ method: "DELETE", path: "/my/keys/new" });
    const answer = await sendLosing(createKey, { when, meanwhile });
    expect(pickStatusAndJson(answer)).toEqual({
      status: 201,
      json: { ...own("rsa", "new"), key: formatPublicLine("rsa") },
    });
    expect(await listKeyNames()).toEqual([own("ecdsa"), own("ed25519")]);
  });

  it("another key under the name of the deleted one is not deleted by DeleteKey", async () => {
    const meanwhile = () => send({ path: "/my/keys", body: keyBody("ecdsa", "ecdsa384") });
    expect((await sendLosing(deleteKey, { when, meanwhile })).status).toBe(204);
    expect(await listKeyNames()).toEqual([own("ecdsa384", "ecdsa"), own("ed25519")]);
  });

  it("the same key, registered again under another name, is not deleted by DeleteKey", async () => {
    const request = { ...deleteKey, path: `/my/keys/${computeFingerprint("ecdsa")}` };
    const meanwhile = () =>
      send({ path: "/my/keys", body: JSON.stringify({ name: "again", key: makeKey("ecdsa").key }) });
    expect((await sendLosing(request, { when, meanwhile })).status).toBe(204);
    expect(await listKeyNames()).toEqual([own("ecdsa", "again"), own("ed25519")]);
  });

  it("an update of the account by somebody else is not undone by UpdateAccount", async () => {
    const meanwhile = () => send({ path: "/my", body: '{"city":"Bonn"}' });
    const answer = await sendLosing(updateAccount, { when, meanwhile });
    expect([answer.status, answer.json]).toMatchObject([200, { city: "Bonn" }]);
    expect(await env.DB.prepare("SELECT city FROM accounts WHERE login = 'bob'").first("city")).toBe("Bonn");
  });

  it.each(writes)(
    "%s was made, and is answered so, though the key that signed is deleted meanwhile",
    async (_, request) => {
      const answer = await sendLosing(request, { when, meanwhile: runSql("DELETE FROM keys WHERE name = 'ed25519'") });
      expect(answer.status).toBeLessThan(300);
    },
  );
});

describe("a write that was lost before it was made is judged by what is there at the retry", () => {
  const when = "before the batch";

  it.each<[string, TestRequest, () => Promise<unknown>, number, string]>([
    [
      "another key has the name",
      createKey,
      () => send({ path: "/my/keys", body: keyBody("new", "ecdsa384") }),
      409,
      "InvalidArgument",
    ],
    ["the key is deleted", deleteKey, () => send({ ...deleteKey }), 404, "ResourceNotFound"],
    ["the image is deleted", updateImage, () => send({ ...deleteImage }), 404, "ResourceNotFound"],
    ["the image is deleted already", deleteImage, () => send({ ...deleteImage }), 404, "ResourceNotFound"],
    [
      "the image is not shared any more",
      cloneImage,
      runSql("UPDATE images SET acl = NULL WHERE name = 'shared'"),
      404,
      "ResourceNotFound",
    ],
  ])("%s", async (...[, request, meanwhile, status, code]) => {
    expect(await sendLosing(request, { when, meanwhile })).toMatchObject({ status, json: { code } });
  });

  it.each(writes)(
    "%s is 401 where the key that signs is deleted meanwhile, and nothing is written",
    async (_, request) => {
      const answer = await sendLosing(request, { when, meanwhile: runSql("DELETE FROM keys WHERE name = 'ed25519'") });
      expect(answer).toMatchObject({ status: 401, json: { code: "InvalidCredentials" } });
      expect(await env.DB.prepare("SELECT count(*) AS n FROM account_writes").first("n")).toBe(0);
      expect(await env.DB.prepare("SELECT max(revision) AS n FROM images").first("n")).toBe(2);
    },
  );
});
