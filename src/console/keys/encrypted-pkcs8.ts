import { decryptAesCbc } from "./aes-cbc.ts";
import { type DerElement, derTag, formatObjectId, readElements, readOne, requireTag } from "./der-reader.ts";
import { KeyFileRefused, makePassphraseMissing, makePassphraseWrong } from "./key-file-refused.ts";

const advice = "Write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW";

const aesSizes: Readonly<Record<string, number>> = {
  "2.16.840.1.101.3.4.1.2": 16,
  "2.16.840.1.101.3.4.1.42": 32,
};

const hashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "SHA-1",
  "1.2.840.113549.2.9": "SHA-256",
  "1.2.840.113549.2.10": "SHA-384",
  "1.2.840.113549.2.11": "SHA-512",
};

/** A file that asks for more would keep the page busy for minutes; openssl's own default is 2 048. */
const maxIterations = 10_000_000;

/**
 * Opens an encrypted PKCS#8: PBES2 with PBKDF2 and AES-CBC.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8018#appendix-A.4
 * @throws {KeyFileRefused} a passphrase is missing or wrong, or the cipher is another
 */
export async function openPkcs8(der: Uint8Array, passphrase?: string): Promise<Uint8Array<ArrayBuffer>> {
  const [algorithm, sealed] = readElements(readOne(der, derTag.sequence));
  const [name, parameters] = readElements(requireTag(algorithm, derTag.sequence));
  if (formatObjectId(requireTag(name, derTag.objectId)) !== "1.2.840.113549.1.5.13") {
    throw new KeyFileRefused(`The key is protected in an old way that no browser has. ${advice}`);
  }
  if (!passphrase) throw makePassphraseMissing();
  const [derivation, cipher] = readElements(requireTag(parameters, derTag.sequence));
  const { iv, size } = readCipher(cipher);
  const key = await deriveKey(readDerivation(derivation), { passphrase, size });
  const opening = { key, iv, sealed: new Uint8Array(requireTag(sealed, derTag.octets)), isPadded: true };
  const opened = await decryptAesCbc(opening).catch(() => {
    throw makePassphraseWrong();
  });
  // Under one wrong passphrase in 256 the padding is right by chance.
  if (!isPkcs8(opened)) throw makePassphraseWrong();
  return new Uint8Array(opened);
}

/** Whether bytes are one SEQUENCE that begins with a version, an algorithm and a key. */
function isPkcs8(bytes: Uint8Array): boolean {
  try {
    const [whole, ...after] = readElements(bytes);
    const tags = readElements(requireTag(whole, derTag.sequence)).map(({ tag }) => tag);
    return after.length === 0 && tags.slice(0, 3).join() === [derTag.integer, derTag.sequence, derTag.octets].join();
  } catch {
    return false;
  }
}

function readCipher(element: DerElement | undefined): { iv: Uint8Array<ArrayBuffer>; size: number } {
  const [name, iv] = readElements(requireTag(element, derTag.sequence));
  const size = aesSizes[formatObjectId(requireTag(name, derTag.objectId))];
  if (size === undefined) throw new KeyFileRefused(`The key is protected by a cipher that no browser has. ${advice}`);
  return { iv: new Uint8Array(requireTag(iv, derTag.octets)), size };
}

type Derivation = { salt: Uint8Array<ArrayBuffer>; iterations: number; hash: string };

function readDerivation(element: DerElement | undefined): Derivation {
  const [name, parameters] = readElements(requireTag(element, derTag.sequence));
  if (formatObjectId(requireTag(name, derTag.objectId)) !== "1.2.840.113549.1.5.12") {
    throw new KeyFileRefused(`The passphrase is stretched by a function that no browser has. ${advice}`);
  }
  const [salt, iterations, ...more] = readElements(requireTag(parameters, derTag.sequence));
  const count = requireTag(iterations, derTag.integer).reduce((sum, byte) => sum * 256 + byte, 0);
  if (count > maxIterations)
    throw new KeyFileRefused(`The key asks for ${count} iterations; at most ${maxIterations} are done.`);
  return { salt: new Uint8Array(requireTag(salt, derTag.octets)), iterations: count, hash: readHash(more.at(-1)) };
}

/** The function of the HMAC; SHA-1 where none is named. */
function readHash(element: DerElement | undefined): string {
  if (element?.tag !== derTag.sequence) return "SHA-1";
  const [name] = readElements(element.content);
  const hash = hashes[formatObjectId(requireTag(name, derTag.objectId))];
  if (hash === undefined)
    throw new KeyFileRefused(`The passphrase is stretched by a hash that no browser has. ${advice}`);
  return hash;
}

async function deriveKey(
  { salt, iterations, hash }: Derivation,
  { passphrase, size }: { passphrase: string; size: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(passphrase), "PBKDF2", false, [
    "deriveBits",
  ]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", salt, iterations, hash }, secret, size * 8));
}
