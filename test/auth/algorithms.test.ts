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
    ["from a key named by its name", { key: "rsa", keyId: "/bob/keys/rsa" }],
    ["from a login given as a UUID", { as: bob.uuid }],
    ["over the date when it lists no headers", { names: null }],
    ["over x-date when it lists no headers and x-date is sent", { names: null }, { "x-date": formatDate() }],
    ["over x-date alone", { names: ["x-date"] }, { "x-date": formatDate(), Date: "nonsense" }],
    ["in the legacy form", { key: "rsa", form: "legacy" }],
    ["in the legacy form with SHA-1", { key: "rsa", form: "legacy", algorithm: "rsa-sha1" }],
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

  it("over every ' in the query, and over some that came as %27", async () => {
    const sign: Signing = { key: "ed25519", names: ["(request-target)", "date"] };
    const request = await makeRequest({ method: "GET", path: "/my/images?name='a'&os='b'", sign });
    const rewritten = new Request(request.url.replaceAll("'", "%27"), request);
    expect((await sendMade(rewritten)).status).toBe(200);
    const asSent = await makeRequest({ method: "GET", path: "/my/images?name=%27a%27", sign });
    expect((await sendMade(asSent)).status).toBe(200);
  });

  it.each([
    [["date", "x-date"], "x-date"],
    [["x-date", "date"], "date"],
  ])("over %j only if both dates are in time", async (dates, late) => {
    const sign: Signing = { key: "ed25519", names: dates };
    const inTime = { Date: formatDate(), "x-date": formatDate() };
    expect(await getStatus(sign, inTime)).toBe(200);
    const headers = { ...inTime, [late === "date" ? "Date" : late]: formatDate(-999) };
    const { status, json } = await send({ method: "GET", path: "/my/images", sign, headers });
    expect([status, json]).toEqual([
      400,
      { code: "InvalidHeader", message: expect.stringMatching(new RegExp(`^${late}: .* the limit is 300 s`)) },
    ]);
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

  it.each([
    ["mZFLkyvTelC5g8XnyQrpOw==", 422],
    [" mZFLkyvTelC5g8XnyQrpOw== ", 422],
    ["mZFLkyvTelC5g8XnyQrpOw", 400],
    ["MZFLKYVTELC5G8XNYQRPOW==", 400],
  ])("over a Content-MD5, if it is the body's: %j is %i", async (md5, status) => {
    const sign: Signing = { key: "ed25519", names: ["date", "content-md5"] };
    const headers = { "Content-MD5": md5 };
    expect((await send({ path: "/my/images/x?action=update", body: "{}", sign, headers })).status).toBe(status);
  });

  it.each([
    ["sha-256=", 422],
    ["x-SHA-256=", 400],
    ["MD5=x,x-sha-256=", 400],
    ["SHA-256=AAAA, x-sha-256=", 400],
  ])("over a digest of the name %s: %i", async (name, status) => {
    const headers = { Digest: `${name}RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=` };
    const sign: Signing = { key: "ed25519", names: ["date", "digest"] };
    expect((await send({ path: "/my/images/x?action=update", body: "{}", sign, headers })).status).toBe(status);
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

  const ones = new Array(32).fill(1);

  it.each<[string, number[]]>([
    ["a long length of the whole that would fit the short one", [0x30, 0x81, 68, 2, 32, ...ones, 2, 32, ...ones]],
    ["a long length of a number", [0x30, 69, 2, 0x81, 32, ...ones, 2, 32, ...ones]],
    ["a length of no stated end", [0x30, 0x80, 2, 32, ...ones, 2, 32, ...ones, 0, 0]],
    ["a number with a sign byte that it does not need", [0x30, 69, 2, 33, 0, ...ones, 2, 32, ...ones]],
    ["a negative number", [0x30, 68, 2, 32, ...ones.with(0, 128), 2, 32, ...ones]],
    ["a zero", [0x30, 37, 2, 1, 0, 2, 32, ...ones]],
    ["an empty number", [0x30, 36, 2, 0, 2, 32, ...ones]],
    ["a number that is longer than the curve's", [0x30, 69, 2, 33, 1, ...ones, 2, 32, ...ones]],
    ["a third number", [0x30, 71, 2, 32, ...ones, 2, 32, ...ones, 2, 1, 1]],
    ["one number", [0x30, 34, 2, 32, ...ones]],
    ["text instead of a number", [0x30, 68, 4, 32, ...ones, 2, 32, ...ones]],
    ["a set instead of a sequence", [0x31, 68, 2, 32, ...ones, 2, 32, ...ones]],
  ])("refuses %s", (_, bytes) => {
    const good = [0x30, 68, 2, 32, ...ones, 2, 32, ...ones];
    expect(decodeEcdsaSignature(Uint8Array.from(good), 32)).toEqual(Uint8Array.from([...ones, ...ones]));
    expect(decodeEcdsaSignature(Uint8Array.from(bytes), 32)).toBeUndefined();
  });

  it.each([
    [61, [0x30, 127]],
    [62, [0x30, 0x81, 128]],
  ])("reads a first number of %i bytes, with which the length is %j", (size, head) => {
    const [r, s] = [new Array(size).fill(1), new Array(62).fill(2)];
    const padded = [...new Array(66 - size).fill(0), ...r, ...new Array(4).fill(0), ...s];
    expect(decodeEcdsaSignature(Uint8Array.from([...head, 2, size, ...r, 2, 62, ...s]), 66)).toEqual(
      Uint8Array.from(padded),
    );
  });

  it("refuses other bytes, unless they are the DER text of a signature", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = decodeEcdsaSignature(bytes, 32);
        expect(read && encodeDer(read)).toEqual(read && bytes);
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
