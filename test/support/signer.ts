import { createHash } from "node:crypto";
import signingKeys from "../data/signing-keys.json";

/** The throwaway private keys of `data/signing-keys.json`: rsa, ecdsa, ed25519 and stranger are conformance's. */
export type KeyName = keyof typeof signingKeys;

type SigningMethod = { import: SubtleCryptoImportKeyAlgorithm; sign: SubtleCryptoSignAlgorithm };

const hashNamed: Readonly<Record<string, string>> = {
  sha1: "SHA-1",
  sha256: "SHA-256",
  sha384: "SHA-384",
  sha512: "SHA-512",
};

const hashOfCurve: Readonly<Record<string, string>> = { "P-256": "SHA-256", "P-384": "SHA-384", "P-521": "SHA-512" };

type ImportedKey = { isEcdsa: boolean; sign: SigningMethod["sign"]; key: CryptoKey };

/** Importing an RSA key takes longer than a request: each is imported once for each hash. */
const importedKeys = new Map<string, Promise<ImportedKey>>();

async function importKey(name: KeyName, algorithm: string): Promise<ImportedKey> {
  const jwk: JsonWebKey = { ...signingKeys[name] };
  const method = chooseMethod(jwk, algorithm);
  const key = await crypto.subtle.importKey("jwk", jwk, method.import, false, ["sign"]);
  return { isEcdsa: jwk.kty === "EC", sign: method.sign, key };
}

/** Signs text as a client does: base64, ECDSA in DER. `algorithm` is the name for the header. */
export async function signText(name: KeyName, algorithm: string, text: string): Promise<string> {
  const cached = `${name} ${algorithm}`;
  const imported = importedKeys.get(cached) ?? importKey(name, algorithm);
  importedKeys.set(cached, imported);
  const { isEcdsa, sign, key } = await imported;
  const raw = new Uint8Array(await crypto.subtle.sign(sign, key, new TextEncoder().encode(text)));
  return encodeBase64(isEcdsa ? encodeDer(raw) : raw);
}

const fingerprints = new Map<string, string>();

function chooseMethod(jwk: JsonWebKey, algorithm: string): SigningMethod {
  if (jwk.kty === "OKP") return { import: { name: "Ed25519" }, sign: { name: "Ed25519" } };
  const hash = hashNamed[algorithm.toLowerCase().split("-")[1] ?? ""] ?? hashOfCurve[jwk.crv ?? ""] ?? "SHA-512";
  return jwk.kty === "RSA"
    ? { import: { name: "RSASSA-PKCS1-v1_5", hash }, sign: { name: "RSASSA-PKCS1-v1_5" } }
    : { import: { name: "ECDSA", namedCurve: jwk.crv ?? "" }, sign: { name: "ECDSA", hash } };
}

/** The OpenSSH line of the key's public half. */
export function formatPublicLine(name: KeyName): string {
  const { type, fields } = readPublicFields({ ...signingKeys[name] });
  const wire = joinBytes([encodeText(type), ...fields].map(prefixLength));
  return `${type} ${encodeBase64(wire)} ${name}`;
}

/** The key under its own name, as a provision file has it. */
export const makeKey = (name: KeyName) => ({ name, key: formatPublicLine(name) });

/** The key's fingerprint as the SSH tools print it. */
export function computeFingerprint(name: KeyName, kind: "md5" | "sha256" = "md5"): string {
  const cached = `${name} ${kind}`;
  const fingerprint = fingerprints.get(cached) ?? hashPublicKey(name, kind);
  fingerprints.set(cached, fingerprint);
  return fingerprint;
}

function hashPublicKey(name: KeyName, kind: "md5" | "sha256"): string {
  const wire = Uint8Array.from(atob(formatPublicLine(name).split(" ")[1] ?? ""), (character) =>
    character.charCodeAt(0),
  );
  if (kind === "sha256") return `SHA256:${createHash("sha256").update(wire).digest("base64").replace(/=+$/, "")}`;
  return createHash("md5")
    .update(wire)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
}

function readPublicFields(jwk: JsonWebKey): { type: string; fields: Uint8Array[] } {
  if (jwk.kty === "RSA")
    return {
      type: "ssh-rsa",
      fields: [prependSignByte(decodeBase64url(jwk.e)), prependSignByte(decodeBase64url(jwk.n))],
    };
  if (jwk.kty === "OKP") return { type: "ssh-ed25519", fields: [decodeBase64url(jwk.x)] };
  const curve = jwk.crv?.replace("P-", "nistp") ?? "";
  const point = joinBytes([Uint8Array.of(4), decodeBase64url(jwk.x), decodeBase64url(jwk.y)]);
  return { type: `ecdsa-sha2-${curve}`, fields: [encodeText(curve), point] };
}

/** Encodes an ECDSA signature r‖s as DER. */
export function encodeDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const integers = [signature.subarray(0, half), signature.subarray(half)].map((number) => {
    const content = prependSignByte(number.subarray(number.findIndex((byte) => byte !== 0)));
    return joinBytes([Uint8Array.of(2, content.length), content]);
  });
  const content = joinBytes(integers);
  return joinBytes([
    content.length < 128 ? Uint8Array.of(0x30, content.length) : Uint8Array.of(0x30, 0x81, content.length),
    content,
  ]);
}

const prependSignByte = (number: Uint8Array): Uint8Array =>
  (number[0] ?? 0) >= 0x80 ? joinBytes([Uint8Array.of(0), number]) : number;

const prefixLength = (bytes: Uint8Array): Uint8Array =>
  joinBytes([
    Uint8Array.of(bytes.length >>> 24, (bytes.length >>> 16) & 255, (bytes.length >>> 8) & 255, bytes.length & 255),
    bytes,
  ]);

const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);

const joinBytes = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const encodeBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const decodeBase64url = (text = ""): Uint8Array =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
