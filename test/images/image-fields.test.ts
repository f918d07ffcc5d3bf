import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { dump } from "../../scripts/provisioning/dump.ts";
import { makeUpdateImageSchema } from "../../src/images/rules/fields.ts";
import { type UpdatableField, updatableFields } from "../../src/tables.ts";
import { send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { get, image, makeImageJson, newest, provisionThree, update } from "../support/safe-writes.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const bounds = { maxAcl: 3000, maxTagsBytes: 102_400 };

/** What the schema makes of a body: the columns, or every mistake with its field. */
function parse(body: object): Record<string, unknown> {
  const parsed = z.safeParse(makeUpdateImageSchema(bounds), body);
  return parsed.success
    ? parsed.data
    : { mistakes: parsed.error.issues.map(({ path, message }) => [path.join("."), message]) };
}

const [a, b] = [makeUuid(1), makeUuid(2)];

const nameRule = "name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space";
const versionRule = "version is 1 to 512 characters of A-Z a-z 0-9 . _ / + -";
const descriptionRule =
  "description is a string of at most 10240 characters without U+0000 or a lone surrogate, or null";
const aclRule = "acl is an array of account UUIDs in lower case, or null";
const notUuid = "is not an account UUID in lower case";
const tagsRule =
  "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null";
const makeUrlRule = (field: string) =>
  `${field} is an http: or https: URL of at most 1024 characters without white space at its ends, or null`;

const nest = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

/** A field that is accepted, and what its column gets. */
const accepted: readonly (readonly [field: string, sent: unknown, column: string | null])[] = [
  ["name", "a", "a"],
  ["name", "Az09._/- ", "Az09._/- "],
  ["name", "n".repeat(1024), "n".repeat(1024)],
  ["version", "1.0.0+b/c_d-e", "1.0.0+b/c_d-e"],
  ["version", "v".repeat(512), "v".repeat(512)],
  ["description", "d".repeat(10_240), "d".repeat(10_240)],
  ["description", " any 😀\n\u0001 text ", " any 😀\n\u0001 text "],
  ["description", "😀".repeat(5120), "😀".repeat(5120)],
  ["description", "", null],
  ["description", null, null],
  ...["homepage", "eula"].flatMap((field) =>
    [
      "http://a",
      "https://example.com/ü?q#f",
      "HTTPS://EXAMPLE.COM",
      "http:a",
      `http://a/${"u".repeat(1015)}`,
      null,
    ].map((url) => [field, url, url] as const),
  ),
  ["acl", [], null],
  ["acl", null, null],
  ["acl", "[]", null],
  ["acl", [b, a, b], `["${b}","${a}"]`],
  ["acl", a, `["${a}"]`],
  ["acl", `${b} , ${a}`, `["${b}","${a}"]`],
  ["acl", ` ["${b}"]`, `["${b}"]`],
  ["tags", {}, "{}"],
  ["tags", null, null],
  ["tags", { b: 1.5, a: [true, null, { "": "é" }] }, '{"b":1.5,"a":[true,null,{"":"é"}]}'],
  ["tags", JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  ["tags", ' {"a": 1}', '{"a":1}'],
  ["tags", nest(100), JSON.stringify(nest(100))],
];

/** A field that is refused, and the message. */
const refused: readonly (readonly [field: string, sent: unknown, message: string])[] = [
  ["name", "", `${nameRule}; "" was sent`],
  ["name", "ü", `${nameRule}; "ü" was sent`],
  ["name", "a\n", `${nameRule}; "a\\n" was sent`],
  ["name", "n".repeat(1025), `${nameRule}; 1025 characters were sent: ${"n".repeat(64)}...`],
  ["name", null, `${nameRule}; null was sent`],
  ["name", 5, `${nameRule}; 5 was sent`],
  ["version", "1 0", `${versionRule}; "1 0" was sent`],
  ["version", "v".repeat(513), `${versionRule}; 513 characters were sent: ${"v".repeat(64)}...`],
  ["version", null, `${versionRule}; null was sent`],
  ["description", "d".repeat(10_241), `${descriptionRule}; 10241 characters were sent: ${"d".repeat(64)}...`],
  ["description", "😀".repeat(5121), `${descriptionRule}; 10242 characters were sent: ${"😀".repeat(32)}...`],
  ["description", "a\u0000", `${descriptionRule}; "a\\u0000" was sent`],
  ["description", "\ud800", `${descriptionRule}; "\ufffd" was sent`],
  ["description", ["d"], `${descriptionRule}; an array was sent`],
  ...["homepage", "eula"].flatMap((field) =>
    [
      ["", '"" was sent'],
      ["ftp://a", '"ftp://a" was sent'],
      [" http://a", '" http://a" was sent'],
      ["http://a\u0007", '"http://a\\u0007" was sent'],
      ["http://", '"http://" was sent'],
      [`http://a/${"u".repeat(1016)}`, `1025 characters were sent: http://a/${"u".repeat(55)}...`],
      [{}, "an object was sent"],
    ].map(([sent, described]) => [field, sent, `${makeUrlRule(field)}; ${described}`] as const),
  ),
  ["acl", [a, "x"], `acl[1]: "x" ${notUuid}`],
  ["acl", ["x", 5], `acl[0]: "x" ${notUuid}`],
  ["acl", [5], `acl[0]: 5 ${notUuid}`],
  ["acl", [null], `acl[0]: null ${notUuid}`],
  ["acl", [[a]], `acl[0]: an array ${notUuid}`],
  ["acl", ["é".repeat(65)], `acl[0]: "${"é".repeat(64)}..." ${notUuid}`],
  ["acl", [a.toUpperCase()], `acl[0]: "${a.toUpperCase()}" ${notUuid}`],
  ["acl", "", `acl[0]: "" ${notUuid}`],
  ["acl", "all", `acl[0]: "all" ${notUuid}`],
  ["acl", `${a}, bob`, `acl[1]: "bob" ${notUuid}`],
  ["acl", '["bob"]', `acl[0]: "bob" ${notUuid}`],
  ["acl", "[", `${aclRule}; "[" was sent`],
  ["acl", 5, `${aclRule}; 5 was sent`],
  ["acl", {}, `${aclRule}; an object was sent`],
  ["tags", [], `${tagsRule}; an empty array was sent`],
  ["tags", "a=b", `${tagsRule}; "a=b" was sent`],
  ["tags", "[1]", `${tagsRule}; an array was sent`],
  ["tags", 5, `${tagsRule}; 5 was sent`],
  ["tags", { a: "\u0000" }, `${tagsRule}; a string with U+0000 or a lone surrogate was sent`],
  ["tags", { "\udfff": 1 }, `${tagsRule}; a key with U+0000 or a lone surrogate was sent`],
  ["tags", nest(101), `${tagsRule}; more than 100 levels were sent`],
];

const shorten = (value: unknown): string => JSON.stringify(value).slice(0, 60);

describe("the schema of an update accepts", () => {
  it.each(accepted.map(([field, sent, column]) => ({ name: `${field} ${shorten(sent)}`, field, sent, column })))(
    "$name",
    ({ field, sent, column }) => {
      expect(parse({ [field]: sent })).toStrictEqual({ [field]: column });
    },
  );

  it("an acl of at most 3000 accounts, repeated ones counted once", () => {
    const accounts = Array.from({ length: 3000 }, (_, index) => makeUuid(index));
    expect(parse({ acl: [...accounts, ...accounts] })).toStrictEqual({ acl: JSON.stringify(accounts) });
    expect(parse({ acl: [...accounts, makeUuid(3000)] })).toStrictEqual({
      mistakes: [["acl", "acl is at most 3000 accounts; 3001 were sent"]],
    });
  });

  it("tags of at most 102400 bytes of JSON as it is stored, not as it was sent", () => {
    const makeTags = (unit: string, units: number, tail: string) => ({ t: unit.repeat(units) + tail });
    for (const [unit, size] of [
      ["é", 2],
      ["😀", 4],
      ["\n", 2],
      ["x", 1],
    ] as const) {
      const units = Math.floor((102_400 - '{"t":""}'.length) / size);
      const tail = "x".repeat(102_400 - '{"t":""}'.length - units * size);
      const tags = makeTags(unit, units, tail);
      expect(parse({ tags })).toStrictEqual({ tags: JSON.stringify(tags) });
      const mistakes = [["tags", "tags is at most 102400 bytes of JSON as it is stored; 102401 were sent"]];
      expect(parse({ tags: makeTags(unit, units, `${tail}x`) })).toStrictEqual({ mistakes });
    }
    // "1e20" is four characters, and stored in 21.
    const numbers = `{"t":[${"1e20,".repeat(9999)}1e20]}`;
    const stored = JSON.stringify(JSON.parse(numbers)).length;
    expect(parse({ tags: numbers })).toStrictEqual({
      mistakes: [["tags", `tags is at most 102400 bytes of JSON as it is stored; ${stored} were sent`]],
    });
  });

  it("any size of acl and tags that a row holds where the bounds are 0", () => {
    const unbounded = makeUpdateImageSchema({ maxAcl: 0, maxTagsBytes: 0 });
    const accounts = Array.from({ length: 10_001 }, (_, index) => makeUuid(index));
    const tags = { t: "t".repeat(200_000) };
    const acl = accounts.slice(1);
    expect(z.safeParse(unbounded, { acl, tags })).toEqual({
      success: true,
      data: { acl: JSON.stringify(acl), tags: JSON.stringify(tags) },
    });
    expect(z.safeParse(unbounded, { acl: accounts }).error?.issues).toMatchObject([
      { message: "acl is at most 10000 accounts; 10001 were sent" },
    ]);
  });

  it("fields together, and ignores every other key", () => {
    expect(parse({ name: "a", tags: { a: 1 }, owner: a, id: "x", constructor: {} })).toStrictEqual({
      name: "a",
      tags: '{"a":1}',
    });
  });
});

describe("the schema of an update refuses", () => {
  it.each(refused.map(([field, sent, message]) => ({ name: `${field} ${shorten(sent)}`, field, sent, message })))(
    "$name",
    ({ field, sent, message }) => {
      expect(parse({ [field]: sent })).toStrictEqual({ mistakes: [[field, message]] });
    },
  );

  it("an update without any field", () => {
    const mistakes = [["", `nothing to update: none of ${updatableFields.join(", ")} was sent`]];
    expect(parse({})).toStrictEqual({ mistakes });
    expect(parse({ owner: a })).toStrictEqual({ mistakes });
  });

  it("all wrong fields at once, in the documentation's order", () => {
    const { mistakes } = parse(Object.fromEntries([...updatableFields].reverse().map((field) => [field, 5])));
    expect((mistakes as string[][]).map(([field]) => field)).toEqual(updatableFields);
  });
});

it("every updatable field has accepted and refused values in this test", () => {
  expect(new Set(accepted.map(([field]) => field))).toEqual(new Set(updatableFields));
  expect(new Set(refused.map(([field]) => field))).toEqual(new Set(updatableFields));
});

/** A value for each field that is not the one that is stored. */
const examples: Readonly<Record<UpdatableField, unknown>> = {
  name: "renamed",
  version: "2.0.0",
  description: "described",
  homepage: "http://example.com/h",
  eula: "http://example.com/e",
  acl: [a, b],
  tags: { role: "db", n: [1, null] },
};

/** Fields that cannot be cleared. */
const required: ReadonlySet<UpdatableField> = new Set(["name", "version"]);

describe("an update", () => {
  beforeEach(provisionThree);

  /** The newest entry of the image's audit. */
  const readLastChanges = async (): Promise<unknown> => {
    const { json } = await send({ method: "GET", path: `/my/images/${image}/audit?limit=1`, headers: newest });
    return (json as { changes: unknown }[])[0]?.changes;
  };

  /** Empties the database and loads what `npm run export` printed of it. */
  const reload = async () => {
    const exported = await dump(env.DB);
    await clear(env.DB);
    await provision(env.DB, exported);
  };

  it.each(updatableFields.map((field) => ({ field, value: examples[field] })))(
    "of $field is in the answer, in Changed-Fields, in the audit, and survives an export and a load",
    async ({ field, value }) => {
      expect(value, `an example for ${field}`).toBeDefined();
      const base: Readonly<Record<string, unknown>> = makeImageJson("my-image");
      const updated = { ...base, [field]: value };
      const answer = await update({ [field]: value });
      expect(answer).toEqual({ status: 200, ETag: '"2-9.0.0"', "Changed-Fields": field, json: updated });
      expect(await readLastChanges()).toEqual({ [field]: { before: base[field] ?? null, after: value } });
      await reload();
      expect(await get()).toEqual({ status: 200, ETag: '"1-9.0.0"', json: updated });
    },
  );

  it.each(updatableFields.filter((field) => !required.has(field)))(
    "that clears %s removes it from the answer and from an export, and the audit lists it",
    async (field) => {
      await update({ [field]: examples[field] });
      const cleared = { status: 200, ETag: '"3-9.0.0"', "Changed-Fields": field, json: makeImageJson("my-image") };
      expect(await update({ [field]: null })).toEqual(cleared);
      expect(await readLastChanges()).toEqual({ [field]: { before: examples[field], after: null } });
      await reload();
      expect(await get()).toEqual({ status: 200, ETag: '"1-9.0.0"', json: makeImageJson("my-image") });
    },
  );

  it("of all fields is exported with all of them", async () => {
    await update(examples);
    const { images } = await dump(env.DB);
    const exported = images.find(({ uuid }) => uuid === image);
    expect(exported).toEqual({
      ...{ v: 2, uuid: image, owner: bob.uuid, os: "smartos", type: "zvol", public: false, state: "active" },
      ...examples,
    });
    expect((await dump(env.DB)).accounts[0]?.["keys"]).toEqual([makeKey("ed25519")]);
  });
});
