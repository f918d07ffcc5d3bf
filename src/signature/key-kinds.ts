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
  },
  ecdsa: {
    importParameters: ({ jwk }) => ({ name: "ECDSA", namedCurve: jwk.crv ?? "" }),
    verifyParameters: ({ bits }, { hash = curveHash.get(bits) }) => ({ name: "ECDSA", hash: hash ?? "" }),
    decodeSignature: (sent, bits) => decodeEcdsaSignature(sent, Math.ceil(bits / 8)),
  },
  ed25519: {
    importParameters: () => ({ name: "Ed25519" }),
    verifyParameters: () => ({ name: "Ed25519" }),
    decodeSignature: (sent) => (sent.length === 64 ? sent : undefined),
  },
};
