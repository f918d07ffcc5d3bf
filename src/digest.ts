import { encodeBase64 } from "./base64.ts";

/** Digests of bytes. Node's WebCrypto has no MD5, so the scripts hand in one of their own. */
export type Digest = (name: "MD5" | "SHA-256", bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer | Uint8Array>;

/** A digest by workerd's WebCrypto, which has MD5. */
export const computeDigest: Digest = (name, bytes) => crypto.subtle.digest(name, bytes);

/** Base64 of the MD5, as Content-MD5 has it. */
export const computeMd5 = async (bytes: Uint8Array): Promise<string> =>
  encodeBase64(await crypto.subtle.digest("MD5", bytes));

/** Base64 of the SHA-256, as `Digest: SHA-256=` has it. */
export const computeSha256 = async (bytes: Uint8Array): Promise<string> =>
  encodeBase64(await crypto.subtle.digest("SHA-256", bytes));
