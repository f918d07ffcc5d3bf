import { type Digest, encodeBase64 } from "../digest.ts";
import { findAlgorithm } from "./algorithms.ts";
import { importKey } from "./import-key.ts";
import { type PublicKey, PublicKeyError, parsePublicKey, WireReader } from "./public-key.ts";

/** A key as stored, without its account. */
export type RegisteredKey = { name: string; fingerprint: string; fingerprintSha256: string; key: string };

/** A key to register: its OpenSSH line, and optionally a name. */
export type KeyEntry = { name?: string | null | undefined; key: string };

const fingerprintShape = /^(?:(?:[0-9a-f]{2}:){15}[0-9a-f]{2}|SHA256:[A-Za-z0-9+/]{43})$/i;

const maxNameCharacters = 255;

/**
 * Prepares a key to be stored. Its name defaults to the key's comment, else to its MD5 fingerprint. docs/contract.md#keys
 *
 * @param maxComment characters. 0 turns the limit off
 * @throws {PublicKeyError} the text is no key that can be verified here, or its name cannot be a key's
 */
export async function prepareKey(
  { name: given, key }: KeyEntry,
  { digest, maxComment }: { digest: Digest; maxComment: number },
): Promise<RegisteredKey> {
  const parsed = parsePublicKey(key);
  if (maxComment > 0 && parsed.comment.length > maxComment) {
    throw new PublicKeyError(`a key's comment is at most ${maxComment} characters`);
  }
  await assertImportable(parsed);
  const fingerprint = toHex(new Uint8Array(await digest("MD5", parsed.wire))).join(":");
  const fingerprintSha256 = `SHA256:${encodeBase64(await digest("SHA-256", parsed.wire)).replace(/=+$/, "")}`;
  const name = given ?? (parsed.comment || fingerprint);
  assertName(name, [fingerprint, fingerprintSha256]);
  return { name, fingerprint, fingerprintSha256, key: parsed.line };
}

const toHex = (bytes: Uint8Array): string[] => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));

/** A keyId finds a key by name or fingerprint: a name must not look like another key's fingerprint. */
function assertName(name: string, fingerprints: readonly string[]): void {
  if (name === "" || name.length > maxNameCharacters || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    throw new PublicKeyError(`a key's name is 1 to ${maxNameCharacters} characters without control characters`);
  }
  if (fingerprintShape.test(name) && !fingerprints.includes(name)) {
    throw new PublicKeyError(`its name is of the shape of a fingerprint and not its own, which is ${fingerprints[0]}`);
  }
}

/** workerd's WebCrypto imports no other exponents (`Imported RSA key has invalid publicExponent`); Node's takes any. */
const rsaExponents = new Map([
  ["Aw", 3],
  ["AQAB", 65537],
]);

async function assertImportable(key: PublicKey): Promise<void> {
  const weakness = findWeakness(key);
  if (weakness) throw new PublicKeyError(weakness);
  if (key.kind === "rsa" && !rsaExponents.has(key.jwk.e ?? "")) {
    const known = [...rsaExponents.values()].join(" nor ");
    throw new PublicKeyError(`the RSA key's exponent is neither ${known}, and no other can be verified here`);
  }
  await importKey(key, findAlgorithm("hs2019")).catch(() => {
    throw new PublicKeyError(
      key.kind === "ecdsa" ? "the key's point is not on its curve" : "the key's numbers make no key of its type",
    );
  });
}

/** y of the points of small order, little-endian, without the sign of x. Anyone can sign for these. RFC 8032 §5.1 */
const smallOrder: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** Finds why a well-formed key is refused, as a sentence: it protects nothing, or has a second encoding. Undefined if it is sound. */
const findWeakness = ({ kind, wire }: PublicKey): string | undefined =>
  ({ rsa: findRsaWeakness, ecdsa: findEcdsaWeakness, ed25519: findEd25519Weakness })[kind](wire);

/** Whether a number is positive and has a sign byte only where it needs one. OpenSSH reads no other. */
const isCanonicalNumber = ([first = 0, second = 0]: Uint8Array): boolean =>
  first === 0 ? second >= 0x80 : first < 0x80;

/** An even modulus is no product of two large primes. */
function findRsaWeakness(wire: Uint8Array): string | undefined {
  const fields = new WireReader(wire);
  fields.text();
  const [exponent, modulus] = [fields.bytes(), fields.bytes()];
  if (!isCanonicalNumber(exponent) || !isCanonicalNumber(modulus)) {
    return "the RSA key's numbers are not in their canonical encoding";
  }
  return (modulus.at(-1) ?? 0) % 2 === 0
    ? "the RSA key's modulus is even, so anyone can find its private key"
    : undefined;
}

/** The type names the curve, and so does the field after it. */
function findEcdsaWeakness(wire: Uint8Array): string | undefined {
  const fields = new WireReader(wire);
  const [type, curve] = [fields.text(), fields.text()];
  return type === `ecdsa-sha2-${curve}` ? undefined : "the key's type names another curve than the key";
}

/** The point ends the wire form: 32 bytes, the sign of x in the highest bit. */
function findEd25519Weakness(wire: Uint8Array): string | undefined {
  const y = Uint8Array.from(wire.subarray(-32));
  y[31] = (y[31] ?? 0) & 0x7f;
  const isCanonical = y[31] !== 0x7f || (y[0] ?? 0) < 0xed || y.subarray(1, 31).some((byte) => byte !== 0xff);
  if (!isCanonical) return "the Ed25519 key's point is not in its canonical encoding";
  return smallOrder.has(toHex(y).join(""))
    ? "the Ed25519 key's point is of small order, so anyone can sign for it"
    : undefined;
}
