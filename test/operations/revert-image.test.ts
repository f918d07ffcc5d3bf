import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send } from "../support/client.ts";
import { addAcl, pick, readAudit, removeAcl, revert } from "../support/edits.ts";
import { bob, carol, mallory, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import {
  get,
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
import { makeUuid } from "../support/uuids.ts";

beforeEach(() => provisionThree());

const updated = {
  name: "new",
  version: "2",
  description: "d",
  homepage: "http://h/",
  eula: "http://e/",
  tags: { a: 1 },
};

const makeAnswer = (revision: number, json: object, changed: string) => ({
  status: 200,
  ETag: `"${revision}-9.0.0"`,
  "Changed-Fields": changed,
  json,
});
const makeUnkept = (sent: string, range = "1 to 2") => ({
  status: 409,
  json: { code: "InvalidArgument", message: `revision is one that is kept, ${range}; ${sent} was sent` },
});
const allButAcl = "name, version, description, homepage, eula, tags";

describe("RevertImage", () => {
  it("gives the image the fields of a revision, as a new revision that the audit names", async () => {
    await update(updated);
    const answer = makeAnswer(3, makeImageJson("my-image"), allButAcl);
    expect(await pick(revert(1, { headers: { "Request-Id": "undo" } }))).toEqual(answer);
    expect(await get()).toEqual({ status: 200, ETag: '"3-9.0.0"', json: answer.json });
    const [entry] = await readAudit();
    expect(entry).toMatchObject({ action: "revert", revision: 3, caller: { account: bob.uuid, requestId: "undo" } });
    expect(Object.keys(entry?.changes ?? {}).sort()).toEqual(allButAcl.split(", ").sort());
    expect(await pick(revert(2))).toMatchObject(makeAnswer(4, updated, allButAcl));
  });

  it("changes nothing where the fields are those already", async () => {
    expect(await pick(revert(1))).toEqual(makeAnswer(1, makeImageJson("my-image"), ""));
    await update({ name: "new" });
    expect(await pick(revert(2))).toMatchObject(makeAnswer(2, { name: "new" }, ""));
  });

  it("never brings back a grant that was withdrawn, unless it is asked to", async () => {
    await addAcl([mallory.uuid, carol.uuid]);
    await removeAcl([mallory.uuid]);
    await update({ name: "new" });
    expect(await pick(revert(2))).toEqual(makeAnswer(5, makeImageJson("my-image", { acl: [carol.uuid] }), "name"));
    const both = { acl: [mallory.uuid, carol.uuid] };
    expect(await pick(revert(2, { query: "acl=true" }))).toEqual(makeAnswer(6, makeImageJson("my-image", both), "acl"));
    expect((await get({ sign: { as: mallory.login } })).status).toBe(200);
    expect((await readAudit())[0]).toMatchObject({
      action: "revert",
      changes: { acl: { before: [carol.uuid], after: both.acl } },
    });
    expect(await pick(revert(1, { query: "acl=false" }))).toMatchObject({ ETag: '"6-9.0.0"', "Changed-Fields": "" });
  });

  it("gives back an acl and tags that are beyond the bounds of today", async () => {
    const both = { acl: [mallory.uuid, carol.uuid], tags: { a: "x".repeat(100) } };
    await update(both);
    await update({ acl: null, tags: null });
    const bindings = makeBindings({ MAX_ACL: "1", MAX_TAGS_BYTES: "50" });
    expect(await pick(revert(2, { query: "acl=true", bindings }))).toEqual(
      makeAnswer(4, makeImageJson("my-image", both), "acl, tags"),
    );
  });

  it("takes its parameters from the body too", async () => {
    await update({ name: "new" });
    const path = `/my/images/${image}`;
    const body = JSON.stringify({ action: "revert", revision: 1, acl: true });
    expect(pickWriteAnswer(await send({ path, body, headers: newest }))).toMatchObject({
      ETag: '"3-9.0.0"',
      "Changed-Fields": "name",
    });
  });

  it.each(["3", "0", "-1", "1.5", "x", "1e0", "99999999999999999999", "1&revision=2"])(
    "refuses %s, which is no revision that is kept, and names the oldest",
    async (revision) => {
      await update({ name: "new" });
      const sent = revision.includes("&") ? "an array" : JSON.stringify(revision);
      expect(await pick(revert(revision))).toEqual(makeUnkept(sent));
      expect(
        await pick(send({ method: "GET", path: `/my/images/${image}?revision=${revision}`, headers: newest })),
      ).toEqual(makeUnkept(sent));
      expect(await get()).toMatchObject({ ETag: '"2-9.0.0"' });
    },
  );

  it("reverts to none that the bound of the history passed", async () => {
    for (const name of ["b", "c", "d"]) await update({ name });
    const bindings = makeBindings({ HISTORY_REVISIONS: "2" });
    expect(await pick(revert(2, { bindings }))).toEqual(makeUnkept('"2"', "3 to 4"));
    expect(await pick(revert(3, { bindings }))).toMatchObject(makeAnswer(5, { name: "c" }, "name"));
  });

  it.each([
    ["", { code: "MissingParameter", message: "revision is a required argument" }],
    ["&revision=", { code: "MissingParameter", message: "revision is a required argument" }],
    ["&revision=1&acl=yes", { code: "InvalidArgument", message: 'acl is true or false here; "yes" was sent' }],
  ])("needs a revision, and an acl that is true or false: %s", async (query, json) => {
    const answer = await send({ path: `/my/images/${image}?action=revert${query}` });
    expect([answer.status, answer.json]).toEqual([409, json]);
  });

  it("is the owner's, and moves nothing but the seven fields", async () => {
    await update({ name: "other" }, { of: shared, sign: { as: mallory.login } });
    expect(await pick(revert(1, { of: shared }))).toMatchObject({ status: 422, json: { code: "NotImageOwner" } });
    const manifest = { uuid: image, owner: bob.uuid, name: "n", version: "1", state: "disabled", os: "linux" };
    await provision(env.DB, { images: [manifest] });
    expect(await pick(revert(1))).toMatchObject({ json: { name: "my-image", state: "disabled", os: "linux" } });
  });

  it("keeps If-Match and Idempotency-Key as an update does", async () => {
    await update({ name: "new" });
    expect(await pick(revert(1, { headers: { "If-Match": '"1-9.0.0"' } }))).toEqual(makeStaleAnswer(2));
    const headers = { "Idempotency-Key": "k", "If-Match": '"2-9.0.0"' };
    const first = await pick(revert(1, { headers }));
    await update({ name: "later" });
    expect(await pick(revert(1, { headers }))).toEqual({ ...first, "Idempotent-Replayed": "true" });
    expect(await pick(revert(2, { headers }))).toMatchObject({ json: { code: "IdempotencyKeyReused" } });
    expect(await get()).toMatchObject({ json: { name: "later" } });
  });
});

describe("GetImage with a revision", () => {
  const read = (revision: number, more: Parameters<typeof send>[0] | object = {}) =>
    pick(send({ method: "GET", path: `/my/images/${image}?revision=${revision}`, headers: newest, ...more }));

  it("answers the image as it was, with that revision's ETag", async () => {
    await update({ name: "new" });
    expect(await read(1)).toEqual({ status: 200, ETag: '"1-9.0.0"', json: makeImageJson("my-image") });
    expect(await read(2)).toEqual({ status: 200, ETag: '"2-9.0.0"', json: makeImageJson("new") });
    const known = { ...newest, "If-None-Match": '"1-9.0.0"' };
    expect(await read(1, { headers: known })).toEqual({ status: 304, ETag: '"1-9.0.0"' });
  });

  it("is for the owner and operators, of a destroyed image too", async () => {
    await addAcl([mallory.uuid]);
    const asMallory = { sign: { as: mallory.login } };
    expect(await read(1, asMallory)).toMatchObject({ status: 422, json: { code: "NotImageOwner" } });
    await removeAcl([mallory.uuid]);
    expect(await read(1, asMallory)).toEqual({
      status: 404,
      json: { code: "ResourceNotFound", message: "image not found" },
    });
    const root = { uuid: makeUuid(9), login: "root", operator: true, keys: [makeKey("ed25519")] };
    await provision(env.DB, { accounts: [root] });
    expect(await read(1, { sign: { as: root.login } })).toMatchObject({ status: 200, ETag: '"1-9.0.0"' });
    await send({ method: "DELETE", path: `/my/images/${image}` });
    expect(await read(1)).toMatchObject({ status: 200, json: { name: "my-image" } });
  });
});

const fields = fc.record(
  {
    name: fc.constantFrom("a", "b", "c"),
    description: fc.constantFrom(null, "x", "y"),
    homepage: fc.constantFrom(null, "http://h/"),
    acl: fc.constantFrom(null, [mallory.uuid], [carol.uuid, mallory.uuid]),
    tags: fc.constantFrom(null, {}, { a: 1 }, { a: [null, 1.5e-7] }),
  },
  { requiredKeys: [] },
);

it("reverts to any revision as ?revision=N shows it, but for the acl", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { minLength: 2, maxLength: 8 }),
      fc.nat(),
      fc.boolean(),
      async (updates, choice, withAcl) => {
        await provisionThree();
        for (const sent of updates) await update(sent);
        const current = (await get()) as unknown as { ETag: string; json: Record<string, unknown> };
        const revision = 1 + (choice % Number.parseInt(current.ETag.slice(1), 10));
        const old = (
          await pick(send({ method: "GET", path: `/my/images/${image}?revision=${revision}`, headers: newest }))
        ).json;
        const { acl: _, ...others } = old as Record<string, unknown>;
        const acl = (withAcl ? (old as Record<string, unknown>) : current.json)["acl"];
        const answer = await pick(revert(revision, { query: `acl=${withAcl}` }));
        expect(answer.json).toEqual({ ...others, ...(acl !== undefined && { acl }) });
        expect((await get()).json).toEqual(answer.json);
      },
    ),
    propertyOptions(100),
  );
});
