import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Operation } from "../../src/operations.ts";
import { type Answer, pickRepeatable, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { forbidden, limitKey, sendCold } from "../support/limited-keys.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const [own, shared, hidden, missing] = [makeUuid(1), makeUuid(2), makeUuid(3), makeUuid(4)];

/** A request of each operation on an image, and the words that it needs: of each inner list, one. */
const onImage: Partial<Record<Operation, { words: string[][]; make: (id: string) => TestRequest }>> = {
  GetImage: { words: [["read"]], make: (id) => ({ method: "GET", path: `/my/images/${id}` }) },
  ImageAudit: { words: [["read"]], make: (id) => ({ method: "GET", path: `/my/images/${id}/audit` }) },
  ListImageTags: { words: [["read"]], make: (id) => ({ method: "GET", path: `/my/images/${id}/tags` }) },
  GetImageTag: { words: [["read"]], make: (id) => ({ method: "GET", path: `/my/images/${id}/tags/role` }) },
  UpdateImage: {
    words: [["update", "tag", "share"]],
    make: (id) => ({ path: `/my/images/${id}?action=update`, body: "{}" }),
  },
  RevertImage: {
    words: [["update"], ["tag"]],
    make: (id) => ({ path: `/my/images/${id}?action=revert`, body: '{"revision":1}' }),
  },
  CloneImage: { words: [["clone"]], make: (id) => ({ path: `/my/images/${id}?action=clone` }) },
  DeleteImage: { words: [["delete"]], make: (id) => ({ method: "DELETE", path: `/my/images/${id}` }) },
  AddImageAcl: {
    words: [["share"]],
    make: (id) => ({ path: `/my/images/${id}/acl?action=add`, body: JSON.stringify([mallory.uuid]) }),
  },
  RemoveImageAcl: {
    words: [["share"]],
    make: (id) => ({ path: `/my/images/${id}/acl?action=remove`, body: JSON.stringify([bob.uuid]) }),
  },
  AddImageTags: { words: [["tag"]], make: (id) => ({ path: `/my/images/${id}/tags`, body: '{"zone":1}' }) },
  ReplaceImageTags: {
    words: [["tag"]],
    make: (id) => ({ method: "PUT", path: `/my/images/${id}/tags`, body: '{"zone":1}' }),
  },
  DeleteImageTag: { words: [["tag"]], make: (id) => ({ method: "DELETE", path: `/my/images/${id}/tags/role` }) },
  DeleteImageTags: { words: [["tag"]], make: (id) => ({ method: "DELETE", path: `/my/images/${id}/tags` }) },
};

const operations = Object.entries(onImage).map(([operation, row]) => ({ operation, ...row }));
const imageWords = ["read", "update", "tag", "share", "clone", "delete"];

/** The words that stand above an operation's needs: none of them alone covers it. */
const listLacking = (words: string[][]) =>
  imageWords.filter((word) => !words.every((anyOf) => anyOf.includes(word)) && words[0]?.[0] !== "read");

const describeLack = (words: string[][], has: string[] = []) => {
  const lacking = words.find((anyOf) => !anyOf.some((word) => has.includes(word))) ?? [];
  return `the scope of this key lacks ${lacking.map((word) => `images:${word}`).join(" or ")} of this image`;
};

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519"), makeKey("ecdsa")] }, mallory],
    images: [
      { uuid: own, owner: bob.uuid, name: "a", version: "1", tags: { role: "db" } },
      { uuid: shared, owner: mallory.uuid, name: "b", version: "1", tags: { role: "db" }, acl: [bob.uuid] },
      { uuid: hidden, owner: mallory.uuid, name: "c", version: "1" },
    ],
  });
});

describe.each(operations)("$operation", ({ words, make }) => {
  it("is 403 without its word, and tells nothing of the image, of the rest of the request or by its costs", async () => {
    for (const scope of ["account:read keys", `images:update@${makeUuid(9)} images:tag@${makeUuid(9)}`]) {
      await limitKey({ scope });
      const answers: Answer[] = [];
      const costs: unknown[] = [];
      for (const id of [own, hidden, missing, `${own}'`]) {
        const malformed = { "Content-MD5": "AAAA", "If-Match": "x", "Idempotency-Key": "a b" };
        for (const more of [{}, { headers: malformed, ...(make(id).body !== undefined && { body: "{" }) }]) {
          const counted = wrapDatabase(env.DB);
          const bindings = makeBindings({ DB: counted.db });
          answers.push(await send({ ...make(id), ...more, bindings }));
          costs.push([counted.calls, counted.results.flat().map(({ meta }) => meta.rows_read)]);
        }
      }
      expect(pickStatusAndJson(answers[0] as Answer)).toEqual(forbidden(describeLack(words)));
      expect(new Set(answers.map((answer) => JSON.stringify(pickRepeatable(answer)))).size).toBe(1);
      expect(new Set(costs.map((cost) => JSON.stringify(cost))).size).toBe(1);
    }
  });

  it("is 403 with another word alone, and is not with its own, of all images or of this one", async () => {
    for (const word of listLacking(words)) {
      await limitKey({ scope: `images:${word}` });
      expect(pickStatusAndJson(await sendCold({ method: "POST", ...make(own) }))).toEqual(
        forbidden(describeLack(words, [word])),
      );
    }
    for (const at of ["", `@${shared}`]) {
      await limitKey({
        scope: words
          .map(([word]) => `images:${word}${at}`)
          .sort()
          .join(" "),
      });
      expect((await sendCold({ method: "POST", ...make(shared) })).status).not.toBe(403);
    }
  });
});

