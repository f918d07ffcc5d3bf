import { type PublicKey, PublicKeyError, parsePublicKey } from "./public-key.ts";

/** A key as it is stored, but for its account. */
export type RegisteredKey = { name: string; fingerprint: string; fingerprintSha256: string; key: string };

/** A key as it is handed in: the OpenSSH line, and the name when it has one of its own. */
export type KeyEntry = { name?: string | null | undefined; key: string };

/** Digests of bytes. Handed in because Node's WebCrypto knows no MD5, and the scripts run there. */
export type Digest = (name: "MD5" | "SHA-256", bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer | Uint8Array>;

const fingerprintShape = /^(?:(?:[0-9a-f]{2}:){15}[0-9a-f]{2}|SHA256:[A-Za-z0-9+/]{43})$/i;

const maxNameCharacters = 255;

/**
 * A key, ready to be stored. Its name defaults to the key's comment, else to its MD5 fingerprint.
 *
 * @throws {PublicKeyError} the text is no key that can be verified here, or its name cannot be a key's
 */
export async function registeredKey({ name: given, key }: KeyEntry, digest: Digest): Promise<RegisteredKey> {
  const parsed = parsePublicKey(key);
  await checkImports(parsed);
  const hex = Array.from(new Uint8Array(await digest("MD5", parsed.wire)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  const fingerprint = hex.join(":");
  const sha256 = btoa(String.fromCharCode(...new Uint8Array(await digest("SHA-256", parsed.wire))));
  const fingerprintSha256 = `SHA256:${sha256.replace(/=+$/, "")}`;
  const name = given ?? (parsed.comment || fingerprint);
  checkName(name, [fingerprint, fingerprintSha256]);
  return { name, fingerprint, fingerprintSha256, key: key.trim() };
}

/** A keyId finds a key by name or fingerprint alike, so a name may not pass for another key's fingerprint. */
function checkName(name: string, fingerprints: readonly string[]): void {
  if (name === "" || name.length > maxNameCharacters || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    throw new PublicKeyError(`a key's name is 1 to ${maxNameCharacters} characters without control characters`);
  }
  if (fingerprintShape.test(name) && !fingerprints.includes(name)) {
    throw new PublicKeyError(`its name is of the shape of a fingerprint and not its own, which is ${fingerprints[0]}`);
  }
}

/** workerd's WebCrypto imports no other (`Imported RSA key has invalid publicExponent`); Node's takes any. */
const rsaExponents = new Map([
  ["Aw", 3],
  ["AQAB", 65537],
]);

async function checkImports({ kind, jwk }: PublicKey): Promise<void> {
  if (kind === "rsa" && !rsaExponents.has(jwk.e ?? "")) {
    const known = [...rsaExponents.values()].join(" nor ");
    throw new PublicKeyError(`the RSA key's exponent is neither ${known}, and no other can be verified here`);
  }
  const algorithm = {
    rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    ecdsa: { name: "ECDSA", namedCurve: jwk.crv ?? "" },
    ed25519: { name: "Ed25519" },
  }[kind];
  await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]).catch(() => {
    throw new PublicKeyError(
      kind === "ecdsa" ? "the key's point is not on its curve" : "the key's numbers make no key of its type",
    );
  });
}
