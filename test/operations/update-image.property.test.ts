import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../client.ts";
import { provision } from "../fixtures.ts";

const image = "c0ffee00-0000-4000-8000-000000000001";
const fields = ["name", "version", "description", "homepage", "eula", "acl", "tags"] as const;
const fixedKeys = ["id", "os", "requirements", "type", "files", "published_at", "owner", "public", "state"];

type Json = Record<string, unknown>;

const uuid = fc.uuid();

/** Text with everything in it that has ever been trouble. */
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

/** A JSON value, with prototype names as keys and numbers at the edges. */
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

/** Nested as deep as asked, in arrays or objects. */
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

/** A body: some of the seven fields, right more often than not, and some other keys. */
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

async function current(): Promise<{ json: Json; revision: number }> {
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
  return { json: answer.json as Json, revision: revision ?? 0 };
}

/** A field as the answer must show it after it was accepted; undefined when absent. CONTRACT §6, §7. */
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

/** The same JSON, -0 as 0: the text form has no -0. */
const throughJson = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

describe("UpdateImage, for any body", () => {
  beforeAll(() => provision(env.DB));

  it("is accepted whole or changes nothing, and GetImage answers the same", async () => {
    let accepted = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(anyBody, async (sent) => {
        const before = await current();
        const answer = await send({
          path: `/my/images/${image}?action=update`,
          headers: { "Accept-Version": "9.0.0" },
          body: JSON.stringify(sent),
          sign: { key: "ed25519" },
        });
        const after = await current();
        if (answer.status !== 200) {
          refused += 1;
          expect([400, 413, 422]).toContain(answer.status);
          expect(answer.json).toMatchObject({ code: expect.any(String), message: expect.any(String) });
          expect(after).toEqual(before);
          return;
        }
        accepted += 1;
        const body = sent as Json;
        expect(after.revision).toBe(before.revision + 1);
        expect(answer.json).toEqual(after.json);
        expect(answer.text).toBe(JSON.stringify(after.json));
        for (const key of fixedKeys) expect(after.json[key]).toEqual(before.json[key]);
        for (const field of fields) {
          const wanted = Object.hasOwn(body, field) ? throughJson(shownAs[field]?.(body[field])) : before.json[field];
          expect(after.json[field], field).toEqual(wanted);
        }
        const shared = await env.DB.prepare("SELECT account FROM image_acl WHERE image = ?")
          .bind(image)
          .all<{ account: string }>();
        expect(shared.results.map(({ account }) => account).sort()).toEqual(
          [...((after.json["acl"] ?? []) as string[])].sort(),
        );
      }),
      { numRuns: env.SCALE === "full" ? 4000 : 200 },
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(20);
  });
});
