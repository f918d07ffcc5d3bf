import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { ProvisionRefused } from "../../scripts/provisioning/fields.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { formatDate, send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { formatPublicLine, makeKey, signText } from "../support/signer.ts";
import { formatRsaLine, formatSshLine } from "../support/ssh-lines.ts";

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, { accounts: [{ ...bob, keys: [makeKey("rsa"), makeKey("ecdsa")] }], images: [] });
});

const sign = { key: "rsa" } as const;

const createKey = (key: string) => send({ sign, path: "/my/keys", body: JSON.stringify({ name: "weak", key }) });

const countKeys = () => env.DB.prepare("SELECT count(*) AS n FROM keys").first("n");

/** The mistakes for which a file with this key is refused. */
async function listMistakes(key: string): Promise<readonly string[]> {
  try {
    await readProvision(JSON.stringify({ accounts: [{ ...bob, keys: [{ name: "weak", key }] }] }));
  } catch (error) {
    if (error instanceof ProvisionRefused) return error.mistakes;
    throw error;
  }
  return [];
}

/** A number of the field of Ed25519 as 32 bytes, little-endian, with the sign of x in the highest bit. */
function encodePoint(y: bigint, sign: 0 | 1 = 0): Uint8Array {
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => Number((y >> BigInt(8 * at)) & 255n));
  bytes[31] = (bytes[31] ?? 0) | (sign << 7);
  return bytes;
}

const prime = 2n ** 255n - 19n;

const toField = (number: bigint): bigint => ((number % prime) + prime) % prime;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [toField(base), exponent]; rest > 0n; square = (square * square) % prime, rest >>= 1n)
    if (rest & 1n) result = (result * square) % prime;
  return result;
}

const invert = (number: bigint): bigint => power(number, prime - 2n);

/** The square roots of a number: none or two. RFC 8032 §5.1.3 */
function listRoots(square: bigint): bigint[] {
  const root = power(square, (prime + 3n) / 8n);
  const candidates = [root, root * power(2n, (prime - 1n) / 4n)].map(toField);
  const found = candidates.find((one) => toField(one * one - square) === 0n);
  return found === undefined ? [] : [found, prime - found];
}

/** y of the points of order 8. Twice such a point has y = 0, so x² = -y², and the curve makes that d·y⁴ + 2·y² - 1 = 0. */
const d = toField(-121665n * invert(121666n));
const orderEight = listRoots(1n + d).flatMap((root) => listRoots(toField((root - 1n) * invert(d))));

const formatEd25519 = (point: Uint8Array) => formatSshLine("ssh-ed25519", [point]);

const smallOrder = "the Ed25519 key's point is of small order, so anyone can sign for it";
const notCanonical = "the Ed25519 key's point is not in its canonical encoding";
const even = "the RSA key's modulus is even, so anyone can find its private key";
const exponentOne = "the RSA key's exponent is neither 3 nor 65537, and no other can be verified here";

const otherNumbers = "the RSA key's numbers are not in their canonical encoding";

/** A sound key of P-384 under the type of P-256, also within its base64. */
const otherCurve = (() => {
  const wire = atob(formatPublicLine("ecdsa384").split(" ")[1] ?? "").replace("sha2-nistp384", "sha2-nistp256");
  return `ecdsa-sha2-nistp256 ${btoa(wire)} made`;
})();

const formatRsa = (modulus: Uint8Array) => formatSshLine("ssh-rsa", [Uint8Array.of(1, 0, 1), modulus]);
const ones = new Uint8Array(256).fill(255);

const weak: readonly (readonly [string, string, string])[] = [
  ...[0n, 1n, prime - 1n, ...orderEight].flatMap((y) =>
    ([0, 1] as const).map(
      (sign) => [`small order, y = ${y}, sign ${sign}`, formatEd25519(encodePoint(y, sign)), smallOrder] as const,
    ),
  ),
  ...[0n, 1n, 2n, 3n, 18n].map(
    (more) => [`y = p + ${more}`, formatEd25519(encodePoint(prime + more)), notCanonical] as const,
  ),
  ["an even RSA modulus", formatRsa(Uint8Array.of(0, ...ones.with(255, 254))), even],
  ["an RSA modulus that is a power of two", formatRsa(Uint8Array.of(0, ...new Uint8Array(256).with(0, 128))), even],
  ["the RSA exponent 1", formatRsaLine(2048, [1]), exponentOne],
  ["a negative RSA modulus", formatRsa(ones), otherNumbers],
  [
    "an RSA modulus with a sign byte that it does not need",
    formatRsa(Uint8Array.of(0, ...ones.with(0, 127), 255)),
    otherNumbers,
  ],
  ["an RSA exponent with a sign byte that it does not need", formatRsaLine(2048, [0, 1, 0, 1]), otherNumbers],
  ["a type that names another curve", otherCurve, "the key's type names another curve than the key"],
];

describe("a key that protects nothing is refused, and the reason is named", () => {
  it.each(weak)("by CreateKey: %s", async (_, line, reason) => {
    expect(pickStatusAndJson(await createKey(line))).toEqual({
      status: 409,
      json: { code: "InvalidArgument", message: `${reason}; ${line.slice(0, 64)}... was sent` },
    });
    expect(await countKeys()).toBe(2);
  });

  it.each(weak)("by provisioning: %s", async (_, line, reason) => {
    const [mistake, ...others] = await listMistakes(line);
    expect(others).toEqual([]);
    expect(mistake).toContain("keys[0] (weak): ");
    expect(mistake).toContain(reason);
  });

  it("and there are two such points of order 8 for each sign of x", () => {
    expect(new Set(orderEight).size).toBe(2);
  });

  it("and a sound key of each kind is not", async () => {
    for (const name of ["rsa4096", "ed25519", "ecdsa384", "ecdsa521"] as const) {
      expect((await createKey(formatPublicLine(name))).status, name).toBe(201);
      expect(await listMistakes(formatPublicLine(name))).toEqual([]);
      await env.DB.prepare("DELETE FROM keys WHERE name = 'weak'").run();
    }
  });
});

