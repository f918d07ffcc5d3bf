import type { Algorithm, KeyKind } from "./algorithms.ts";
import { decoyKeys } from "./decoy-keys.ts";
import { ecdsaSignature } from "./der.ts";
import { decodedBase64, type PublicKey, parsePublicKey } from "./public-key.ts";

const encoder = new TextEncoder();

/** What WebCrypto needs for a key: how to import it, how to verify with it, and the signature in its form. */
type Method = {
  import: SubtleCryptoImportKeyAlgorithm;
  verify: SubtleCryptoSignAlgorithm;
  signature: (sent: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined;
};

/** The hash that hs2019 means for a curve. CONTRACT §4. */
const curveHash = new Map([
  [256, "SHA-256"],
  [384, "SHA-384"],
  [521, "SHA-512"],
]);

/** One row a kind of key. */
const methods: Readonly<Record<KeyKind, (key: PublicKey, algorithm: Algorithm) => Method>> = {
  rsa: (_, { hash = "SHA-512" }) => ({
    import: { name: "RSASSA-PKCS1-v1_5", hash },
    verify: { name: "RSASSA-PKCS1-v1_5" },
    signature: (sent) => sent,
  }),
  ecdsa: ({ bits, jwk }, { hash = curveHash.get(bits) }) => ({
    import: { name: "ECDSA", namedCurve: jwk.crv ?? "" },
    verify: { name: "ECDSA", hash: hash ?? "" },
    signature: (sent) => ecdsaSignature(sent, Math.ceil(bits / 8)),
  }),
  ed25519: () => ({
    import: { name: "Ed25519" },
    verify: { name: "Ed25519" },
    signature: (sent) => (sent.length === 64 ? sent : undefined),
  }),
};

/** A signature that was sent: base64, and the texts it may be over (any one will do). */
export type SentSignature = { algorithm: Algorithm; signature: string; texts: readonly string[] };

/** A key that is imported, for one algorithm. */
export type VerificationKey = Pick<PublicKey, "kind" | "bits"> &
  Pick<Method, "verify" | "signature"> & { cryptoKey: CryptoKey };

async function imported(key: PublicKey, algorithm: Algorithm): Promise<VerificationKey> {
  const { import: importAlgorithm, verify, signature } = methods[key.kind](key, algorithm);
  const cryptoKey = await crypto.subtle.importKey("jwk", key.jwk, importAlgorithm, false, ["verify"]);
  return { kind: key.kind, bits: key.bits, verify, signature, cryptoKey };
}

const decoyFor = (algorithm: Algorithm): PublicKey =>
  parsePublicKey(decoyKeys[algorithm.family === "any" ? "rsa" : algorithm.family]);

/**
 * The key, imported, when the signature is its own over one of the texts.
 *
 * Where there is no key, or it does not fit the algorithm, a fixed decoy of the named kind is verified all the same: an
 * unknown login takes the steps of a known one.
 *
 * @param line the OpenSSH line of the key; undefined when none was found
 */
export async function genuineKey(line: string | undefined, sent: SentSignature): Promise<VerificationKey | undefined> {
  const { algorithm } = sent;
  const found = line === undefined ? undefined : parsePublicKey(line);
  const fits = found !== undefined && (algorithm.family === "any" || algorithm.family === found.kind);
  const key = await imported(fits ? found : decoyFor(algorithm), algorithm);
  const isValid = await isSignedBy(key, sent);
  return fits && isValid ? key : undefined;
}

/** Imported decoys: one an algorithm. Never a promise: it would belong to the request that made it. */
const decoys = new Map<Algorithm, VerificationKey>();

/**
 * Whether the signature is that of a key that was remembered. Where none was, a decoy is verified all the same: which
 * keys signed lately is not told by time.
 */
export async function isRememberedKeys(key: VerificationKey | undefined, sent: SentSignature): Promise<boolean> {
  if (key) return await isSignedBy(key, sent);
  const decoy = decoys.get(sent.algorithm) ?? (await imported(decoyFor(sent.algorithm), sent.algorithm));
  decoys.set(sent.algorithm, decoy);
  await isSignedBy(decoy, sent);
  return false;
}

async function isSignedBy(key: VerificationKey, { signature, texts }: SentSignature): Promise<boolean> {
  const bytes = decodedBase64(signature);
  const shaped = bytes && key.signature(bytes);
  let isValid = false;
  for (const text of texts) {
    // A signature of the wrong shape is verified as well, as one that cannot be right.
    isValid ||= await crypto.subtle.verify(key.verify, key.cryptoKey, shaped ?? impossible(key), encoder.encode(text));
  }
  return shaped !== undefined && isValid;
}

/** A signature of the right length that no text has: both numbers 1, or all ones. */
const impossible = ({ kind, bits }: VerificationKey): Uint8Array<ArrayBuffer> =>
  new Uint8Array(kind === "rsa" ? bits / 8 : 2 * Math.ceil(bits / 8)).fill(1);
