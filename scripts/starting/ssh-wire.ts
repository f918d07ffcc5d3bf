import { createPrivateKey, createPublicKey } from "node:crypto";

/** An SSH key's type and its wire form, whose base64 stands in an OpenSSH line and whose digests are its fingerprints. */
export type SshWire = { type: "ssh-rsa" | "ssh-ed25519"; wire: Buffer };

/** The public half of a private RSA or Ed25519 key in PEM: each field after its length. RFC 4253 §6.6, RFC 8709 §4. */
export function toSshWire(pem: string): SshWire {
  const { kty, n = "", e = "", x = "" } = createPublicKey(createPrivateKey(pem)).export({ format: "jwk" });
  const type = kty === "RSA" ? "ssh-rsa" : "ssh-ed25519";
  const fields = kty === "RSA" ? [e, n].map((number) => toPositive(decodeBase64url(number))) : [decodeBase64url(x)];
  return { type, wire: Buffer.concat([Buffer.from(type), ...fields].flatMap((field) => [encodeLength(field), field])) };
}

const decodeBase64url = (text: string): Buffer => Buffer.from(text, "base64url");

const toPositive = (number: Buffer): Buffer =>
  (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), number]) : number;

function encodeLength({ length }: Buffer): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(length);
  return field;
}
