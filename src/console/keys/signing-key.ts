import { findCurve, joinPoint, type PrivateJwk } from "./private-jwk.ts";
import { concat, fromBase64Url, toBase64, toSigned, toSshString } from "./wire.ts";

/** A key that signs in this browser, and never leaves it. */
export type SigningKey = {
  kind: "rsa" | "ecdsa" | "ed25519";
  /** What the Authorization header calls it: `rsa-sha256`. docs/contract.md#authentication */
  algorithm: string;
  /** Not extractable. */
  privateKey: CryptoKey;
  /** The public half as OpenSSH writes it, with the comment. */
  publicLine: string;
  /** `SHA256:…`, without padding. */
  fingerprint: string;
};

/** What WebCrypto needs to import a key and to sign with it. */
type Parameters = { algorithm: string; imported: RsaHashedImportParams | EcKeyImportParams | Algorithm };

const hashNames: Readonly<Record<string, string>> = { "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };

function findParameters({ kty, crv = "" }: PrivateJwk): Parameters {
  if (kty === "RSA") return { algorithm: "rsa-sha256", imported: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } };
  if (kty === "OKP") return { algorithm: "ed25519-sha512", imported: { name: "Ed25519" } };
  const { hash, jwk } = findCurve(crv);
  return { algorithm: `ecdsa-${hashNames[hash]}`, imported: { name: "ECDSA", namedCurve: jwk } };
}

const kinds = { RSA: "rsa", EC: "ecdsa", OKP: "ed25519" } as const;

/** Imports a private key so that no script can read it again. */
export async function importSigningKey(jwk: PrivateJwk, comment: string): Promise<SigningKey> {
  const { algorithm, imported } = findParameters(jwk);
  const { d, p, q, dp, dq, qi, x, y, n, e, kty, crv } = jwk;
  const bare = Object.fromEntries(
    Object.entries({ kty, crv, d, p, q, dp, dq, qi, x, y, n, e }).filter(([, value]) => value !== undefined),
  );
  const privateKey = await crypto.subtle.importKey("jwk", bare, imported, false, ["sign"]);
  const wire = formatWire(jwk);
  return {
    kind: kinds[kty],
    algorithm,
    privateKey,
    publicLine: formatLine(jwk, wire, comment),
    fingerprint: await computeFingerprint(wire),
  };
}

/** OpenSSH's name of the key's type. */
function nameType({ kty, crv = "" }: PrivateJwk): string {
  if (kty === "RSA") return "ssh-rsa";
  return kty === "OKP" ? "ssh-ed25519" : `ecdsa-sha2-${findCurve(crv).ssh}`;
}

function formatWire(jwk: PrivateJwk): Uint8Array<ArrayBuffer> {
  const type = toSshString(nameType(jwk));
  if (jwk.kty === "RSA")
    return concat([type, ...[jwk.e, jwk.n].map((number) => toSshString(toSigned(fromBase64Url(number))))]);
  if (jwk.kty === "OKP") return concat([type, toSshString(fromBase64Url(jwk.x))]);
  return concat([type, toSshString(findCurve(jwk.crv ?? "").ssh), toSshString(joinPoint(jwk))]);
}

const formatLine = (jwk: PrivateJwk, wire: Uint8Array, comment: string): string =>
  [nameType(jwk), toBase64(wire), comment.replace(/\s+/g, " ").trim()].filter((part) => part !== "").join(" ");

/** The fingerprint of a key's wire form: `SHA256:…`, without padding. */
export async function computeFingerprint(wire: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", wire));
  return `SHA256:${toBase64(digest).replace(/=+$/, "")}`;
}
