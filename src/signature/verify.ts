import { decodeBase64 } from "../digest.ts";
import type { Algorithm } from "./algorithms.ts";
import { chooseDecoy } from "./decoys.ts";
import { importKey, keyKinds, type VerificationKey } from "./import-key.ts";
import { parsePublicKey } from "./public-key.ts";

/** A signature as sent: base64, and the texts that it may cover. One of them is enough. */
export type SentSignature = { algorithm: Algorithm; signature: string; texts: readonly string[] };

/** The imported key of a verified signature, or why it was refused. */
type Verification =
  | { key: VerificationKey }
  | { refused: "unknown key" | "key and algorithm do not fit" | "wrong signature" };

/**
 * Verifies a signature with the key of an OpenSSH line.
 *
 * Without a key, or if it does not fit the algorithm, verifies a decoy of the kind and size that the signature suggests: an
 * unknown login takes the steps of a known one.
 *
 * @param line the OpenSSH line of the key. Undefined if none was found
 */
export async function verifySignature(line: string | undefined, sent: SentSignature): Promise<Verification> {
  const { algorithm } = sent;
  const found = line === undefined ? undefined : parsePublicKey(line);
  const fits = found !== undefined && (algorithm.family === "any" || algorithm.family === found.kind);
  const key = await importKey(fits ? found : parsePublicKey(chooseDecoyFor(sent)), algorithm);
  const isValid = await isSignedBy(key, sent);
  if (fits && isValid) return { key };
  if (fits) return { refused: "wrong signature" };
  return { refused: found ? "key and algorithm do not fit" : "unknown key" };
}

const chooseDecoyFor = ({ algorithm, signature }: SentSignature): string =>
  chooseDecoy(algorithm, decodeBase64(signature)?.length ?? 0);

/** Imported decoys by algorithm and line. Never a promise: that would belong to the request that made it. */
const importedDecoys = new Map<string, VerificationKey>();

/** Whether a cached key made the signature. Without one, verifies a decoy: timing does not show which keys signed lately. */
export async function isSignedByCached(key: VerificationKey | undefined, sent: SentSignature): Promise<boolean> {
  if (key) return await isSignedBy(key, sent);
  const line = chooseDecoyFor(sent);
  const name = `${sent.algorithm.name} ${line}`;
  const decoy = importedDecoys.get(name) ?? (await importKey(parsePublicKey(line), sent.algorithm));
  importedDecoys.set(name, decoy);
  await isSignedBy(decoy, sent);
  return false;
}

const encoder = new TextEncoder();

async function isSignedBy(key: VerificationKey, { signature, texts }: SentSignature): Promise<boolean> {
  const bytes = decodeBase64(signature);
  const decoded = bytes && keyKinds[key.kind].decodeSignature(bytes, key.bits);
  // Verify a dummy when the signature is malformed, so that the timing is the same.
  const candidate = decoded ?? makeImpossible(key);
  let isValid = false;
  for (const text of texts) {
    isValid ||= await crypto.subtle.verify(key.verifyParameters, key.cryptoKey, candidate, encoder.encode(text));
  }
  return decoded !== undefined && isValid;
}

/** Makes a signature of the right length that verifies for no text: all bytes are 1. */
const makeImpossible = ({ kind, bits }: VerificationKey): Uint8Array<ArrayBuffer> =>
  new Uint8Array(kind === "rsa" ? bits / 8 : 2 * Math.ceil(bits / 8)).fill(1);
