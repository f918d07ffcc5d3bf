import type { Algorithm, KeyKind } from "./algorithms.ts";
import { decodeEcdsaSignature } from "./der.ts";
import { curves, type PublicKey } from "./public-key.ts";

/** How WebCrypto verifies with the keys of one kind. */
type Kind = {
  /** Parameters of `importKey`. */
  importParameters: (key: Pick<PublicKey, "jwk">, algorithm: Algorithm) => SubtleCryptoImportKeyAlgorithm;
  /** Parameters of `verify`. */
  verifyParameters: (key: Pick<PublicKey, "bits">, algorithm: Algorithm) => SubtleCryptoSignAlgorithm;
  /** Decodes a signature to what WebCrypto takes. Undefined if it cannot be one of this kind. */
  decodeSignature: (sent: Uint8Array<ArrayBuffer>, bits: number) => Uint8Array<ArrayBuffer> | undefined;
};

const findCurveHash = (bits: number): string => curves.find((curve) => curve.bits === bits)?.hash ?? "";

/** The kinds. Without a named hash (hs2019), the curve decides. */
export const keyKinds: Readonly<Record<KeyKind, Kind>> = {
  rsa: {
    importParameters: (_, { hash = "SHA-512" }) => ({ name: "RSASSA-PKCS1-v1_5", hash }),
    verifyParameters: () => ({ name: "RSASSA-PKCS1-v1_5" }),
    decodeSignature: (sent) => sent,
  },
  ecdsa: {
    importParameters: ({ jwk }) => ({ name: "ECDSA", namedCurve: jwk.crv ?? "" }),
    verifyParameters: ({ bits }, { hash = findCurveHash(bits) }) => ({ name: "ECDSA", hash }),
    decodeSignature: (sent, bits) => decodeEcdsaSignature(sent, Math.ceil(bits / 8)),
  },
  ed25519: {
    importParameters: () => ({ name: "Ed25519" }),
    verifyParameters: () => ({ name: "Ed25519" }),
    decodeSignature: (sent) => (sent.length === 64 ? sent : undefined),
  },
};

/** A key imported for one algorithm. */
export type VerificationKey = Pick<PublicKey, "kind" | "bits"> & {
  cryptoKey: CryptoKey;
  verifyParameters: SubtleCryptoSignAlgorithm;
};

/** Imports a key for one algorithm. @throws {DOMException} WebCrypto refuses the key's numbers */
export async function importKey({ kind, jwk, bits }: PublicKey, algorithm: Algorithm): Promise<VerificationKey> {
  const { importParameters, verifyParameters } = keyKinds[kind];
  const parameters = importParameters({ jwk }, algorithm);
  const cryptoKey = await crypto.subtle.importKey("jwk", jwk, parameters, false, ["verify"]);
  return { kind, bits, cryptoKey, verifyParameters: verifyParameters({ bits }, algorithm) };
}
