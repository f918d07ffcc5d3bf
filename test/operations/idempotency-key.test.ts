import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, carol, mallory, provision } from "../support/fixtures.ts";
import {
  get,
  hidden,
  image,
  makeImageJson,
  makeStaleAnswer,
  newest,
  pickWriteAnswer,
  provisionThree,
  shared,
  update,
} from "../support/safe-writes.ts";
import { makeKey } from "../support/signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

beforeEach(provisionThree);

describe("a request with an Idempotency-Key", () => {
  const headers = { "Idempotency-Key": "k-1" };
  const first = { status: 200, ETag: '"2-9.0.0"', "Changed-Fields": "name", json: makeImageJson("b") };
  const replayed = { ...first, "Idempotent-Replayed": "true" };
  const reused = {
    status: 422,
    json: {
      code: "IdempotencyKeyReused",
      message:
        "this Idempotency-Key was sent before with another request on this image; use a new key for each new request",
    },
  };

  it("gets the same answer again, whatever happened to the image since", async () => {
    expect(await update({ name: "b" }, { headers })).toEqual(first);
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
    await update({ name: "c", tags: { a: 1 } });
    await provision(env.DB, { images: [{ uuid: image, owner: bob.uuid, name: "d", version: "9", os: "linux" }] });
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
    expect(await get()).toMatchObject({ ETag: '"4-9.0.0"', json: { name: "d" } });
    await send({ method: "DELETE", path: `/my/images/${image}` });
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
    const older = await update({ name: "b" }, { headers: { ...headers, "Accept-Version": "7.2.0" } });
    expect(older).toEqual({ ...replayed, ETag: '"2-7.2.0"', json: makeImageJson("b", { type: "virtualmachine" }) });
  });

  it("gets the same answer again although its If-Match is stale by then", async () => {
    const onFirst = { ...headers, "If-Match": '"1-9.0.0"' };
    expect(await update({ name: "b" }, { headers: onFirst })).toEqual(first);
    expect(await update({ name: "b" }, { headers: onFirst })).toEqual(replayed);
    expect(await update({ name: "b" }, { headers: { ...onFirst, "If-Match": 'W/"1-8.0.0"' } })).toEqual(replayed);
  });

  it("counts as the same by its meaning, not by its form or its other headers", async () => {
    await update({ tags: { a: 1 }, name: "b" }, { headers: { ...headers, "Request-Id": "one" } });
    const again = await send({
      path: `/bob/images/${image}?action=update&name=b`,
      body: "tags=%7B%22a%22%3A1%7D",
      headers: { ...newest, ...headers, "Content-Type": "application/x-www-form-urlencoded", "Request-Id": "one" },
    });
    expect(pickWriteAnswer(again)).toMatchObject({ status: 200, "Idempotent-Replayed": "true", ETag: '"2-9.0.0"' });
    expect(again.headers.get("Request-Id")).toBe("one");
  });

  it("is refused if another request was sent with this key", async () => {
    expect(await update({ name: "b" }, { headers })).toEqual(first);
    expect(await update({ name: "c" }, { headers })).toEqual(reused);
    expect(await update({ name: "b", version: "1.0.0" }, { headers })).toEqual(reused);
    expect(await update({ name: "b" }, { headers: { ...headers, "If-Match": "*" } })).toEqual(reused);
    expect(await get()).toEqual({ status: 200, ETag: '"2-9.0.0"', json: makeImageJson("b") });
  });

  it("shares its key with no other account, image or operation", async () => {
    expect(await update({ name: "b" }, { headers })).toEqual(first);
    expect(await update({ name: "b" }, { headers, of: hidden, sign: { as: "mallory" } })).toMatchObject({
      status: 200,
      ETag: '"2-9.0.0"',
      "Changed-Fields": "name",
    });
    const removal = () => send({ method: "DELETE", path: `/my/images/${image}`, headers });
    expect(pickWriteAnswer(await removal())).toEqual({ status: 204 });
    expect(pickWriteAnswer(await removal())).toEqual({ status: 204, "Idempotent-Replayed": "true" });
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
  });

  it("makes one clone, however often it is sent", async () => {
    const clone = async () =>
      pickWriteAnswer(await send({ path: `/my/images/${shared}?action=clone`, headers: { ...newest, ...headers } }));
    const made = await clone();
    expect(made).toMatchObject({ status: 200, ETag: '"1-9.0.0"', json: { name: "shared", owner: bob.uuid } });
    expect(await clone()).toEqual({ ...made, "Idempotent-Replayed": "true" });
    const { results } = await env.DB.prepare("SELECT uuid FROM images WHERE name = 'shared'").all();
    expect(results).toHaveLength(2);
  });

  it("makes one clone for each account that sends it", async () => {
    await provision(env.DB, {
      accounts: [{ ...carol, keys: [makeKey("ed25519")] }],
      images: [{ uuid: shared, owner: mallory.uuid, name: "shared", version: "1", acl: [bob.uuid, carol.uuid] }],
    });
    const owners = [];
    for (const as of ["bob", "carol"]) {
      const answer = await send({ path: `/my/images/${shared}?action=clone`, headers, sign: { as } });
      owners.push([answer.headers.get("Idempotent-Replayed"), (answer.json as { owner: string }).owner]);
    }
    expect(owners).toEqual([
      [null, bob.uuid],
      [null, carol.uuid],
    ]);
  });

  it("is of the account that an operator acts as: the key is that account's, and not the operator's", async () => {
    const root = { uuid: "99999999-9999-4999-8999-999999999999", login: "root" };
    await provision(env.DB, {
      accounts: [carol, { ...root, operator: true, keys: [makeKey("ed25519")] }],
      images: [{ uuid: shared, owner: mallory.uuid, name: "shared", version: "1", acl: [bob.uuid, carol.uuid] }],
    });
    const clone = async (path: string, sign = {}) => {
      const answer = await send({ path: `/${path}/images/${shared}?action=clone`, headers, sign });
      return [answer.headers.get("Idempotent-Replayed"), (answer.json as { owner: string }).owner];
    };
    const asRoot = { key: "ed25519", as: root.login };
    expect(await clone("bob", asRoot)).toEqual([null, bob.uuid]);
    expect(await clone("carol", asRoot)).toEqual([null, carol.uuid]);
    expect(await clone("bob", asRoot)).toEqual(["true", bob.uuid]);
    expect(await clone("my")).toEqual(["true", bob.uuid]);
  });

  it("is judged anew if the first was refused", async () => {
    expect(await update({ name: "b" }, { headers: { ...headers, "If-Match": '"7-9.0.0"' } })).toEqual(
      makeStaleAnswer(1),
    );
    expect(await update({ name: "b" }, { headers })).toEqual(first);
  });

  it("is authenticated again", async () => {
    await update({ name: "b" }, { headers });
    await env.DB.prepare("UPDATE accounts SET disabled = 1").run();
    expect(await update({ name: "b" }, { headers })).toMatchObject({ status: 403 });
  });

  it("is refused unless the key is 1 to 255 visible characters", async () => {
    for (const sent of ["", "a b", "x".repeat(256), "ü"]) {
      expect(await update({ name: "b" }, { headers: { "Idempotency-Key": sent } })).toMatchObject({
        status: 400,
        json: { code: "InvalidHeader" },
      });
    }
    expect(await update({ name: "b" }, { headers: { "Idempotency-Key": "~".repeat(255) } })).toEqual(first);
  });

  it("takes no further round trip to D1", async () => {
    const counted = wrapDatabase(env.DB);
    const bindings = makeBindings({ DB: counted.db });
    const safe = { ...headers, "If-Match": '"1-9.0.0"' };
    expect(await update({ name: "b" }, { headers: safe, bindings })).toEqual(first);
    expect(counted.calls).toBe(2);
    // One for the credentials and one for the write; from now on the caller is cached.
    expect(await update({ name: "b" }, { headers: safe, bindings })).toEqual(replayed);
    expect(counted.calls).toBe(3);
  });
});

