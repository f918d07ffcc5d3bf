import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CloudApiError } from "../../src/errors.ts";
import { decodeEcdsaSignature } from "../../src/signature/der.ts";
import { PublicKeyError, parsePublicKey } from "../../src/signature/public-key.ts";
import { parseAuthorization } from "../../src/signature/signature-header.ts";
import { formatDate, makeRequest, type Signing, send, sendMade } from "../support/client.ts";
import { bob, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { encodeDer, formatPublicLine, type KeyName, makeKey } from "../support/signer.ts";

const names: readonly KeyName[] = ["rsa", "rsa4096", "ecdsa", "ecdsa384", "ecdsa521", "ed25519"];

beforeAll(() =>
  provision(env.DB, {
    accounts: [{ ...bob, keys: names.map(makeKey) }],
    images: [],
  }),
);

const getStatus = async (sign: Signing, headers: Record<string, string> = {}, query = ""): Promise<number> =>
  (await send({ method: "GET", path: `/my/images${query}`, sign, headers })).status;

describe("a signature is accepted", () => {
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
    "only if the algorithm fits the key: %s, %s",
    async (key, algorithm) => {
      const kind = key.startsWith("rsa") ? "rsa" : key === "ed25519" ? "ed25519" : "ecdsa";
      const fits = algorithm === "hs2019" || algorithm.toLowerCase().startsWith(`${kind}-`);
      expect(await getStatus({ key, algorithm })).toBe(fits ? 200 : 401);
    },
  );

  it.each<[string, Signing, Record<string, string>?, string?]>([
    ["from a key named by its MD5 fingerprint", {}],
    ["from a key named by its SHA256 fingerprint", { fingerprint: "sha256" }],
    ["from a key named by its name", { keyId: "/bob/keys/rsa" }],
    ["from a login given as a UUID", { as: bob.uuid }],
    ["over the date when it lists no headers", { names: null }],
    ["over x-date when it lists no headers and x-date is sent", { names: null }, { "x-date": formatDate() }],
    ["over x-date alone", { names: ["x-date"] }, { "x-date": formatDate(), Date: "nonsense" }],
    ["in the legacy form", { form: "legacy" }],
    ["in the legacy form with SHA-1", { form: "legacy", algorithm: "rsa-sha1" }],
    ["over a Date that ends in UTC", { date: formatDate().replace("GMT", "UTC") }],
    [
      "over host and other headers",
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
    expect(await getStatus(sign, headers, query)).toBe(200);
  });

  it("over a ' in the query, which `wrangler dev` turns into %27", async () => {
    const sign: Signing = { names: ["(request-target)", "date"] };
    const request = await makeRequest({ method: "GET", path: "/my/images?name=it's", sign });
    const rewritten = new Request(request.url.replace("'", "%27"), request);
    expect(rewritten.url).toContain("%27");
    expect((await sendMade(rewritten)).status).toBe(200);
  });

  it("over a digest, if the digest is the body's", async () => {
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

const options = propertyOptions(50_000);

describe("decodeEcdsaSignature", () => {
  const half = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some(Boolean));
  const signature = fc.tuple(half, half).map(([r, s]) => Uint8Array.from([...r, ...s]));

  it("decodes the one DER text of a signature, and no changed one", () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(signature, change, (raw, [at, mask]) => {
        const text = encodeDer(raw);
        expect(decodeEcdsaSignature(text, 32)).toEqual(raw);
        const changed = text.with(at % text.length, (text[at % text.length] ?? 0) ^ mask);
        const read = decodeEcdsaSignature(changed, 32);
        // The change may have made another number: then this is another signature, in its own DER text.
        if (read) expect(encodeDer(read)).toEqual(changed);
        expect(decodeEcdsaSignature(Uint8Array.from([...text, 0]), 32)).toBeUndefined();
        expect(decodeEcdsaSignature(text.subarray(0, -1), 32)).toBeUndefined();
      }),
      options,
    );
  });

  it("refuses other bytes, unless they are the DER text of a signature", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = decodeEcdsaSignature(bytes, 32);
        if (read) expect(encodeDer(read)).toEqual(bytes);
      }),
      options,
    );
  });
});

describe("whatever the text, it is parsed or refused", () => {
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

  it("as Authorization header", () => {
    fc.assert(
      fc.property(text, (header) => {
        try {
          expect(parseAuthorization(`Signature ${header}`).keyId).toBeTruthy();
        } catch (error) {
          expect(error).toBeInstanceOf(CloudApiError);
        }
      }),
      options,
    );
  });

  it("as public key", () => {
    const lines = fc
      .tuple(fc.constantFrom(...names.map(formatPublicLine)), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([line, at, put]) => line.slice(0, at % line.length) + put + line.slice(at % line.length));
    fc.assert(
      fc.property(fc.oneof(text, lines), (line) => {
        try {
          expect(parsePublicKey(line).wire.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(PublicKeyError);
        }
      }),
      options,
    );
  });

  it("as public key with much white space, in linear time", () => {
    const line = `${formatPublicLine("ed25519")}${" \t".repeat(45_000)}x`;
    expect(parsePublicKey(line).comment.length).toBe("ed25519".length + 90_001);
    expect(() => parsePublicKey(`${line}\ny`)).toThrow(PublicKeyError);
  });
});
