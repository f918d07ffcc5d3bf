import { createHash, createPublicKey } from "node:crypto";

/** Writes each field after its length. RFC 4251 §5 */
export const frame = (fields: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(field));
      return [length, typeof field === "string" ? Buffer.from(field) : field];
    }),
  );

/** The public half of a private key in PEM, in SSH's wire form. RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4 */
export function toSshWire(pem: string): Buffer {
  const { kty, crv = "", n, e, x, y } = createPublicKey(pem).export({ format: "jwk" });
  if (kty === "RSA") return frame(["ssh-rsa", toPositive(decode(e)), toPositive(decode(n))]);
  if (kty === "OKP") return frame(["ssh-ed25519", decode(x)]);
  const curve = crv.replace("P-", "nistp");
  return frame([`ecdsa-sha2-${curve}`, curve, Buffer.concat([Buffer.of(4), decode(x), decode(y)])]);
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

const decode = (text = ""): Buffer => Buffer.from(text, "base64url");

const toPositive = (number: Buffer): Buffer =>
  (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), number]) : number;
