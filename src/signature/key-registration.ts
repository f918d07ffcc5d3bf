import { encodeBase64 } from "../base64.ts";
import type { Digest } from "../digest.ts";
import { findAlgorithm } from "./algorithms.ts";
import { importKey } from "./import-key.ts";
import { type PublicKey, PublicKeyError, parsePublicKey } from "./public-key.ts";
import { findWeakness } from "./weak-keys.ts";

/** A key as it is stored, but for its account. */
export type RegisteredKey = { name: string; fingerprint: string; fingerprintSha256: string; key: string };

/** A key as it is handed in: the OpenSSH line, and the name when it has one of its own. */
export type KeyEntry = { name?: string | null | undefined; key: string };

const fingerprintShape = /^(?:(?:[0-9a-f]{2}:){15}[0-9a-f]{2}|SHA256:[A-Za-z0-9+/]{43})$/i;

const maxNameCharacters = 255;

/**
 * Makes a key ready to be stored. Its name defaults to the key's comment, else to its MD5 fingerprint. docs/contract.md#keys
 *
 * @param maxComment characters; 0 for no bound
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
  const hex = Array.from(new Uint8Array(await digest("MD5", parsed.wire)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  const fingerprint = hex.join(":");
  const fingerprintSha256 = `SHA256:${encodeBase64(await digest("SHA-256", parsed.wire)).replace(/=+$/, "")}`;
  const name = given ?? (parsed.comment || fingerprint);
  assertName(name, [fingerprint, fingerprintSha256]);
  return { name, fingerprint, fingerprintSha256, key: parsed.line };
}

/** A keyId finds a key by name or fingerprint alike, so a name must not look like another key's fingerprint. */
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
