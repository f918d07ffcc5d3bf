import { CloudApiError, show } from "../errors.ts";

export type KeyKind = "rsa" | "ecdsa" | "ed25519";

type Hash = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** A signature algorithm: what `algorithm="…"` names. `any` takes every kind of key, each with its own hash. */
export type Algorithm = {
  name: string;
  family: KeyKind | "any";
  /** Undefined if the key decides: Ed25519 signs the text itself, hs2019 goes by the key. */
  hash: Hash | undefined;
};

/** The algorithms. The hash is the named one, not the curve's: a client sends P-256 with sha512. */
const algorithms = new Map<string, Algorithm>(
  (
    [
      ["rsa-sha1", "rsa", "SHA-1"],
      ["rsa-sha256", "rsa", "SHA-256"],
      ["rsa-sha384", "rsa", "SHA-384"],
      ["rsa-sha512", "rsa", "SHA-512"],
      ["ecdsa-sha256", "ecdsa", "SHA-256"],
      ["ecdsa-sha384", "ecdsa", "SHA-384"],
      ["ecdsa-sha512", "ecdsa", "SHA-512"],
      ["ed25519-sha512", "ed25519", undefined],
      ["hs2019", "any", undefined],
    ] as const
  ).map(([name, family, hash]) => [name, { name, family, hash }]),
);

/** Why the service refuses families that clients know. */
const refusedFamilies: readonly (readonly [RegExp, string])[] = [
  [/^dsa-/, "DSA keys cannot be verified here; use RSA, ECDSA or Ed25519"],
  [/^hmac-/, "HMAC needs a shared secret, and there is none; use RSA, ECDSA or Ed25519"],
];

/** Finds the algorithm of this name, in any case. @throws {CloudApiError} InvalidHeader when it is not supported */
export function findAlgorithm(name: string): Algorithm {
  const folded = name.toLowerCase();
  const known = algorithms.get(folded);
  if (known) return known;
  const reason = refusedFamilies.find(([family]) => family.test(folded))?.[1];
  const supported = `supported: ${[...algorithms.keys()].join(", ")}`;
  throw new CloudApiError("InvalidHeader", `the algorithm ${show(name)} is not supported: ${reason ?? supported}`);
}
