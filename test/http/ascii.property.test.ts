import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { toAsciiJson } from "../../src/text.ts";
import type { Answer } from "../support/answer.ts";
import { formatAsciiJson } from "../support/ascii.ts";
import { send, type TestRequest } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const sign = { key: "ed25519" } as const;
const headers = { "Accept-Version": "9.0.0" };
const image = makeUuid(1);

/** Text that a field stores: any characters but U+0000, with what has caused trouble before. */
const storable = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.constantFrom(
      "日本語",
      "العربية",
      "👩‍👩‍👧",
      "é",
      "e\u0301",
      "\u2028\u2029",
      "\u007f\u0085",
      "\ufeff",
      "\\u00e9",
      "\u{10ffff}",
    ),
  )
  .map((text) => text.replaceAll("\u0000", "").toWellFormed());

/** Text that may be no field's: with U+0000 and lone surrogates. */
const anyText = fc.oneof(storable, fc.string({ unit: "binary", maxLength: 90 }), fc.constantFrom("\ud800", "\udc00a"));

/** A name or comment of a key: no control characters, no white space at its ends, not empty. */
const keyText = storable.map((text) => `k${text.replace(/\p{Cc}/gu, "").replace(/\s+/gu, " ")}k`);

const tags = fc.dictionary(storable, fc.oneof(storable, fc.array(storable), fc.dictionary(storable, storable)), {
  maxKeys: 4,
});

const normalize = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Expects printable ASCII, the text that a reference writes for what it parses to, and the digest of its bytes. */
function expectAscii({ headers: answered, text, json }: Answer): void {
  expect(text).toMatch(/^[\u0020-\u007e]+$/);
  expect(text).toBe(formatAsciiJson(json));
  expect(answered.get("Content-MD5")).toBe(createHash("md5").update(text, "latin1").digest("base64"));
}

/** Sends a request whose answer must be ASCII. @returns its JSON */
async function sendAscii(request: TestRequest, status = 200): Promise<unknown> {
  const answer = await send({ headers, sign, ...request });
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  expectAscii(answer);
  return answer.json;
}

/** Reads by GET, and expects HEAD to announce the bytes that GET sends. @returns the JSON */
async function read(path: string): Promise<unknown> {
  const whole = await send({ method: "GET", path, headers, sign });
  expectAscii(whole);
  const head = await send({ method: "HEAD", path, headers, sign });
  expect([head.status, head.text]).toEqual([whole.status, ""]);
  expect(head.headers.get("Content-Length")).toBe(String(new TextEncoder().encode(whole.text).length));
  expect(head.headers.get("Content-MD5")).toBe(whole.headers.get("Content-MD5"));
  return whole.json;
}

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519")] }],
    images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1" }],
  });
});

describe("whatever characters are stored, answers are ASCII, parse to them, and are announced by their bytes", () => {
  it("of an image: UpdateImage, GetImage, ListImages and ImageAudit", async () => {
    await fc.assert(
      fc.asyncProperty(storable, tags, async (description, tagged) => {
        const body = JSON.stringify({ description, tags: tagged });
        const updated = await sendAscii({ path: `/my/images/${image}?action=update`, body });
        const wanted = { ...(description && { description }), tags: normalize(tagged) };
        const shown = { id: image, name: "n", version: "1", requirements: {}, owner: bob.uuid, public: false };
        expect(updated).toEqual({ ...shown, state: "active", ...wanted });
        expect(await read(`/my/images/${image}`)).toEqual(updated);
        expect(await read("/my/images")).toEqual([updated]);
        const audit = (await read(`/my/images/${image}/audit?limit=1`)) as { changes: Record<string, unknown> }[];
        const changed = Object.entries(audit[0]?.changes ?? {});
        for (const [name, change] of changed) {
          expect((change as { after: unknown }).after).toEqual((updated as Record<string, unknown>)[name] ?? null);
        }
      }),
      propertyOptions(600),
    );
  });

  it("of a key: CreateKey, GetKey and ListKeys", async () => {
    await fc.assert(
      fc.asyncProperty(keyText, keyText, async (name, comment) => {
        await env.DB.prepare("DELETE FROM keys WHERE name <> 'ed25519'").run();
        const line = `${formatPublicLine("ecdsa").split(" ", 2).join(" ")} ${comment}`;
        const created = await sendAscii({ path: "/my/keys", body: JSON.stringify({ name, key: line }) }, 201);
        expect(created).toMatchObject({ name, key: line });
        expect(await read(`/my/keys/${encodeURIComponent(name)}`)).toEqual(created);
        expect(await read("/my/keys")).toEqual(expect.arrayContaining([created]));
        const again = await sendAscii({ path: "/my/keys", body: JSON.stringify({ name, key: line }) }, 409);
        expect(again).toMatchObject({ code: "InvalidArgument" });
      }),
      propertyOptions(300),
    );
  });

  it("of an account: UpdateAccount and GetAccount", async () => {
    const fields = fc.record({ companyName: storable, address: storable, city: storable });
    await fc.assert(
      fc.asyncProperty(fields, async (sent) => {
        const updated = (await sendAscii({ path: "/my", body: JSON.stringify(sent) })) as Record<string, unknown>;
        for (const [name, value] of Object.entries(sent)) if (value !== "") expect(updated[name]).toBe(value);
        expect(await read("/my")).toEqual(updated);
      }),
      propertyOptions(300),
    );
  });
});

describe("whatever characters were sent, a refusal that shows them is ASCII", () => {
  /** Requests that are refused, with the text in the message. */
  const makeRefused: readonly ((text: string) => { request: TestRequest; status: number })[] = [
    (text) => ({ request: { path: "/my/keys", body: JSON.stringify({ key: `!${text}` }) }, status: 409 }),
    (text) => ({ request: { path: "/my", body: JSON.stringify({ email: `${text}!` }) }, status: 409 }),
    (text) => ({
      request: { path: `/my/images/${image}?action=update`, body: JSON.stringify({ name: `ü${text}` }) },
      status: 422,
    }),
    (text) => ({
      request: { path: `/my/images/${image}?action=update`, body: JSON.stringify({ acl: [text] }) },
      status: 422,
    }),
    (text) => ({
      request: { path: `/my/images/${image}`, body: JSON.stringify({ action: `!${text}` }) },
      status: 409,
    }),
    (text) => ({
      request: { method: "GET", path: `/my/images?state=${encodeURIComponent(`!${text.toWellFormed()}`)}` },
      status: 409,
    }),
    (text) => ({
      request: { method: "GET", path: `/my/keys/${encodeURIComponent(`!${text.toWellFormed()}`)}` },
      status: 404,
    }),
  ];

  it("of a key, an account, an image, an action, a filter and a path", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, fc.constantFrom(...makeRefused), async (text, make) => {
        const { request, status } = make(text);
        expect(await sendAscii(request, status)).toMatchObject({ code: expect.any(String) });
      }),
      propertyOptions(2000),
    );
  });
});

it("toAsciiJson writes any value as the reference does, and it parses to the value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), anyText, (value, text) => {
      for (const one of [value, text, { [text]: value }]) {
        const written = toAsciiJson(one);
        expect(written).toBe(formatAsciiJson(one));
        expect(JSON.parse(written)).toEqual(normalize(one));
      }
    }),
    propertyOptions(20_000),
  );
});
