import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings } from "../support/client.ts";
import { addTags, deleteTags, getTags, pick, readAudit, replaceTags, revert } from "../support/edits.ts";
import { get, hidden, makeImageJson, makeStaleAnswer, provisionThree, shared, update } from "../support/safe-writes.ts";

beforeEach(() => provisionThree());

const makeAnswer = (revision: number, tags: object, changed = "tags") => ({
  status: 200,
  ETag: `"${revision}-9.0.0"`,
  "Changed-Fields": changed,
  json: tags,
});
const makeRead = (revision: number, json: unknown) => ({ status: 200, ETag: `"${revision}-9.0.0"`, json });
const makeGone = (revision: number, changed = "tags") => ({
  status: 204,
  ETag: `"${revision}-9.0.0"`,
  "Changed-Fields": changed,
});
const makeMissing = (key: string) => ({
  status: 404,
  json: { code: "ResourceNotFound", message: `tag ${key} not found` },
});
const makeInvalid = (message: string) => ({
  status: 422,
  json: {
    code: "ValidationFailed",
    message: "invalid image data: tags",
    errors: [{ field: "tags", code: "Invalid", message }],
  },
});
const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };
const notOwner = {
  status: 422,
  json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
};

describe("the tags of an image", () => {
  it("are added, replaced and deleted one by one or as a whole", async () => {
    expect(await pick(getTags())).toEqual(makeRead(1, {}));
    expect(await pick(addTags({ role: "db", zone: 1 }))).toEqual(makeAnswer(2, { role: "db", zone: 1 }));
    expect(await pick(addTags({ zone: { a: [null, true] }, new: false }))).toEqual(
      makeAnswer(3, { role: "db", zone: { a: [null, true] }, new: false }),
    );
    expect(await pick(addTags({ zone: { a: [null, true] } }))).toEqual(
      makeAnswer(3, { role: "db", zone: { a: [null, true] }, new: false }, ""),
    );
    expect(await pick(getTags("zone"))).toEqual(makeRead(3, { a: [null, true] }));
    expect(await pick(getTags("role"))).toEqual(makeRead(3, "db"));
    expect(await pick(deleteTags("zone"))).toEqual(makeGone(4));
    expect(await pick(getTags("zone"))).toEqual(makeMissing("zone"));
    expect(await pick(deleteTags("zone"))).toEqual(makeMissing("zone"));
    expect(await pick(replaceTags({ only: null }))).toEqual(makeAnswer(5, { only: null }));
    expect(await pick(replaceTags({ only: null }))).toEqual(makeAnswer(5, { only: null }, ""));
    expect(await pick(deleteTags())).toEqual(makeGone(6));
    expect(await pick(deleteTags())).toEqual(makeGone(6, ""));
    expect(await pick(getTags())).toEqual(makeRead(6, {}));
    expect(await get()).toEqual(makeRead(6, makeImageJson("my-image", { tags: {} })));
    const actions = (await readAudit()).map(({ action }) => action);
    expect(actions).toEqual(["delete-tags", "replace-tags", "delete-tag", "add-tags", "add-tags", "provision"]);
  });

  it("that were never set stay unset when nothing is added or deleted", async () => {
    expect(await pick(addTags({}))).toEqual(makeAnswer(1, {}, ""));
    expect(await pick(deleteTags())).toEqual(makeGone(1, ""));
    expect(await get()).toEqual(makeRead(1, makeImageJson("my-image")));
  });

  it.each(["__proto__", "constructor", "toString"])("have no %s unless it was sent", async (key) => {
    expect(await pick(getTags(key))).toEqual(makeMissing(key));
    expect(await pick(deleteTags(key))).toEqual(makeMissing(key));
    await replaceTags(`{"${key}":{}}`);
    expect(await pick(getTags(key))).toEqual(makeRead(2, {}));
    expect(await pick(deleteTags(key))).toEqual(makeGone(3));
  });

  it("are added under the name __proto__ on the current revision alone", async () => {
    await addTags({ a: 1 });
    const stale = { headers: { "If-Match": '"1-9.0.0"' } };
    expect(await pick(addTags('{"__proto__":{}}', stale))).toEqual(makeStaleAnswer(2));
    expect((await addTags('{"__proto__":{}}')).text).toBe('{"a":1,"__proto__":{}}');
  });

  it("keep their order: a tag that is replaced stays in its place", async () => {
    await replaceTags('{"b":1,"a":2,"c":3}');
    await addTags('{"d":4,"a":5}');
    expect((await getTags()).text).toBe('{"b":1,"a":5,"c":3,"d":4}');
  });

  it("are read by everyone who sees the image, and written by the owner alone", async () => {
    const asMallory = { sign: { as: "mallory" } };
    await addTags({ a: 1 }, { of: shared, ...asMallory });
    expect(await pick(getTags(undefined, { of: shared }))).toEqual(makeRead(2, { a: 1 }));
    expect(await pick(getTags("a", { of: shared }))).toEqual(makeRead(2, 1));
    const requests = (of: string) => [
      getTags(undefined, { of }),
      getTags("a", { of }),
      addTags({ a: 1 }, { of }),
      replaceTags({}, { of }),
      deleteTags("a", { of }),
      deleteTags(undefined, { of }),
    ];
    for (const write of requests(shared).slice(2)) expect(await pick(write)).toEqual(notOwner);
    for (const request of requests(hidden)) expect(await pick(request)).toEqual(notFound);
  });

  it("are answered with conditions: 304, and 412 for a stale write", async () => {
    await addTags({ a: 1 });
    expect(await pick(getTags("a", { headers: { "If-None-Match": '"2-9.0.0"' } }))).toEqual({
      status: 304,
      ETag: '"2-9.0.0"',
    });
    const headers = { "If-Match": '"1-9.0.0"' };
    for (const write of [
      addTags({ b: 1 }, { headers }),
      replaceTags({}, { headers }),
      deleteTags("a", { headers }),
      deleteTags(undefined, { headers }),
    ]) {
      expect(await pick(write)).toEqual(makeStaleAnswer(2));
    }
  });

  it("are written once with an Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "k" };
    expect(await pick(addTags({ a: 1 }, { headers }))).toEqual(makeAnswer(2, { a: 1 }));
    await deleteTags("a");
    expect(await pick(addTags({ a: 1 }, { headers }))).toEqual({
      ...makeAnswer(2, { a: 1 }),
      "Idempotent-Replayed": "true",
    });
    expect(await pick(addTags({ a: 2 }, { headers }))).toMatchObject({ json: { code: "IdempotencyKeyReused" } });
    expect(await pick(getTags())).toEqual(makeRead(3, {}));
  });

  it("are overwritten without If-Match only where none is required, and added in any case", async () => {
    const bindings = makeBindings({ REQUIRE_IF_MATCH: "true" });
    expect(await pick(replaceTags({}, { bindings }))).toMatchObject({ status: 428 });
    expect(await pick(revert(1, { bindings }))).toMatchObject({ status: 428 });
    expect(await pick(addTags({ a: 1 }, { bindings }))).toEqual(makeAnswer(2, { a: 1 }));
    expect(await pick(deleteTags("a", { bindings }))).toEqual(makeGone(3));
  });

  const rule = "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null";
  it.each<[string, string, object]>([
    [
      "no body",
      "",
      {
        status: 409,
        json: {
          code: "MissingParameter",
          message: "tags are a required argument: send them as the body, a JSON object",
        },
      },
    ],
    [
      "an array",
      "[1]",
      { status: 400, json: { code: "BadRequest", message: "the body must be a JSON object; an array was sent" } },
    ],
    ["a number that is not finite", '{"a":1e400}', makeInvalid(`${rule}; a number that is not finite was sent`)],
    ["a key with U+0000", '{"a\\u0000":1}', makeInvalid(`${rule}; a key with U+0000 or a lone surrogate was sent`)],
    [
      "broken JSON",
      '{"a":1,}',
      { status: 400, json: { code: "InvalidContent", message: expect.stringContaining("Invalid JSON: ") } },
    ],
  ])("are not written from %s", async (_, body, expected) => {
    expect(await pick(addTags(body))).toEqual(expected);
    expect(await pick(replaceTags(body))).toEqual(expected);
    expect(await get()).toMatchObject({ ETag: '"1-9.0.0"' });
  });

  it("are refused if the Content-MD5 or the size of a PUT is wrong", async () => {
    const headers = { "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA==" };
    expect(await pick(replaceTags({ a: 1 }, { headers }))).toMatchObject({ status: 400, json: { code: "BadDigest" } });
    const large = { a: "x".repeat(100_000) };
    expect(await pick(replaceTags(large))).toMatchObject({ status: 413, json: { code: "RequestTooLarge" } });
  });

  it("take a form's values as texts, and no parameter of the query", async () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    expect(await pick(addTags("a=1&b=x+y", { headers, query: "c=3" }))).toEqual({
      ...makeAnswer(2, { a: "1", b: "x y" }),
      "Ignored-Parameters": "c",
    });
  });

  it("are bounded as a whole, when the statement runs", async () => {
    const bindings = makeBindings({ MAX_TAGS_BYTES: "30" });
    expect(await pick(addTags({ a: "0123456789" }, { bindings }))).toMatchObject({ status: 200 });
    const tooLarge = makeInvalid("tags is at most 30 bytes of JSON as it is stored; 31 would be stored");
    expect(await pick(addTags({ b: "üx345" }, { bindings }))).toEqual(tooLarge);
    expect(await pick(addTags({ b: "üx34" }, { bindings }))).toMatchObject({ status: 200, json: { b: "üx34" } });
    await update({ tags: { a: "0123456789".repeat(5) } });
    expect(
      await pick(addTags({ a: "0123456789".repeat(4) }, { bindings: makeBindings({ MAX_TAGS_BYTES: "60" }) })),
    ).toMatchObject({ status: 200 });
  });

  it("are bounded by D1's row where they have no other bound", async () => {
    const bindings = makeBindings({ MAX_TAGS_BYTES: "0" });
    const add = (key: string, length: number) => pick(addTags({ [key]: "x".repeat(length) }, { bindings }));
    for (let at = 0; at < 10; at += 1) expect(await add(`k${at}`, 99_900)).toMatchObject({ status: 200 });
    const left = 1_000_000 - JSON.stringify((await getTags()).json).length - ',"l":""'.length;
    expect(await add("l", left + 1)).toEqual(
      makeInvalid("tags is at most 1000000 bytes of JSON as it is stored; 1000001 would be stored"),
    );
    expect(await add("l", left)).toMatchObject({ status: 200 });
  });

  it("of more than 100 fractions are replaced only as a whole", async () => {
    const fractions = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, at + 0.1]));
    await replaceTags(fractions);
    expect(await pick(addTags({ k0: 0.1 }))).toEqual(makeAnswer(2, fractions, ""));
    expect(await pick(addTags({ k: 1.5 }))).toEqual(makeAnswer(3, { ...fractions, k: 1.5 }));
    expect(await pick(addTags({ l: 1 }))).toEqual(
      makeInvalid(
        "101 tags of the image are fractions or integers beyond 2^53, and no tag is added to more than 100 of those; replace all tags with PUT",
      ),
    );
    expect(await pick(deleteTags("k"))).toEqual(makeGone(4));
    expect(await pick(replaceTags({ ...fractions, k: 1.5, l: 1 }))).toMatchObject({ status: 200 });
  });

  it.each([-9007199254740991, 9007199254740991])(
    "of any number of integers up to 2^53 are added to: %i",
    async (most) => {
      const integers = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`k${at}`, most]));
      await replaceTags(integers);
      expect(await pick(addTags({ l: 1 }))).toEqual(makeAnswer(3, { ...integers, l: 1 }));
    },
  );
});
