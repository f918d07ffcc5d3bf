import type { Algorithm, KeyKind } from "./algorithms.ts";
import { decodeEcdsaSignature } from "./der.ts";
import type { PublicKey } from "./public-key.ts";

/** How WebCrypto verifies with the keys of one kind. */
type Kind = {
  /** Parameters of `importKey`. */
  importParameters: (key: Pick<PublicKey, "jwk">, algorithm: Algorithm) => SubtleCryptoImportKeyAlgorithm;
  /** Parameters of `verify`. */
  verifyParameters: (key: Pick<PublicKey, "bits">, algorithm: Algorithm) => SubtleCryptoSignAlgorithm;
  /** The signature as WebCrypto takes it; undefined when it cannot be one of this kind. */
  decodeSignature: (sent: Uint8Array<ArrayBuffer>, bits: number) => Uint8Array<ArrayBuffer> | undefined;
  /**
   * The OpenSSH line of a key whose private half was thrown away. It is verified where no key was found, so that an
   * unknown key takes as long as a known one.
   */
  decoy: string;
};

/** The hash that hs2019 means for a curve. docs/contract.md#authentication */
const curveHash = new Map([
  [256, "SHA-256"],
  [384, "SHA-384"],
  [521, "SHA-512"],
]);

/** One row a kind of key. */
export const keyKinds: Readonly<Record<KeyKind, Kind>> = {
  rsa: {
    importParameters: (_, { hash = "SHA-512" }) => ({ name: "RSASSA-PKCS1-v1_5", hash }),
    verifyParameters: () => ({ name: "RSASSA-PKCS1-v1_5" }),
    decodeSignature: (sent) => sent,
    decoy:
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCiZfe+JaJxdjrSrQ0FJMhXDYn2ZDfEWpr/sfAWni19Egmb7mgjE9yb45Od5u0AnGcNH9howlwFMSVZOIdeZxxVEAYBJJz8ywYcxTq+M5BuR06Z3uyVqaneO6EZm67wkGWKpwoRC17+969eyhK8nleE4HBec4ZQ/MdPqMgLj1PytnbQDPHjlGrfiDZ2N6VQoXtiGKQgTBzhU/0+uwYq4HuUqwmI5aZjq50SEA24AdHd8Nz9XECa8/8u4/B3m6H3H72sJQStNxcc6UW6daVXaF2cGGwKxKtlCkj2KKNLRz+YcwORTce7KpPRmNDOLt+KN2BjJIqR6lSlAV1yxjIU11Vt",
  },
  ecdsa: {
    importParameters: ({ jwk }) => ({ name: "ECDSA", namedCurve: jwk.crv ?? "" }),
    verifyParameters: ({ bits }, { hash = curveHash.get(bits) }) => ({ name: "ECDSA", hash: hash ?? "" }),
    decodeSignature: (sent, bits) => decodeEcdsaSignature(sent, Math.ceil(bits / 8)),
    decoy:
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBP6V15vHpQUbk7jZ8xtoZtmcBH7bz/hJWqnwfK6F7DBk5c+NG3FWcT+d+Cod5VJy9Gq89933GaymZbcPG4IpO6g=",
  },
  ed25519: {
    importParameters: () => ({ name: "Ed25519" }),
    verifyParameters: () => ({ name: "Ed25519" }),
    decodeSignature: (sent) => (sent.length === 64 ? sent : undefined),
    decoy: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICrKgwH0jtRUZpLN4q83ZOmo/4EBwmoGZtnclSdnv7YT",
  },
};
