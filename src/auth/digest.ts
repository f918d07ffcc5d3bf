import type { Digest } from "./key-registration.ts";

const base64 = (digest: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(digest)));

/** The digest of bytes. workerd's WebCrypto knows MD5; Node's does not. */
export const digest: Digest = (name, bytes) => crypto.subtle.digest(name, bytes);

/** Base64 of the MD5, as Content-MD5 has it. */
export const md5Base64 = async (bytes: Uint8Array): Promise<string> => base64(await crypto.subtle.digest("MD5", bytes));

/** Base64 of the SHA-256, as `Digest: SHA-256=` has it. */
export const sha256Base64 = async (bytes: Uint8Array): Promise<string> =>
  base64(await crypto.subtle.digest("SHA-256", bytes));
