import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send } from "../support/client.ts";
import { addAcl, pick, readAudit, removeAcl } from "../support/edits.ts";
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
} from "../support/safe-writes.ts";
import { makeUuid } from "../support/uuids.ts";

beforeEach(() => provisionThree());

const [one, two, three] = [makeUuid(1), makeUuid(2), makeUuid(3)];

const makeAnswer = (revision: number, acl: readonly string[], changed = "acl") => ({
  status: 200,
  ETag: `"${revision}-9.0.0"`,
  "Changed-Fields": changed,
  json: makeImageJson("my-image", acl.length > 0 ? { acl } : {}),
});

describe("AddImageAcl and RemoveImageAcl", () => {
  it("change a set: whom it has is not added again, whom it lacks is not removed", async () => {
    expect(await pick(addAcl([one, two]))).toEqual(makeAnswer(2, [one, two]));
    expect(await pick(addAcl([two, one, two]))).toEqual(makeAnswer(2, [one, two], ""));
    expect(await pick(addAcl([three, two]))).toEqual(makeAnswer(3, [one, two, three]));
    expect(await pick(removeAcl([two, carol.uuid]))).toEqual(makeAnswer(4, [one, three]));
    expect(await pick(removeAcl([two]))).toEqual(makeAnswer(4, [one, three], ""));
    expect(await pick(removeAcl([three, one]))).toEqual(makeAnswer(5, []));
    expect(await pick(addAcl([]))).toEqual(makeAnswer(5, [], ""));
    const actions = (await readAudit()).map(({ action, changes }) => [action, changes["acl"]?.after]);
    expect(actions.slice(0, 4)).toEqual([
      ["remove-acl", null],
      ["remove-acl", [one, three]],
      ["add-acl", [one, two, three]],
      ["add-acl", [one, two]],
    ]);
  });

  it("let the account see the image at once, and no longer", async () => {
    const seen = async () => (await get({ sign: { as: mallory.login } })).status;
    expect(await seen()).toBe(404);
    await addAcl([mallory.uuid]);
    expect(await seen()).toBe(200);
    await removeAcl([mallory.uuid]);
    expect(await seen()).toBe(404);
  });

  it.each<[string, Parameters<typeof send>[0]["headers"], unknown]>([
    ["an array", {}, [one, two]],
    ["an object", {}, { acl: [one, two] }],
    ["an object with text, as the published page types it", {}, { acl: `${one},${two}` }],
    ["a form", { "Content-Type": "application/x-www-form-urlencoded" }, `acl=${one}&acl=${two}`],
    ["a form with one text", { "Content-Type": "application/x-www-form-urlencoded" }, `acl=${one},${two}`],
  ])("take %s", async (_, headers, body) => {
    expect(await pick(addAcl(body, { headers: headers as Record<string, string> }))).toEqual(makeAnswer(2, [one, two]));
  });

  it("take the action from an object's body", async () => {
    const path = `/my/images/${image}/acl`;
    const body = JSON.stringify({ action: "add", acl: [one] });
    expect(pickWriteAnswer(await send({ path, body, headers: newest }))).toEqual(makeAnswer(2, [one]));
  });

  const makeInvalid = (message: string, code = "Invalid") => ({
    status: 422,
    json: { code: "ValidationFailed", message: "invalid image data: acl", errors: [{ field: "acl", code, message }] },
  });
  const rule = "acl is an array of account UUIDs in lower case, or null";

  it.each<[string, unknown, object]>([
    ["an entry that is no UUID", [one, "alice"], makeInvalid('acl[1]: "alice" is not an account UUID in lower case')],
    ["null", { acl: null }, makeInvalid(`${rule}; null was sent`, "MissingParameter")],
    ["a number", { acl: 5 }, makeInvalid(`${rule}; 5 was sent`)],
    [
      "no acl",
      { alc: [one] },
      {
        status: 409,
        json: { code: "MissingParameter", message: "acl is a required argument: an array of account UUIDs" },
      },
    ],
    [
      "a number as the body",
      "5",
      { status: 400, json: { code: "BadRequest", message: "the body must be a JSON array or object; 5 was sent" } },
    ],
  ])("refuse %s, and change nothing", async (_, body, expected) => {
    expect(await pick(addAcl(body))).toEqual(expected);
    expect(await pick(removeAcl(body))).toEqual(expected);
    expect(await get()).toMatchObject({ ETag: '"1-9.0.0"' });
  });

  it.each([
    ["", { code: "MissingParameter", message: "action is a required argument" }],
    ["?action=share", { code: "InvalidArgument", message: "action share is not a valid argument" }],
  ])("are named by the action: %s", async (query, json) => {
    const answer = await send({ path: `/my/images/${image}/acl${query}`, body: JSON.stringify({ acl: [one] }) });
    expect([answer.status, answer.json]).toEqual([409, json]);
  });

  it("judge the bound by the whole set, when the statement runs", async () => {
    const bindings = makeBindings({ MAX_ACL: "2" });
    const tooMany = makeInvalid("acl is at most 2 accounts; 3 would be in it");
    await addAcl([one, two], { bindings });
    expect(await pick(addAcl([three], { bindings }))).toEqual(tooMany);
    expect(await pick(addAcl([one, two, three], { bindings }))).toEqual(
      makeInvalid("acl is at most 2 accounts; 3 were sent"),
    );
    expect(await pick(addAcl([two], { bindings }))).toEqual(makeAnswer(2, [one, two], ""));
    expect(await pick(removeAcl([two], { bindings }))).toEqual(makeAnswer(3, [one]));
    expect(await pick(addAcl([three], { bindings }))).toEqual(makeAnswer(4, [one, three]));
  });

  it("leave a set that was provisioned larger as it is, and let it shrink", async () => {
    const acl = [one, two, three];
    await provision(env.DB, {
      images: [{ uuid: image, owner: bob.uuid, name: "my-image", version: "1.0.0", os: "smartos", type: "zvol", acl }],
    });
    const bindings = makeBindings({ MAX_ACL: "2" });
    expect(await pick(addAcl([two], { bindings }))).toEqual(makeAnswer(2, acl, ""));
    expect(await pick(addAcl([carol.uuid], { bindings }))).toMatchObject({ status: 422 });
    expect(await pick(removeAcl([two], { bindings }))).toEqual(makeAnswer(3, [one, three]));
  });

  it("are the owner's: another account that sees the image is refused, and one that does not finds none", async () => {
    const notOwner = { code: "NotImageOwner", message: "only the owner of an image may change or delete it" };
    expect(await pick(addAcl([bob.uuid], { of: shared }))).toEqual({ status: 422, json: notOwner });
    const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };
    expect(await pick(addAcl([bob.uuid], { of: hidden }))).toEqual(notFound);
    expect(await pick(removeAcl([bob.uuid], { of: hidden }))).toEqual(notFound);
  });

  it("keep If-Match and Idempotency-Key as an update does", async () => {
    await addAcl([one]);
    expect(await pick(addAcl([two], { headers: { "If-Match": '"1-9.0.0"' } }))).toEqual(makeStaleAnswer(2));
    const headers = { "If-Match": '"2-9.0.0"', "Idempotency-Key": "k" };
    expect(await pick(addAcl([two], { headers }))).toEqual(makeAnswer(3, [one, two]));
    await removeAcl([two]);
    const replayed = { ...makeAnswer(3, [one, two]), "Idempotent-Replayed": "true" };
    expect(await pick(addAcl([two], { headers }))).toEqual(replayed);
    expect(await pick(addAcl([three], { headers }))).toMatchObject({
      status: 422,
      json: { code: "IdempotencyKeyReused" },
    });
    expect(await get()).toMatchObject({ ETag: '"4-9.0.0"' });
  });
});