describe("an ECDSA signature with high s", () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

  const readNumber = (bytes: Uint8Array): bigint => bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);

  /** A positive number as DER has it. */
  function encodeInteger(number: bigint): number[] {
    const hex = number.toString(16);
    const bytes = (hex.length % 2 ? `0${hex}` : hex).match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
    const content = (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes;
    return [2, content.length, ...content];
  }

  /** The signature, and the other one that is valid beside it: of every (r, s) there is also (r, n − s). */
  function listBoth(signature: string): { isHigh: boolean; text: string }[] {
    const der = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0));
    const rEnd = 4 + (der[3] ?? 0);
    const r = readNumber(der.subarray(4, rEnd));
    const s = readNumber(der.subarray(rEnd + 2));
    return [s, order - s].map((one) => {
      const content = [...encodeInteger(r), ...encodeInteger(one)];
      return { isHigh: one > order / 2n, text: btoa(String.fromCharCode(0x30, content.length, ...content)) };
    });
  }

  it("is accepted, as the one with low s: clients send either", async () => {
    const date = formatDate();
    const both = listBoth(await signText("ecdsa", "ecdsa-sha256", `date: ${date}`));
    expect(new Set(both.map(({ isHigh }) => isHigh))).toEqual(new Set([true, false]));
    for (const { text } of both) {
      const authorization = `Signature keyId="/bob/keys/ecdsa",algorithm="ecdsa-sha256",headers="date",signature="${text}"`;
      const headers = { Date: date, Authorization: authorization };
      expect((await send({ method: "GET", path: "/my", headers, sign: false })).status).toBe(200);
    }
  });
});

describe("a private key that is sent where a public one belongs", () => {
  const secret = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz";
  const forms = ["OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];
  const refused = {
    status: 409,
    json: { code: "InvalidArgument", message: "this is a private key; send its public half, the .pub file" },
  };

  it.each(forms)("is refused, and neither the answer nor the log repeats it: %s", async (form) => {
    const key = `-----BEGIN ${form}-----\n${secret}\n-----END ${form}-----\n`;
    const query = `?key=${encodeURIComponent(key)}`;
    for (const request of [
      { path: "/my/keys", body: JSON.stringify({ key }) },
      { path: "/my/keys", body: JSON.stringify({ key: `  ${key}`, name: "mine" }) },
      { path: `/my/keys${query}` },
    ]) {
      const { result, text } = await captureLog(async () => send({ sign: { key: "rsa" }, ...request }));
      expect(pickStatusAndJson(result)).toEqual(refused);
      expect(text).toContain('"code":"InvalidArgument"');
      for (const shown of [result.text, text, [...result.headers].join()])
        expect(shown).not.toContain(secret.slice(0, 8));
    }
  });

  it("is refused by provisioning, which does not print it", async () => {
    const mistakes = await listMistakes(
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----`,
    );
    expect(mistakes.join()).toContain("this is a private key");
    expect(mistakes.join()).not.toContain(secret.slice(0, 8));
  });
});

describe("the log", () => {
  const controls = Array.from({ length: 0xa0 }, (_, unit) => unit).filter((unit) => unit < 0x20 || unit >= 0x7f);
  const hostile = String.fromCharCode(...controls);
  const inPath = encodeURIComponent(hostile);

  it.each([
    ["login", { method: "GET", path: `/${inPath}/images` }, 404],
    ["image id", { method: "GET", path: `/my/images/${inPath}` }, 404],
    ["key name in the path", { method: "GET", path: `/my/keys/${inPath}` }, 404],
    [
      "name of a new key",
      { path: "/my/keys", body: JSON.stringify({ name: hostile, key: formatPublicLine("ed25519") }) },
      409,
    ],
    [
      "comment of a new key",
      {
        path: "/my/keys",
        body: JSON.stringify({ key: `${formatPublicLine("ed25519")}${hostile.replace(/[\r\n]/g, "")}` }),
      },
      409,
    ],
    [
      "login in the keyId",
      {
        method: "GET",
        path: "/my",
        sign: { keyId: `/${hostile.replace(/[\0\r\n]/g, "").replace(/[^\x80-\x9f]/g, "")}/keys/rsa` },
      },
      401,
    ],
    ["Host", { method: "GET", path: "/my/datacenters", headers: { Host: "a\x80\x9bb" } }, 400],
    ["Request-Id", { method: "GET", path: "/my", headers: { "Request-Id": "a\x9b31mb" } }, 200],
  ])("has no control character unescaped, whatever the %s", async (_, request, status) => {
    const { result, text } = await captureLog(async () => send({ sign, ...request, bindings: { DB: env.DB } }));
    expect(result.status).toBe(status);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    expect(result.text).toMatch(/^[\x20-\x7e]*$/);
  });
});

it("an upload that breaks off is on the log as aborted, and is no 5xx", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode('{"name":'));
      controller.error(new Error("the client went away"));
    },
  });
  const { result, lines } = await captureLog(() => send({ sign, path: "/my/keys", body, bindings: { DB: env.DB } }));
  expect(result.status).toBe(400);
  expect(lines).toMatchObject([{ status: 400, reason: "aborted" }]);
});
