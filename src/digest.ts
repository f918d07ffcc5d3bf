/** Computes a digest. Node's WebCrypto has no MD5, so the scripts bring their own. */
export type Digest = (name: "MD5" | "SHA-256", bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer | Uint8Array>;

/** The digest of workerd's WebCrypto, which has MD5. */
export const computeDigest: Digest = (name, bytes) => crypto.subtle.digest(name, bytes);

/** Base64 of the MD5: a Content-MD5. */
export const computeMd5 = async (bytes: Uint8Array): Promise<string> =>
  encodeBase64(await crypto.subtle.digest("MD5", bytes));

/** Base64 of the SHA-2: the value of `Digest: SHA-256=`. */
export const computeSha = async (name: "SHA-256" | "SHA-512", bytes: Uint8Array): Promise<string> =>
  encodeBase64(await crypto.subtle.digest(name, bytes));

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The value of each base64 digit by its character code; 255 for any other character. */
const digitValues = new Uint8Array(128).fill(255);
for (const [value, digit] of [...base64Digits].entries()) digitValues[digit.charCodeAt(0)] = value;

/**
 * Decodes canonical, padded base64. Undefined for any other text: padding that is missing or not needed, other characters,
 * bits after the last byte.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text === "" || text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  for (let at = 0, written = 0, held = 0; at < digits; at += 1) {
    const value = digitValues[text.charCodeAt(at)] ?? 255;
    if (value === 255) return undefined;
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[written] = bits >> held;
    written += 1;
  }
  // The unused bits of the last digit must be zero.
  const unused = padding * 2;
  return (bits & ((1 << unused) - 1)) === 0 ? bytes : undefined;
}

/** Encodes bytes as padded base64. */
export const encodeBase64 = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)));
