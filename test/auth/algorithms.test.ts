import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeEcdsaSignature } from "../../src/auth/der.ts";
import { PublicKeyError, parsePublicKey } from "../../src/auth/public-key.ts";
import { parseAuthorization } from "../../src/auth/signature-header.ts";
import { CloudApiError } from "../../src/errors.ts";
import { dateText, requestFor, type Signing, send } from "../client.ts";
import { bob, provision } from "../fixtures.ts";
import { der, type KeyName, publicLine } from "../signer.ts";

const names: readonly KeyName[] = ["rsa", "rsa4096", "ecdsa", "ecdsa384", "ecdsa521", "ed25519"];

beforeAll(() =>
  provision(env.DB, {
    accounts: [{ ...bob, keys: names.map((name) => ({ name, key: publicLine(name) })) }],
    images: [],
  }),
);

const status = async (sign: Signing, headers: Record<string, string> = {}, query = ""): Promise<number> =>
  (await send({ method: "GET", path: `/my/images${query}`, sign, headers })).status;

describe("a signature is good", () => {
  const algorithms = [
    "rsa-sha1",
    "rsa-sha256",
    "RSA-SHA384",
    "rsa-sha512",
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ecdsa-sha512",
    "ed25519-sha512",
    "hs2019",
  ];

  it.each(names.flatMap((key) => algorithms.map((algorithm) => [key, algorithm] as const)))(
    "only where key and algorithm fit: %s, %s",
    async (key, algorithm) => {
      const kind = key.startsWith("rsa") ? "rsa" : key === "ed25519" ? "ed25519" : "ecdsa";
      const fits = algorithm === "hs2019" || algorithm.toLowerCase().startsWith(`${kind}-`);
      expect(await status({ key, algorithm })).toBe(fits ? 200 : 401);
    },
  );

  it.each<[string, Signing, Record<string, string>?, string?]>([
    ["by an MD5 fingerprint", {}],
    ["by a SHA256 fingerprint", { fingerprint: "sha256" }],
    ["by a name", { keyId: "/bob/keys/rsa" }],
    ["with a UUID as login", { as: bob.uuid }],
    ["over a default of date", { names: null }],
    ["over a default of x-date, where it is sent", { names: null }, { "x-date": dateText() }],
    ["over x-date alone", { names: ["x-date"] }, { "x-date": dateText(), Date: "nonsense" }],
    ["in the legacy form", { form: "legacy" }],
    ["in the legacy form by SHA-1", { form: "legacy", algorithm: "rsa-sha1" }],
    ["over a Date that ends in UTC", { dateText: dateText().replace("GMT", "UTC") }],
    [
      "over host and any header",
      { names: ["date", "host", "x-any", "content-md5"] },
      { "x-any": "a  b", "content-md5": "x" },
    ],
    [
      "over path and query as they were sent",
      { names: ["(request-target)", "date"] },
      {},
      "?name=a%20b&tag.x=%C3%BC&limit=1",
    ],
  ])("%s", async (...[, sign, headers, query]) => {
    expect(await status(sign, headers, query)).toBe(200);
  });

  it("over a ' in the query that `wrangler dev` made %27", async () => {
    const sign: Signing = { names: ["(request-target)", "date"] };
    const request = await requestFor({ method: "GET", path: "/my/images?name=it's", sign });
    const rewritten = new Request(request.url.replace("'", "%27"), request);
    expect(rewritten.url).toContain("%27");
    expect((await exports.default.fetch(rewritten)).status).toBe(200);
  });

  it("and its digest the body's", async () => {
    const sign: Signing = { names: ["date", "digest"] };
    const post = (digest: string) =>
      send({ path: "/my/images/x?action=update", body: "{}", sign, headers: { Digest: digest } });
    const good = await post("MD5=x, SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=");
    expect(good.status).toBe(422);
    const bad = await post("SHA-256=AAAA");
    expect([bad.status, bad.json]).toEqual([
      400,
      { code: "BadDigest", message: "Digest SHA-256=AAAA does not hold the body's SHA-256" },
    ]);
  });
});

const numRuns = env.SCALE === "full" ? 50_000 : 2000;

describe("an ECDSA signature", () => {
  const half = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some(Boolean));
  const signature = fc.tuple(half, half).map(([r, s]) => Uint8Array.from([...r, ...s]));

  it("is read from the one DER text it has, and from no other", () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(signature, change, (raw, [at, mask]) => {
        const text = der(raw);
        expect(decodeEcdsaSignature(text, 32)).toEqual(raw);
        const changed = text.with(at % text.length, (text[at % text.length] ?? 0) ^ mask);
        const read = decodeEcdsaSignature(changed, 32);
        // Another number may have been made of it; then it is another signature, in its own one text.
        if (read) expect(der(read)).toEqual(changed);
        expect(decodeEcdsaSignature(Uint8Array.from([...text, 0]), 32)).toBeUndefined();
        expect(decodeEcdsaSignature(text.subarray(0, -1), 32)).toBeUndefined();
      }),
      { numRuns },
    );
  });

  it("of other bytes is none, or has them as its one text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = decodeEcdsaSignature(bytes, 32);
        if (read) expect(der(read)).toEqual(bytes);
      }),
      { numRuns },
    );
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    "Signature ",
    'keyId="/a/keys/b"',
    'algorithm="rsa-sha256"',
    'headers="date"',
    'signature="AAAA"',
    ",",
    " ",
    "=",
    '"',
    "AAAA",
    "ssh-rsa",
    "\t",
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 12 }).map((parts) => parts.join("")),
  );

  it("as Authorization is read or refused by name", () => {
    fc.assert(
      fc.property(text, (header) => {
        try {
          expect(parseAuthorization(`Signature ${header}`).keyId).toBeTruthy();
        } catch (error) {
          expect(error).toBeInstanceOf(CloudApiError);
        }
      }),
      { numRuns },
    );
  });

  it("as a public key is read or refused by name", () => {
    const lines = fc
      .tuple(fc.constantFrom(...names.map(publicLine)), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([line, at, put]) => line.slice(0, at % line.length) + put + line.slice(at % line.length));
    fc.assert(
      fc.property(fc.oneof(text, lines), (line) => {
        try {
          expect(parsePublicKey(line).wire.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(PublicKeyError);
        }
      }),
      { numRuns },
    );
  });

  it("as a public key is read in time, however much white space it has", () => {
    const line = `${publicLine("ed25519")}${" \t".repeat(45_000)}x`;
    expect(parsePublicKey(line).comment.length).toBe("ed25519".length + 90_001);
    expect(() => parsePublicKey(`${line}\ny`)).toThrow(PublicKeyError);
  });
});
