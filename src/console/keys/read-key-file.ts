import { PartMissing } from "../load-part.ts";
import { openPkcs8 } from "./encrypted-pkcs8.ts";
import { KeyFileRefused } from "./key-file-refused.ts";
import { openLegacyPem } from "./legacy-pem.ts";
import { readOpenSsh } from "./openssh-file.ts";
import { readPkcs1, readPkcs8, readSec1 } from "./pkcs8.ts";
import type { PrivateJwk } from "./private-jwk.ts";
import { importSigningKey, type SigningKey } from "./signing-key.ts";
import { fromBase64 } from "./wire.ts";

export { KeyFileRefused } from "./key-file-refused.ts";

const maxCharacters = 100_000;

/**
 * Reads the text of a private key file: OpenSSH, PKCS#8, PKCS#1 or SEC1, encrypted too; RSA, ECDSA or Ed25519.
 *
 * @throws {KeyFileRefused} with a sentence for the person: another kind of file, a damaged one, a passphrase that is
 * missing or wrong; {PartMissing} what opens the file did not load
 */
export async function readKeyFile(text: string, passphrase?: string): Promise<SigningKey> {
  const { label, header, der: sealed } = readPem(text);
  try {
    const der = header.includes("ENCRYPTED") ? await openLegacyPem(header, sealed, passphrase) : sealed;
    const { jwk, comment } = await readJwk(label, der, passphrase);
    return await importSigningKey(jwk, comment);
  } catch (error) {
    if (error instanceof KeyFileRefused || error instanceof PartMissing) throw error;
    const reason = error instanceof Error && error.message ? `: ${error.message}` : "";
    throw new KeyFileRefused(`The key cannot be read${reason}. Is the file complete?`);
  }
}

type ReadKey = { jwk: PrivateJwk; comment: string };

async function readJwk(label: string, der: Uint8Array<ArrayBuffer>, passphrase?: string): Promise<ReadKey> {
  const bare = (jwk: PrivateJwk): ReadKey => ({ jwk, comment: "" });
  switch (label) {
    case "OPENSSH PRIVATE KEY":
      return await readOpenSsh(der, passphrase);
    case "PRIVATE KEY":
      return bare(await readPkcs8(der));
    case "ENCRYPTED PRIVATE KEY":
      return bare(await readPkcs8(await openPkcs8(der, passphrase)));
    case "RSA PRIVATE KEY":
      return bare(readPkcs1(der));
    case "EC PRIVATE KEY":
      return bare(readSec1(der));
    default:
      throw new KeyFileRefused(`The file holds a ${label.toLowerCase()}. Choose a private key: Ed25519, ECDSA or RSA.`);
  }
}

/** @returns `header`: lines such as `DEK-Info: …`, which OpenSSL's old files have above the base64 */
function readPem(text: string): { label: string; header: string; der: Uint8Array<ArrayBuffer> } {
  if (text.length > maxCharacters)
    throw new KeyFileRefused("The file is too large for a key. Choose a private key file.");
  if (/^\s*(ssh-|ecdsa-sha2-)/.test(text)) {
    throw new KeyFileRefused("This is the public half of a key. Choose the file of the same name without .pub.");
  }
  const [, label, body] = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(text) ?? [];
  if (label === undefined || body === undefined) {
    throw new KeyFileRefused("The file holds no private key. Choose one of OpenSSH or PEM, such as ~/.ssh/id_ed25519.");
  }
  const header = /^\s*(?:[\w-]+:.*\r?\n)+/.exec(body)?.[0] ?? "";
  try {
    return { label, header, der: fromBase64(body.slice(header.length)) };
  } catch {
    throw new KeyFileRefused("The key cannot be read: it is no base64. Is the file complete?");
  }
}
