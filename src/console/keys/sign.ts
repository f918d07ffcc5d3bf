import type { SigningKey } from "./signing-key.ts";
import { concat, toBase64, toSigned } from "./wire.ts";

/** What a signature covers of a request. */
export type Signable = { method: string; url: URL; body?: Uint8Array<ArrayBuffer> };

/**
 * The headers that sign a request: over the method, the path, the time and the body. By X-Date, because a page cannot set
 * Date. docs/contract.md#authentication
 *
 * @param login of the key's account
 */
export async function signRequest(
  { method, url, body }: Signable,
  { key, login }: { key: SigningKey; login: string },
): Promise<Record<string, string>> {
  const headers = {
    "X-Date": new Date().toUTCString(),
    ...(body && { Digest: `SHA-256=${toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", body)))}` }),
  };
  const lines = [
    `(request-target): ${method.toLowerCase()} ${url.pathname}${url.search}`,
    ...Object.entries(headers).map(([name, value]) => `${name.toLowerCase()}: ${value}`),
  ];
  const names = ["(request-target)", ...Object.keys(headers).map((name) => name.toLowerCase())].join(" ");
  const signature = toBase64(await signText(key, lines.join("\n")));
  const keyId = formatKeyId({ key, login });
  return {
    ...headers,
    Authorization: `Signature keyId="${keyId}",algorithm="${key.algorithm}",headers="${names}",signature="${signature}"`,
  };
}

/** The name of a key in a signature, and in the audit of what it signed. */
export const formatKeyId = ({ key, login }: { key: SigningKey; login: string }): string =>
  `/${login}/keys/${key.fingerprint}`;

async function signText({ kind, algorithm, privateKey }: SigningKey, text: string): Promise<Uint8Array> {
  const hash = `SHA-${algorithm.slice(-3)}`;
  const parameters = { rsa: "RSASSA-PKCS1-v1_5", ecdsa: { name: "ECDSA", hash }, ed25519: "Ed25519" }[kind];
  const bytes = new Uint8Array(await crypto.subtle.sign(parameters, privateKey, new TextEncoder().encode(text)));
  return kind === "ecdsa" ? encodeEcdsaSignature(bytes) : bytes;
}

/** DER of the r‖s that WebCrypto makes: `SEQUENCE { INTEGER r, INTEGER s }`. */
function encodeEcdsaSignature(joined: Uint8Array): Uint8Array {
  const size = joined.length / 2;
  const numbers = [joined.subarray(0, size), joined.subarray(size)].map((number) => encode(0x02, toSigned(number)));
  return encode(0x30, concat(numbers));
}

/** Contents here are at most 139 bytes. */
const encode = (tag: number, content: Uint8Array): Uint8Array =>
  concat([Uint8Array.of(tag, ...(content.length < 0x80 ? [] : [0x81]), content.length), content]);
