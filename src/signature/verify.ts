import { decodeBase64 } from "../base64.ts";
import type { Algorithm } from "./algorithms.ts";
import { chooseDecoy } from "./decoys.ts";
import { importKey, type VerificationKey } from "./import-key.ts";
import { keyKinds } from "./key-kinds.ts";
import { parsePublicKey } from "./public-key.ts";

/** A signature that was sent: base64, and the texts it may be over (any one will do). */
export type SentSignature = { algorithm: Algorithm; signature: string; texts: readonly string[] };

/** The imported key of a verified signature, or why it was refused. */
type Verification =
  | { key: VerificationKey }
  | { refused: "unknown key" | "key and algorithm do not fit" | "wrong signature" };

/**
 * Verifies a signature with the key of an OpenSSH line.
 *
 * Where there is no key, or it does not fit the algorithm, a decoy is verified all the same, of the kind and size that the
 * signature suggests: an unknown login takes the steps of a known one.
 *
 * @param line the OpenSSH line of the key; undefined when none was found
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

/** Imported decoys by algorithm and line. Never a promise: it would belong to the request that made it. */
const importedDecoys = new Map<string, VerificationKey>();

/**
 * Whether the signature is that of a cached key. Where none is cached, a decoy is verified all the same: timing does not
 * show which keys signed lately.
 */
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
  // A malformed signature is verified too, as one that cannot be right: it takes as long.
  const candidate = decoded ?? makeImpossible(key);
  let isValid = false;
  for (const text of texts) {
    isValid ||= await crypto.subtle.verify(key.verifyParameters, key.cryptoKey, candidate, encoder.encode(text));
  }
  return decoded !== undefined && isValid;
}

/** A signature of the right length that verifies for no text: all bytes are 1. */
const makeImpossible = ({ kind, bits }: VerificationKey): Uint8Array<ArrayBuffer> =>
  new Uint8Array(kind === "rsa" ? bits / 8 : 2 * Math.ceil(bits / 8)).fill(1);
