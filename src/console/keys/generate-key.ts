import type { PrivateJwk } from "./private-jwk.ts";
import { importSigningKey, type SigningKey } from "./signing-key.ts";

/** A name for a key that is made here, unlike that of any other browser. */
export const makeKeyName = (): string => `console-${crypto.randomUUID().slice(0, 8)}`;

/** Makes a key in this browser: Ed25519, or P-256 where the browser has no Ed25519. @param comment of its public line */
export async function generateKey(comment: string): Promise<SigningKey> {
  const pair = await generateEd25519().catch(generateP256);
  const { kty, crv, d, x, y } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  // Seen by this function alone, before it is imported as not extractable: the public half cannot be had otherwise.
  const jwk: PrivateJwk = { kty: kty === "OKP" ? "OKP" : "EC", ...(crv && { crv }), ...(d && { d }), ...(x && { x }) };
  return await importSigningKey(y ? { ...jwk, y } : jwk, comment);
}

async function generateEd25519(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
}

async function generateP256(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
}