describe("a request with an Idempotency-Key that changed nothing", () => {
  const path = `/my/images/${image}`;
  const tagged = { tags: { a: 1 } };

  it.each<[name: string, sent: TestRequest, meanwhile: object]>([
    ["UpdateImage", { path: `${path}?action=update`, body: '{"name":"my-image"}' }, { name: "c" }],
    ["RevertImage", { path: `${path}?action=revert&revision=1` }, { name: "c" }],
    ["AddImageAcl", { path: `${path}/acl?action=add`, body: JSON.stringify([mallory.uuid]) }, { acl: null }],
    [
      "RemoveImageAcl",
      { path: `${path}/acl?action=remove`, body: JSON.stringify([carol.uuid]) },
      { acl: [carol.uuid] },
    ],
    ["AddImageTags", { path: `${path}/tags`, body: "{}" }, tagged],
    ["ReplaceImageTags", { method: "PUT", path: `${path}/tags`, body: "{}" }, tagged],
    ["DeleteImageTags", { method: "DELETE", path: `${path}/tags` }, tagged],
  ])("is remembered: %s does not overwrite what somebody else wrote meanwhile", async (name, sent, meanwhile) => {
    if (name === "AddImageAcl") await update({ acl: [mallory.uuid] });
    if (name === "ReplaceImageTags") await update({ tags: {} });
    const request = { ...sent, headers: { ...newest, "Idempotency-Key": "k" } };
    const first = pickWriteAnswer(await send(request));
    expect(first).toMatchObject({ "Changed-Fields": "" });
    await update(meanwhile);
    const changed = await get();
    expect(pickWriteAnswer(await send(request))).toEqual({ ...first, "Idempotent-Replayed": "true" });
    expect(await get()).toEqual(changed);
    expect((await update({ name: "x" }, { headers: { "Idempotency-Key": "k" } })).status).toBe(
      name === "UpdateImage" ? 422 : 200,
    );
  });

  it("is remembered for an account that leaves an image which is not shared with it", async () => {
    await provision(env.DB, {
      images: [{ uuid: shared, owner: mallory.uuid, name: "shared", version: "1", public: true }],
    });
    const leave = async () =>
      pickWriteAnswer(
        await send({
          path: `/my/images/${shared}/acl?action=remove`,
          body: JSON.stringify([bob.uuid]),
          headers: { "Idempotency-Key": "k" },
        }),
      );
    expect(await leave()).toEqual({ status: 204 });
    await update({ acl: [bob.uuid] }, { of: shared, sign: { as: mallory.login } });
    expect(await leave()).toEqual({ status: 204, "Idempotent-Replayed": "true" });
    expect(await get({ of: shared })).toMatchObject({ json: { acl: [bob.uuid] } });
  });

  it("is judged anew where it was refused: a tag that was not there, an account that nobody may remove", async () => {
    const keyed = { headers: { "Idempotency-Key": "k" } };
    const removeTag = async () => (await send({ method: "DELETE", path: `${path}/tags/a`, ...keyed })).status;
    expect(await removeTag()).toBe(404);
    await update(tagged);
    expect(await removeTag()).toBe(204);
    const others = { path: `/my/images/${shared}/acl?action=remove`, body: JSON.stringify([carol.uuid]), ...keyed };
    expect([(await send(others)).status, (await send(others)).status]).toEqual([422, 422]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM account_writes").first("n")).toBe(1);
  });
});

describe("a request with an Idempotency-Key whose revision is no longer kept", () => {
  const headers = { "Idempotency-Key": "k" };
  const bindings = makeBindings({ HISTORY_BYTES: "1" });

  /** Removes the revisions so far, as later writes do. */
  async function removeRevisions(): Promise<void> {
    await env.DB.prepare("UPDATE image_revisions SET time = time - 61000").run();
    await update({ name: "later" }, { bindings });
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM image_revisions WHERE image = ?").bind(image).first("n"),
    ).toBe(1);
  }

  it("is not applied again: it gets the image as it is, and the revision that is gone", async () => {
    expect(await update({ name: "b", tags: { a: 1 } }, { headers })).toMatchObject({ ETag: '"2-9.0.0"' });
    await removeRevisions();
    const now = { status: 200, ETag: '"3-9.0.0"', json: makeImageJson("later", { tags: { a: 1 } }) };
    expect(await update({ name: "b", tags: { a: 1 } }, { headers })).toEqual({
      ...now,
      "Changed-Fields": "name, tags",
      "Idempotent-Replayed": "true",
      "Revision-Not-Kept": "2",
    });
    expect(await update({ name: "c" }, { headers })).toMatchObject({
      status: 422,
      json: { code: "IdempotencyKeyReused" },
    });
    expect(await get()).toEqual(now);
  });

  it("is not applied again for a day", async () => {
    await update({ name: "b" }, { headers });
    await removeRevisions();
    const trim = () => update({ name: "my-image" }, { headers: { "Idempotency-Key": crypto.randomUUID() } });
    const age = (ms: number) => env.DB.prepare("UPDATE account_writes SET time = time - ?").bind(ms).run();
    await age(24 * 3_600_000 - 10_000);
    await trim();
    expect(await update({ name: "b" }, { headers })).toMatchObject({ "Revision-Not-Kept": "2" });
    await age(11_000);
    await trim();
    expect(await update({ name: "b" }, { headers })).toMatchObject({ "Changed-Fields": "name" });
  });

  it("is 404 where the caller no longer sees the image, except for answers without a body", async () => {
    const leave = async () => {
      const body = JSON.stringify([bob.uuid]);
      return pickWriteAnswer(await send({ path: `/my/images/${shared}/acl?action=remove`, body, headers }));
    };
    const destroy = async () => pickWriteAnswer(await send({ method: "DELETE", path: `/my/images/${image}`, headers }));
    await update({ name: "b" }, { headers });
    expect([await leave(), await destroy()]).toEqual([{ status: 204 }, { status: 204 }]);
    await env.DB.prepare("DELETE FROM image_revisions").run();
    await env.DB.prepare("UPDATE images SET revision = revision + 1").run();
    await env.DB.prepare("DELETE FROM image_revisions WHERE revision <= 3").run();
    expect(await update({ name: "b" }, { headers })).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "image not found" },
    });
    expect([await leave(), await destroy()]).toEqual([
      { status: 204, "Idempotent-Replayed": "true", "Revision-Not-Kept": "2" },
      { status: 204, "Idempotent-Replayed": "true", "Revision-Not-Kept": "3" },
    ]);
  });
});

it("requests without an Idempotency-Key are each a request of their own", async () => {
  const written = (revision: number, name: string) => ({
    status: 200,
    ETag: `"${revision}-9.0.0"`,
    "Changed-Fields": "name",
    json: makeImageJson(name),
  });
  for (const [at, name] of ["b", "c", "b"].entries()) expect(await update({ name })).toEqual(written(at + 2, name));
});
