import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send } from "../client.ts";
import { bob, mallory, provision } from "../fixtures.ts";
import { get, hidden, image, newest, provisionThree, shared, stale, told, update, wire } from "../safe-writes.ts";
import { publicLine } from "../signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

beforeEach(provisionThree);

describe("Idempotency-Key", () => {
  const headers = { "Idempotency-Key": "k-1" };
  const first = { status: 200, ETag: '"2-9.0.0"', "Changed-Fields": "name", json: wire("b") };
  const replayed = { ...first, "Idempotent-Replayed": "true" };
  const reused = {
    status: 422,
    json: {
      code: "IdempotencyKeyReused",
      message:
        "this Idempotency-Key was sent before with another request on this image; use a new key for each new request",
    },
  };

  it("answers the same request again as it did, whatever became of the image", async () => {
    expect(await update({ name: "b" }, { headers })).toEqual(first);
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
    await update({ name: "c", tags: { a: 1 } });
    await provision(env.DB, { images: [{ uuid: image, owner: bob.uuid, name: "d", version: "9", os: "linux" }] });
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
    expect(await get()).toMatchObject({ ETag: '"4-9.0.0"', json: { name: "d" } });
    await send({ method: "DELETE", path: `/my/images/${image}` });
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
    const older = await update({ name: "b" }, { headers: { ...headers, "Accept-Version": "7.2.0" } });
    expect(older).toEqual({ ...replayed, ETag: '"2-7.2.0"', json: wire("b", { type: "virtualmachine" }) });
  });

  it("finds its success before its stale If-Match", async () => {
    const onFirst = { ...headers, "If-Match": '"1-9.0.0"' };
    expect(await update({ name: "b" }, { headers: onFirst })).toEqual(first);
    expect(await update({ name: "b" }, { headers: onFirst })).toEqual(replayed);
    expect(await update({ name: "b" }, { headers: { ...onFirst, "If-Match": 'W/"1-8.0.0"' } })).toEqual(replayed);
  });

  it("tells the same request by its meaning, not by its headers", async () => {
    await update({ tags: { a: 1 }, name: "b" }, { headers: { ...headers, "Request-Id": "one" } });
    const again = await send({
      path: `/bob/images/${image}?action=update&name=b`,
      body: "tags=%7B%22a%22%3A1%7D",
      headers: { ...newest, ...headers, "Content-Type": "application/x-www-form-urlencoded", "Request-Id": "one" },
    });
    expect(told(again)).toMatchObject({ status: 200, "Idempotent-Replayed": "true", ETag: '"2-9.0.0"' });
    expect(again.headers.get("Request-Id")).toBe("one");
  });

  it("is refused with another request", async () => {
    expect(await update({ name: "b" }, { headers })).toEqual(first);
    expect(await update({ name: "c" }, { headers })).toEqual(reused);
    expect(await update({ name: "b", version: "1.0.0" }, { headers })).toEqual(reused);
    expect(await update({ name: "b" }, { headers: { ...headers, "If-Match": "*" } })).toEqual(reused);
    expect(await get()).toEqual({ status: 200, ETag: '"2-9.0.0"', json: wire("b") });
  });

  it("is its account's, image's and operation's own", async () => {
    expect(await update({ name: "b" }, { headers })).toEqual(first);
    expect(await update({ name: "b" }, { headers, of: hidden, sign: { as: "mallory" } })).toMatchObject({
      status: 200,
      ETag: '"2-9.0.0"',
      "Changed-Fields": "name",
    });
    const removal = () => send({ method: "DELETE", path: `/my/images/${image}`, headers });
    expect(told(await removal())).toEqual({ status: 204 });
    expect(told(await removal())).toEqual({ status: 204, "Idempotent-Replayed": "true" });
    expect(await update({ name: "b" }, { headers })).toEqual(replayed);
  });

  it("makes one clone", async () => {
    const clone = async () =>
      told(await send({ path: `/my/images/${shared}?action=clone`, headers: { ...newest, ...headers } }));
    const made = await clone();
    expect(made).toMatchObject({ status: 200, ETag: '"1-9.0.0"', json: { name: "shared", owner: bob.uuid } });
    expect(await clone()).toEqual({ ...made, "Idempotent-Replayed": "true" });
    const { results } = await env.DB.prepare("SELECT uuid FROM images WHERE name = 'shared'").all();
    expect(results).toHaveLength(2);
  });

  it("makes a clone for each account that sends it", async () => {
    const carol = { uuid: "22222222-2222-4222-8222-222222222222", login: "carol" };
    await provision(env.DB, {
      accounts: [{ ...carol, keys: [{ name: "rsa", key: publicLine("rsa") }] }],
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

  it("of a refused or an empty write is judged anew", async () => {
    expect(await update({ name: "b" }, { headers: { ...headers, "If-Match": '"7-9.0.0"' } })).toEqual(stale(1));
    expect(await update({ name: "my-image" }, { headers })).toEqual({
      status: 200,
      ETag: '"1-9.0.0"',
      "Changed-Fields": "",
      json: wire("my-image"),
    });
    expect(await update({ name: "b" }, { headers })).toEqual(first);
  });

  it("needs its credentials still", async () => {
    await update({ name: "b" }, { headers });
    await env.DB.prepare("UPDATE accounts SET disabled = 1").run();
    expect(await update({ name: "b" }, { headers })).toMatchObject({ status: 403 });
  });

  it("is 1 to 255 visible characters", async () => {
    for (const sent of ["", "a b", "x".repeat(256), "ü"]) {
      expect(await update({ name: "b" }, { headers: { "Idempotency-Key": sent } })).toMatchObject({
        status: 400,
        json: { code: "InvalidHeader" },
      });
    }
    expect(await update({ name: "b" }, { headers: { "Idempotency-Key": "~".repeat(255) } })).toEqual(first);
  });

  it("costs no further trip to D1", async () => {
    const counted = wrapDatabase(env.DB);
    const bindings = bindingsWith({ DB: counted.db });
    const safe = { ...headers, "If-Match": '"1-9.0.0"' };
    expect(await update({ name: "b" }, { headers: safe, bindings })).toEqual(first);
    expect(counted.calls).toBe(2);
    // One for the credentials and one for the write; from now on the credentials are remembered.
    expect(await update({ name: "b" }, { headers: safe, bindings })).toEqual(replayed);
    expect(counted.calls).toBe(3);
  });
});