describe("an account that an image is shared with", () => {
  const notOwner = {
    status: 422,
    json: {
      code: "NotImageOwner",
      message: "only the owner of an image may remove other accounts from its acl; you may remove your own alone",
    },
  };
  const list = async () =>
    ((await send({ method: "GET", path: "/my/images" })).json as { id: string }[]).map(({ id }) => id);

  it("leaves it: it is gone from list and get at once, and the owner's audit names who and when", async () => {
    await addAcl([bob.uuid, carol.uuid], { of: shared, sign: { as: mallory.login } });
    expect(await list()).toContain(shared);
    const before = Date.now();
    const answer = await removeAcl([bob.uuid], { of: shared, headers: { "Request-Id": "my-leave" } });
    expect([answer.status, answer.text, answer.headers.get("ETag")]).toEqual([204, "", null]);
    expect(await list()).not.toContain(shared);
    expect(await get({ of: shared })).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "image not found" },
    });
    const audit = await send({
      method: "GET",
      path: `/my/images/${shared}/audit`,
      headers: newest,
      sign: { as: mallory.login },
    });
    const [entry] = audit.json as { time: string }[];
    expect(entry).toEqual({
      action: "leave",
      success: "yes",
      time: expect.any(String),
      caller: {
        type: "signature",
        keyId: expect.stringMatching(/^\/bob\/keys\/SHA256:/),
        account: bob.uuid,
        requestId: "my-leave",
      },
      revision: 3,
      changes: { acl: { before: [bob.uuid, carol.uuid], after: [carol.uuid] } },
    });
    expect(Math.abs(Date.parse(String(entry?.time)) - before)).toBeLessThan(60_000);
  });

  it("does not find it again: the second time is 404", async () => {
    await removeAcl([bob.uuid], { of: shared });
    expect((await removeAcl([bob.uuid], { of: shared })).status).toBe(404);
  });

  it.each(["unactivated", "creating", "failed", "destroyed"])("cannot leave one that is %s", async (state) => {
    await provision(env.DB, {
      images: [{ uuid: shared, owner: mallory.uuid, name: "shared", version: "1", state, acl: [bob.uuid] }],
    });
    expect(await pick(removeAcl([bob.uuid], { of: shared }))).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "image not found" },
    });
    const stored = env.DB.prepare("SELECT acl, revision FROM images WHERE uuid = ?").bind(shared);
    expect(await stored.first()).toEqual({ acl: JSON.stringify([bob.uuid]), revision: 2 });
  });

  it("repeats it with the same Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "k" };
    expect((await removeAcl([bob.uuid], { of: shared, headers })).status).toBe(204);
    const again = await removeAcl([bob.uuid], { of: shared, headers });
    expect([again.status, again.text, again.headers.get("Idempotent-Replayed")]).toEqual([204, "", "true"]);
  });

  it.each([
    ["another", [carol.uuid]],
    ["another beside itself", [bob.uuid, carol.uuid]],
    ["nobody", []],
  ])("cannot remove %s", async (_, accounts) => {
    await addAcl([carol.uuid], { of: shared, sign: { as: mallory.login } });
    expect(await pick(removeAcl(accounts, { of: shared }))).toEqual(notOwner);
    expect(await get({ of: shared })).toMatchObject({ json: { acl: [bob.uuid, carol.uuid] } });
  });

  it("sees a public image still, and leaves it once", async () => {
    await provision(env.DB, {
      images: [{ uuid: shared, owner: mallory.uuid, name: "shared", version: "1", public: true, acl: [bob.uuid] }],
    });
    const headers = { "If-Match": '"9-9.0.0"' };
    expect(await pick(removeAcl([bob.uuid], { of: shared, headers }))).toEqual(makeStaleAnswer(2));
    expect((await removeAcl([bob.uuid], { of: shared })).status).toBe(204);
    expect((await removeAcl([bob.uuid], { of: shared })).status).toBe(204);
    const after = await get({ of: shared });
    expect(after).toMatchObject({ status: 200, ETag: '"3-9.0.0"' });
    expect(after.json).not.toHaveProperty("acl");
  });

  it("leaves as the account that an operator acts as, and not as the operator", async () => {
    const root = { uuid: makeUuid(9), login: "root" };
    await provision(env.DB, { accounts: [{ ...root, operator: true, keys: await keysOf() }] });
    const path = `/bob/images/${shared}/acl?action=remove`;
    const asRoot = { as: root.login };
    expect((await send({ path, body: JSON.stringify([root.uuid]), sign: asRoot })).status).toBe(422);
    expect((await send({ path, body: JSON.stringify([bob.uuid]), sign: asRoot })).status).toBe(204);
    expect(await list()).not.toContain(shared);
  });

  const keysOf = async () =>
    (await env.DB.prepare("SELECT name, key FROM keys WHERE account = ?").bind(bob.uuid).all()).results;
});
