import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Bindings } from "../../src/context.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, mallory, provision } from "../support/fixtures.ts";
import { image, newest, provisionThree, shared, update } from "../support/safe-writes.ts";
import { formatPublicLine, type KeyName, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(provisionThree);

const answerTo = async (request: TestRequest, some: Partial<Bindings> = {}) =>
  pickStatusAndJson(await send({ headers: newest, ...request, bindings: makeBindings(some) }));

const makeRefusal = (code: string, message: string, status = 403) => ({ status, json: { code, message } });

describe("MAX_IMAGES", () => {
  const clone = { path: `/my/images/${shared}?action=clone` };
  const full = (most: number) =>
    makeRefusal("QuotaExceeded", `the account owns ${most} images, the most that it may own; delete one first`);
  const countImages = () =>
    env.DB.prepare("SELECT count(*) AS n FROM images WHERE owner = ?").bind(bob.uuid).first("n");

  it("refuses the clone that would be one too many, and takes it after a deletion", async () => {
    expect(await answerTo(clone, { MAX_IMAGES: "2" })).toMatchObject({ status: 200 });
    expect(await answerTo(clone, { MAX_IMAGES: "2" })).toEqual(full(2));
    expect(await countImages()).toBe(2);
    expect((await answerTo({ method: "DELETE", path: `/my/images/${image}` })).status).toBe(204);
    expect(await answerTo(clone, { MAX_IMAGES: "2" })).toMatchObject({ status: 200 });
    expect(await answerTo(clone, { MAX_IMAGES: "2" })).toEqual(full(2));
  });

  it("does not bind with 0, and does not bind provisioning", async () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({
      uuid: makeUuid(at),
      owner: bob.uuid,
      name: "n",
      version: "1",
    }));
    await provision(env.DB, { images: many });
    expect(await answerTo(clone)).toEqual(full(1000));
    expect(await answerTo(clone, { MAX_IMAGES: "0" })).toMatchObject({ status: 200 });
    expect(await countImages()).toBe(1002);
  });

  it("answers a repeated Idempotency-Key with the clone of the first time, though the account is full by now", async () => {
    const keyed = { ...clone, headers: { ...newest, "Idempotency-Key": "k" } };
    const first = await answerTo(keyed, { MAX_IMAGES: "2" });
    expect(await answerTo(keyed, { MAX_IMAGES: "2" })).toEqual(first);
  });

  it("refuses last: a clone that is not possible is refused for its own reason", async () => {
    const missing = { path: `/my/images/${makeUuid(7)}?action=clone` };
    expect(await answerTo(missing, { MAX_IMAGES: "1" })).toEqual(
      makeRefusal("ResourceNotFound", "image not found", 404),
    );
    expect(await answerTo({ path: `/my/images/${image}?action=clone` }, { MAX_IMAGES: "1" })).toMatchObject({
      status: 422,
      json: { code: "ImageNotShared" },
    });
  });

  it("counts one account's images for that account alone", async () => {
    const many = Array.from({ length: 5 }, (_, at) => ({
      uuid: makeUuid(at),
      owner: mallory.uuid,
      name: "n",
      version: "1",
    }));
    await provision(env.DB, { images: many });
    expect(await answerTo(clone, { MAX_IMAGES: "2" })).toMatchObject({ status: 200 });
  });
});

describe("MAX_KEYS", () => {
  const create = (name: KeyName) => ({ path: "/my/keys", body: JSON.stringify({ key: formatPublicLine(name) }) });
  const full = (most: number) =>
    makeRefusal("QuotaExceeded", `the account has ${most} keys, the most that it may have; delete one first`);
  const countKeys = () => env.DB.prepare("SELECT count(*) AS n FROM keys WHERE account = ?").bind(bob.uuid).first("n");

  it("refuses the key that would be one too many, and takes it after a deletion", async () => {
    expect(await answerTo(create("rsa"), { MAX_KEYS: "2" })).toMatchObject({ status: 201 });
    expect(await answerTo(create("ecdsa"), { MAX_KEYS: "2" })).toEqual(full(2));
    expect(await countKeys()).toBe(2);
    expect((await answerTo({ method: "DELETE", path: "/my/keys/rsa" })).status).toBe(204);
    expect(await answerTo(create("ecdsa"), { MAX_KEYS: "2" })).toMatchObject({ status: 201 });
  });

  it("does not bind with 0, and does not bind provisioning", async () => {
    const keys = (["ed25519", "rsa", "ecdsa"] as const).map(makeKey);
    await provision(env.DB, { accounts: [{ ...bob, keys }] });
    expect(await answerTo(create("ecdsa384"), { MAX_KEYS: "2" })).toEqual(full(2));
    expect(await answerTo(create("ecdsa384"), { MAX_KEYS: "0" })).toMatchObject({ status: 201 });
  });

  it("names the key that is there already, full or not", async () => {
    expect(await answerTo(create("ed25519"), { MAX_KEYS: "1" })).toEqual(
      makeRefusal("InvalidArgument", "a key named ed25519 exists already", 409),
    );
  });

  it("counts one account's keys for that account alone", async () => {
    const keys = (["ed25519", "rsa", "ecdsa"] as const).map(makeKey);
    await provision(env.DB, { accounts: [{ ...mallory, keys }] });
    expect(await answerTo(create("ecdsa384"), { MAX_KEYS: "2" })).toMatchObject({ status: 201 });
  });
});

