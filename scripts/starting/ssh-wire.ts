import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { concat, fromBase64Url, toSigned, toSshString } from "../../src/console/keys/wire.ts";

/** Writes each field after its length. RFC 4251 §5 */
export const frame = (fields: readonly (string | Uint8Array)[]): Buffer => Buffer.from(concat(fields.map(toSshString)));

/** The public half of a private key, in PEM or read, in SSH's wire form. RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4 */
export function toSshWire(privateKey: string | KeyObject): Buffer {
  const { kty, crv = "", n, e, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
  if (kty === "RSA") return frame(["ssh-rsa", toSigned(fromBase64Url(e)), toSigned(fromBase64Url(n))]);
  if (kty === "OKP") return frame(["ssh-ed25519", fromBase64Url(x)]);
  const curve = crv.replace("P-", "nistp");
  return frame([`ecdsa-sha2-${curve}`, curve, concat([Uint8Array.of(4), fromBase64Url(x), fromBase64Url(y)])]);
}

/** The OpenSSH line of a private key in PEM. */
export function formatPublicLine(pem: string, comment: string): string {
  const wire = toSshWire(pem);
  return `${wire.toString("latin1", 4, 4 + wire.readUInt32BE())} ${wire.toString("base64")} ${comment}`;
}

/** The MD5 fingerprint of a key in SSH's wire form. */
export const computeFingerprint = (wire: Buffer): string =>
  createHash("md5")
    .update(wire)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
