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

/**
 * Whether the signature is the key's over one of the texts.
 *
 * Where there is no key, or it does not fit the algorithm, a fixed decoy of the named kind is verified all the same and
 * the answer is false: an unknown login takes the steps of a known one.
 *
 * @param line the OpenSSH line of the key; undefined when none was found
 */
export async function isGenuine(line: string | undefined, sent: SentSignature): Promise<boolean> {
  const { algorithm, signature, texts } = sent;
  const found = line === undefined ? undefined : parsePublicKey(line);
  const fits = found !== undefined && (algorithm.family === "any" || algorithm.family === found.kind);
  const key = fits ? found : parsePublicKey(decoyKeys[algorithm.family === "any" ? "rsa" : algorithm.family]);

  const method = methods[key.kind](key, algorithm);
  const cryptoKey = await crypto.subtle.importKey("jwk", key.jwk, method.import, false, ["verify"]);
  const bytes = decodedBase64(signature);
  const shaped = bytes && method.signature(bytes);
  let isValid = false;
  for (const text of texts) {
    // A signature of the wrong shape is verified as well, as one that cannot be right.
    isValid ||= await crypto.subtle.verify(method.verify, cryptoKey, shaped ?? impossible(key), encoder.encode(text));
  }
  return fits && shaped !== undefined && isValid;
}

/** A signature of the right length that no text has: both numbers 1, or all ones. */
const impossible = ({ kind, bits }: PublicKey): Uint8Array<ArrayBuffer> =>
  new Uint8Array(kind === "rsa" ? bits / 8 : 2 * Math.ceil(bits / 8)).fill(1);
