import type { Algorithm } from "./algorithms.ts";
import { keyKinds } from "./key-kinds.ts";
import type { PublicKey } from "./public-key.ts";

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
