import { decodeBase64, encodeBase64 } from "../digest.ts";
import { show } from "../errors.ts";
import type { KeyKind } from "./algorithms.ts";

/** The text is no key that can be registered. The message names the reason. */
export class PublicKeyError extends Error {}

/** The text is a private key. No message may repeat it. */
export class PrivateKeyError extends PublicKeyError {}

/** A public key, parsed from its OpenSSH line. */
export type PublicKey = {
  kind: KeyKind;
  jwk: JsonWebKey;
  /** RSA: of the modulus. ECDSA: of the curve. Ed25519: 256. */
  bits: number;
  /** The SSH wire form, which fingerprints are digests of. */
  wire: Uint8Array<ArrayBuffer>;
  comment: string;
  /** `type base64 comment`, one blank between them. */
  line: string;
};

const minRsaBits = 2048;
const maxRsaBits = 16384;

/** The curves of ECDSA keys: SSH's name, WebCrypto's, and the hash that hs2019 means. docs/contract.md#authentication */
export const curves = [
  { name: "nistp256", crv: "P-256", bits: 256, bytes: 32, hash: "SHA-256" },
  { name: "nistp384", crv: "P-384", bits: 384, bytes: 48, hash: "SHA-384" },
  { name: "nistp521", crv: "P-521", bits: 521, bytes: 66, hash: "SHA-512" },
];

type KeyFields = Pick<PublicKey, "kind" | "jwk" | "bits">;

/** Reads the fields after the type, for each type of key. RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4. */
const readers = new Map<string, (fields: WireReader) => KeyFields>([
  ["ssh-rsa", readRsa],
  ...curves.map(({ name }) => [`ecdsa-sha2-${name}`, readEcdsa] as const),
  ["ssh-ed25519", readEd25519],
]);

/**
 * Parses one OpenSSH line: `type base64 [comment]`.
 *
 * @throws {PublicKeyError} it is no such line, its type is not supported (DSA), or RSA under 2048 bits
 */
export function parsePublicKey(line: string): PublicKey {
  if (line.includes("PRIVATE KEY-----"))
    throw new PrivateKeyError("this is a private key; send its public half, the .pub file");
  const whole = joinLines(line);
  const { type, base64, comment } = splitLine(whole);
  if (!type || !base64 || /[\r\n]/.test(whole))
    throw new PublicKeyError("not an OpenSSH public key: type, base64 and comment on one line");
  const read = readers.get(type);
  if (!read) {
    const reason =
      type === "ssh-dss" ? "DSA keys cannot be verified here" : `keys of the type ${show(type)} are not supported`;
    throw new PublicKeyError(`${reason}; use ${[...readers.keys()].join(", ")}`);
  }
  const wire = decodeBase64(base64);
  if (!wire && base64.length % 4 !== 0) {
    throw new PublicKeyError(`the key is not whole: the length of its base64, ${base64.length}, is no multiple of 4`);
  }
  if (!wire) throw new PublicKeyError("the key is not base64");
  const fields = new WireReader(wire);
  if (fields.text() !== type) throw new PublicKeyError(`the key's base64 does not hold a key of the type ${type}`);
  const key = read(fields);
  fields.end();
  return { ...key, wire, comment, line: [type, base64, comment].filter(Boolean).join(" ") };
}

/**
 * Joins the lines of one key whose base64 was broken, as a terminal's copy has it. Other lines stay: they may be several keys,
 * or a comment's.
 */
function joinLines(text: string): string {
  // Blanks are trimmed afterwards: a pattern for them would take time with the square of their number.
  const lines = text
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim());
  const [first = "", ...middle] = lines.slice(0, -1);
  const isOneKey = /^\S+[ \t]+[A-Za-z0-9+/]+$/.test(first) && middle.every((line) => /^[A-Za-z0-9+/]+$/.test(line));
  return isOneKey && !readers.has(splitWord(lines.at(-1) ?? "")[0]) ? lines.join("") : text.trim();
}

/** Splits a trimmed line in one pass: a pattern would take time with the square of its length. */
function splitLine(line: string): { type: string; base64: string; comment: string } {
  const [type, afterType] = splitWord(line);
  const [base64, comment] = splitWord(afterType);
  return { type, base64, comment };
}

/** Splits before the first blank. Leaves the blanks out. */
function splitWord(text: string): [string, string] {
  const end = text.search(/[ \t]/);
  return end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end).trimStart()];
}

function readRsa(fields: WireReader): KeyFields {
  const exponent = fields.integer();
  const modulus = fields.integer();
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < minRsaBits)
    throw new PublicKeyError(`an RSA key of ${bits} bits is too short; the least is ${minRsaBits}`);
  if (bits > maxRsaBits) throw new PublicKeyError(`an RSA key of ${bits} bits is too long; the most is ${maxRsaBits}`);
  return { kind: "rsa", bits, jwk: { kty: "RSA", n: encodeBase64url(modulus), e: encodeBase64url(exponent) } };
}

function readEcdsa(fields: WireReader): KeyFields {
  const name = fields.text();
  const curve = curves.find((one) => one.name === name);
  const point = fields.bytes();
  if (!curve || point.length !== 2 * curve.bytes + 1 || point[0] !== 4) {
    throw new PublicKeyError("the key's point is not an uncompressed point of its curve");
  }
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return {
    kind: "ecdsa",
    bits: curve.bits,
    jwk: { kty: "EC", crv: curve.crv, x: encodeBase64url(x), y: encodeBase64url(y) },
  };
}

function readEd25519(fields: WireReader): KeyFields {
  const point = fields.bytes();
  if (point.length !== 32) throw new PublicKeyError("an Ed25519 key has 32 bytes");
  return { kind: "ed25519", bits: 256, jwk: { kty: "OKP", crv: "Ed25519", x: encodeBase64url(point) } };
}

/** Reads SSH's length-prefixed fields. RFC 4251 §5. */
export class WireReader {
  readonly #wire: Uint8Array;
  #at = 0;

  constructor(wire: Uint8Array) {
    this.#wire = wire;
  }

  bytes(): Uint8Array {
    const [a = 0, b = 0, c = 0, d = 0] = this.#wire.subarray(this.#at, this.#at + 4);
    const start = this.#at + 4;
    const end = start + a * 2 ** 24 + (b << 16) + (c << 8) + d;
    if (end > this.#wire.length) throw new PublicKeyError("the key is cut short");
    this.#at = end;
    return this.#wire.subarray(start, end);
  }

  text(): string {
    return String.fromCharCode(...this.bytes());
  }

  /** A positive integer without its sign byte. */
  integer(): Uint8Array {
    const bytes = this.bytes();
    const unsigned = bytes[0] === 0 ? bytes.subarray(1) : bytes;
    if (!unsigned[0]) throw new PublicKeyError("the key holds a number that is not positive");
    return unsigned;
  }

  end(): void {
    if (this.#at !== this.#wire.length) throw new PublicKeyError("the key has bytes after its end");
  }
}

/** A key's name or fingerprint as it is stored: without the `MD5:` that ssh-keygen prints before the fingerprint. */
export const readKeyReference = (sent: string): string =>
  sent.replace(/^MD5:(?=(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$)/i, "");

const encodeBase64url = (bytes: Uint8Array): string =>
  encodeBase64(bytes).replace(/[+/=]/g, (character) => ({ "+": "-", "/": "_" })[character] ?? "");