describe("an action that the body names", () => {
  it.each([
    ["clone", "images:clone of this image"],
    ["revert", "images:update of this image"],
    ["update", "images:update or images:tag or images:share of this image"],
  ])("is judged by what it is: %s", async (action, lack) => {
    await limitKey({ scope: "images:delete" });
    const request = { method: "POST", path: `/my/images/${hidden}`, headers: { "If-Match": "x" } };
    expect(pickStatusAndJson(await sendCold({ ...request, body: JSON.stringify({ action }) }))).toEqual(
      forbidden(`the scope of this key lacks ${lack}`),
    );
  });

  it.each([
    ['{"action":"constructor"}', 409],
    ["{", 400],
  ])("that is none is refused as ever: %s", async (body, status) => {
    await limitKey({ scope: "images:delete" });
    const request = { method: "POST", path: `/my/images/${own}`, body };
    expect((await sendCold(request)).status).toBe(status);
    const digest = await sendCold({ ...request, headers: { "Content-MD5": "AAAA" } });
    expect(digest.json).toMatchObject({ code: "BadDigest" });
  });
});

describe("operations without an image", () => {
  it.each<[TestRequest, string, string]>([
    [{ path: "/my/images" }, "account:read", "images:read"],
    [{ path: "/my" }, "account:write images:read", "account:read"],
    [{ method: "POST", path: "/my", body: '{"city":"x"}' }, "account:read", "account:write"],
    [{ path: "/my/keys" }, "account:read", "keys"],
    [{ method: "POST", path: "/my/keys", body: "{" }, "account:write", "keys"],
  ])("are 403 without their word: %j", async (request, scope, lack) => {
    await limitKey({ scope });
    expect(pickStatusAndJson(await sendCold(request))).toEqual(forbidden(`the scope of this key lacks ${lack}`));
    await limitKey({ scope: lack });
    expect((await sendCold(request)).status).not.toBe(403);
  });

  it("ListDatacenters is for every key", async () => {
    await limitKey({ scope: "account:write" });
    expect((await sendCold({ path: "/my/datacenters" })).status).toBe(200);
  });
});

describe("the fields of an update", () => {
  const update = (fields: object, id = own, more: Partial<TestRequest> = {}) =>
    sendCold({ method: "POST", path: `/my/images/${id}?action=update`, body: JSON.stringify(fields), ...more });
  const lacks = (word: string) => forbidden(`the scope of this key lacks images:${word} of this image`);

  it("need each its word, and nothing is written where one is missing", async () => {
    await limitKey({ scope: `images:tag@${own}` });
    for (const id of [own]) {
      expect(pickStatusAndJson(await update({ tags: { a: 1 }, name: "x" }, id))).toEqual(lacks("update"));
      expect(pickStatusAndJson(await update({ tags: { a: 1 }, acl: [mallory.uuid] }, id))).toEqual(lacks("share"));
    }
    await limitKey({ scope: "images:share images:update" });
    expect(pickStatusAndJson(await update({ name: "x", tags: {} }, missing))).toEqual(lacks("tag"));
    expect((await sendCold({ path: `/my/images/${own}/audit` })).json).toHaveLength(1);
    expect((await update({ name: "x", acl: [mallory.uuid] })).status).toBe(200);
  });

  it("are validated first", async () => {
    await limitKey({ scope: "images:tag" });
    expect((await update({ name: "ü" })).status).toBe(422);
  });

  it("are not shown by the record of an Idempotency-Key to a key that was narrowed", async () => {
    const headers = { "Idempotency-Key": "k" };
    expect((await update({ name: "x" }, own, { headers })).status).toBe(200);
    await limitKey({ scope: "images:tag" });
    for (const fields of [{ name: "x" }, { name: "y" }]) {
      expect(pickStatusAndJson(await update(fields, own, { headers }))).toEqual(lacks("update"));
    }
    await limitKey({ scope: "images:update" });
    const replay = await update({ name: "x" }, own, { headers });
    expect([replay.status, replay.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
  });

  it("leave no record of an Idempotency-Key where they are refused", async () => {
    const headers = { "Idempotency-Key": "k" };
    await limitKey({ scope: "images:tag" });
    expect((await update({ name: "x" }, own, { headers })).status).toBe(403);
    await limitKey({});
    const first = await update({ name: "y" }, own, { headers });
    expect([first.status, first.headers.get("Idempotent-Replayed")]).toEqual([200, null]);
  });

  it("need the same words in a dry run, and for a revert of the acl", async () => {
    await limitKey({ scope: "images:tag images:update" });
    const path = `/my/images/${own}?action=update&dry-run=true`;
    expect(pickStatusAndJson(await update({ acl: [mallory.uuid] }, own, { path }))).toEqual(lacks("share"));
    const revert = `/my/images/${own}?action=revert&revision=1`;
    expect((await update({}, own, { path: revert })).status).toBe(200);
    expect(pickStatusAndJson(await update({ acl: true }, own, { path: revert }))).toEqual(lacks("share"));
  });
});