describe("the comment of a key", () => {
  const [line = ""] = formatPublicLine("rsa").split(" rsa");
  const create = (comment: string) => ({
    path: "/my/keys",
    body: JSON.stringify({ name: "new", key: `${line} ${comment}` }),
  });

  it("is at most 1024 characters", async () => {
    const key = `${line} ${"c".repeat(1025)}`;
    expect(await answerTo(create("c".repeat(1025)))).toEqual(
      makeRefusal(
        "InvalidArgument",
        `a key's comment is at most 1024 characters; ${key.slice(0, 64)}... was sent`,
        409,
      ),
    );
    expect(await answerTo(create("c".repeat(1024)))).toMatchObject({ status: 201 });
  });
});

describe("MAX_TAGS_BYTES", () => {
  const refuse = (most: number, sent: number) => {
    const message = `tags is at most ${most} bytes of JSON as it is stored; ${sent} were sent`;
    const errors = [{ field: "tags", code: "Invalid", message }];
    return { status: 422, json: { code: "ValidationFailed", message: "invalid image data: tags", errors } };
  };
  const sendTags = (body: string, some: Partial<Bindings> = {}) =>
    answerTo({ path: `/my/images/${image}?action=update`, body }, some);

  it("counts the JSON as it is stored: 1e20 is sent in 4 characters and stored in 21", async () => {
    const stored = '{"a":100000000000000000000}'.length;
    const body = '{"tags":{"a":1e20}}';
    expect(await sendTags(body, { MAX_TAGS_BYTES: String(stored - 1) })).toEqual(refuse(stored - 1, stored));
    expect(await sendTags(body, { MAX_TAGS_BYTES: String(stored) })).toMatchObject({ status: 200 });
    expect(
      await env.DB.prepare("SELECT octet_length(tags) AS n FROM images WHERE uuid = ?").bind(image).first("n"),
    ).toBe(stored);
  });

  it("counts bytes of UTF-8 and not characters", async () => {
    const stored = new TextEncoder().encode('{"a":"üü"}').length;
    expect(await sendTags('{"tags":{"a":"üü"}}', { MAX_TAGS_BYTES: "10" })).toEqual(refuse(10, stored));
  });

  it("is 102400 by default, which 20000 numbers of 1e20 exceed, and no bound with 0", async () => {
    const body = `{"tags":{"a":[${"1e20,".repeat(19_000)}1]}}`;
    const stored = 8 + 19_000 * 22 + 1;
    expect(body.length).toBeLessThan(100_000);
    expect(await sendTags(body)).toEqual(refuse(102_400, stored));
    expect(await sendTags(body, { MAX_TAGS_BYTES: "0" })).toMatchObject({ status: 200 });
  });

  it("does not bind what was provisioned: the image is updated in its other fields", async () => {
    const large = { uuid: image, owner: bob.uuid, name: "n", version: "1", tags: { a: "x".repeat(200_000) } };
    await provision(env.DB, { images: [large] });
    expect(await update({ name: "b" })).toMatchObject({ status: 200, json: { name: "b", tags: large.tags } });
  });
});

describe("MAX_ACL", () => {
  const accounts = (length: number) => Array.from({ length }, (_, at) => makeUuid(at));
  const refuse = (most: number, sent: number) => {
    const errors = [{ field: "acl", code: "Invalid", message: `acl is at most ${most} accounts; ${sent} were sent` }];
    return { status: 422, json: { code: "ValidationFailed", message: "invalid image data: acl", errors } };
  };

  it("counts different accounts, and does not bind with 0", async () => {
    const acl = [...accounts(3), ...accounts(3)];
    expect(await update({ acl }, { bindings: makeBindings({ MAX_ACL: "2" }) })).toEqual(refuse(2, 3));
    expect(await update({ acl }, { bindings: makeBindings({ MAX_ACL: "3" }) })).toMatchObject({ status: 200 });
    const many = accounts(2500);
    expect(await update({ acl: many }, { bindings: makeBindings({ MAX_ACL: "0" }) })).toMatchObject({ status: 200 });
  });

  it("is 3000 by default, which is more than one body holds", async () => {
    expect(JSON.stringify({ acl: accounts(3000) }).length).toBeGreaterThan(100_000);
    expect(await update({ acl: accounts(2500) })).toMatchObject({ status: 200 });
  });

  it("does not bind what was provisioned: a larger acl stays, and the image is updated in its other fields", async () => {
    const acl = accounts(3001);
    await provision(env.DB, { images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1", acl }] });
    expect(await update({ name: "b" })).toMatchObject({ status: 200, json: { name: "b", acl } });
    expect(await update({ acl: [] })).toMatchObject({ status: 200, "Changed-Fields": "acl" });
  });
});
