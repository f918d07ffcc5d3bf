import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../support/answer.ts";
import { formatAsciiJson } from "../support/ascii.ts";
import { send } from "../support/client.ts";
import { provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { makeUuid } from "../support/uuids.ts";

const image = makeUuid(1);
const fields = ["name", "version", "description", "homepage", "eula", "acl", "tags"] as const;
const fixedKeys = ["id", "os", "requirements", "type", "files", "published_at", "owner", "public", "state"];

type Json = Record<string, unknown>;

const uuid = fc.uuid();

/** Text with what has caused trouble before. */
const awkwardText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "😀",
    "\ufeff",
    "null",
    "[]",
    "{}",
    "[",
    "__proto__",
    "%00",
    "'; --",
  ),
  fc.constant("x".repeat(1025)),
);

const prototypeName = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "0");

/** A JSON value, with prototype names as keys. */
const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      awkwardText,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(prototypeName, awkwardText), tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** Arrays or objects, nested deeply. */
const deepJson = fc
  .tuple(fc.constantFrom(1, 98, 99, 100, 101, 2000), fc.boolean())
  .map(([depth, isArray]) =>
    isArray ? "[".repeat(depth) + "]".repeat(depth) : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
  )
  .map((text): unknown => JSON.parse(text));

const validField: { [Field in (typeof fields)[number]]: fc.Arbitrary<unknown> } = {
  name: fc.stringMatching(/^[A-Za-z0-9._/ -]{1,40}$/),
  version: fc.stringMatching(/^[A-Za-z0-9._/+-]{1,40}$/),
  description: fc.oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.constantFrom(null, "")),
  homepage: fc.oneof(fc.webUrl(), fc.constant(null)),
  eula: fc.oneof(fc.webUrl(), fc.constant(null)),
  acl: fc.oneof(
    fc.array(uuid, { maxLength: 5 }),
    uuid,
    fc.array(uuid, { minLength: 1, maxLength: 3 }).map((list) => list.join(", ")),
    fc.array(uuid, { maxLength: 3 }).map((list) => JSON.stringify(list)),
    fc.constant(null),
  ),
  tags: fc.oneof(
    fc.dictionary(fc.oneof(prototypeName, fc.string({ unit: "grapheme" })), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 5,
    }),
    fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }).map((tags) => JSON.stringify(tags)),
    fc.constant(null),
  ),
};

/** A body: some of the seven fields, more often right than wrong, and some other keys. */
const updateBody = fc
  .record(
    Object.fromEntries(
      fields.map((field) => [
        field,
        fc.oneof(
          { weight: 6, arbitrary: validField[field] },
          { weight: 1, arbitrary: anyJson },
          { weight: 1, arbitrary: deepJson },
        ),
      ]),
    ),
    { requiredKeys: [] },
  )
  .chain((update) =>
    fc
      .dictionary(fc.oneof(prototypeName, fc.constantFrom("owner", "uuid", "id", "public", "account")), anyJson, {
        maxKeys: 2,
      })
      .map((other) => ({ ...other, ...update })),
  );

const anyBody = fc.oneof({ weight: 8, arbitrary: updateBody }, { weight: 1, arbitrary: anyJson });

/** The image as GetImage answers it, and its revision. */
async function readImage(): Promise<{ json: Json; etag: string | null; revision: number }> {
  const answer = await send({
    method: "GET",
    path: `/my/images/${image}`,
    headers: { "Accept-Version": "9.0.0" },
    sign: { key: "ed25519" },
  });
  expect(answer.status).toBe(200);
  const revision = await env.DB.prepare("SELECT revision FROM images WHERE uuid = ?")
    .bind(image)
    .first<number>("revision");
  return { json: answer.json as Json, etag: answer.headers.get("ETag"), revision: revision ?? 0 };
}

/** An accepted field as the answer must show it; undefined when absent. docs/contract.md#fields */
const shownAs: Readonly<Record<string, (sent: unknown) => unknown>> = {
  name: (sent) => sent,
  version: (sent) => sent,
  description: (sent) => sent || undefined,
  homepage: (sent) => sent ?? undefined,
  eula: (sent) => sent ?? undefined,
  acl: (sent) => {
    const list = typeof sent === "string" ? (sent.startsWith("[") ? JSON.parse(sent) : sent.split(",")) : (sent ?? []);
    const set = [...new Set(list.map((account: string) => account.trim()))];
    return set.length > 0 ? set : undefined;
  },
  tags: (sent) => (typeof sent === "string" ? JSON.parse(sent) : (sent ?? undefined)),
};

/** The value as its JSON text has it: -0 is 0. */
const normalizeJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/** The fields as an accepted body must leave them. */
function predictFields(before: Json, body: Json): Json {
  const entries = fields.map((field) => [
    field,
    Object.hasOwn(body, field) ? normalizeJson(shownAs[field]?.(body[field])) : before[field],
  ]);
  return Object.fromEntries(entries);
}

/** The fields that differ, as JSON: the order of keys and accounts counts. */
const listChanged = (before: Json, after: Json): string[] =>
  fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));

async function readSharedAccounts(): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT account FROM image_acl WHERE image = ?")
    .bind(image)
    .all<{ account: string }>();
  return results.map(({ account }) => account).sort();
}

type Stored = Awaited<ReturnType<typeof readImage>>;

/** Expects that the update left what was sent, and made a new revision only if that changed something. */
async function expectApplied(answer: Answer, body: Json, { before, after }: { before: Stored; after: Stored }) {
  const wanted = predictFields(before.json, body);
  const changed = listChanged(before.json, wanted);
  expect(after.revision).toBe(before.revision + (changed.length > 0 ? 1 : 0));
  if (changed.length === 0) expect(after.etag).toBe(before.etag);
  expect(answer.headers.get("ETag")).toBe(`"${after.revision}-9.0.0"`);
  expect(answer.headers.get("ETag")).toBe(after.etag);
  expect(answer.headers.get("Changed-Fields")).toBe(changed.join(", "));
  expect(answer.json).toEqual(after.json);
  expect(answer.text).toBe(formatAsciiJson(after.json));
  for (const key of fixedKeys) expect(after.json[key]).toEqual(before.json[key]);
  for (const field of fields) expect(after.json[field], field).toEqual(wanted[field]);
  expect(await readSharedAccounts()).toEqual([...((after.json["acl"] ?? []) as string[])].sort());
}

describe("UpdateImage with any body", () => {
  beforeAll(() => provision(env.DB));

  const update = (body: unknown): Promise<Answer> =>
    send({
      path: `/my/images/${image}?action=update`,
      headers: { "Accept-Version": "9.0.0" },
      body: JSON.stringify(body),
      sign: { key: "ed25519" },
    });

  it("applies all of it or nothing, GetImage answers the same, and sending it again changes nothing", async () => {
    let accepted = 0;
    let refused = 0;
    let current = await readImage();
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        const before = current;
        const answer = await update(body);
        const after = await readImage();
        current = after;
        if (answer.status !== 200) {
          refused += 1;
          expect([400, 413, 422]).toContain(answer.status);
          expect(answer.json).toMatchObject({ code: expect.any(String), message: expect.any(String) });
          expect(after).toEqual(before);
          return;
        }
        accepted += 1;
        await expectApplied(answer, body as Json, { before, after });
        const again = await update(body);
        expect(again.status).toBe(200);
        await expectApplied(again, body as Json, { before: after, after: await readImage() });
      }),
      propertyOptions(4000),
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(20);
  });
});
