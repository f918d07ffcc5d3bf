import { KeyFileRefused, makePassphraseMissing, makePassphraseWrong } from "./key-file-refused.ts";
import { decryptOpenSsh, findCipher } from "./openssh-cipher.ts";
import { makeEcdsaJwk, makeEd25519Jwk, makeRsaJwk, type PrivateJwk } from "./private-jwk.ts";
import { SshReader } from "./wire.ts";

const magic = "openssh-key-v1\0";

/**
 * Reads the private key of OpenSSH's own format.
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 * @throws {KeyFileRefused} a passphrase is missing or wrong, or the kind of key is not served
 * @throws {Error} the file is damaged
 */
export async function readOpenSsh(
  file: Uint8Array,
  passphrase?: string,
): Promise<{ jwk: PrivateJwk; comment: string }> {
  const reader = new SshReader(file);
  if (new TextDecoder().decode(reader.take(magic.length)) !== magic) throw new Error("the key is not OpenSSH's");
  const [cipherName, derivation, options] = [reader.readText(), reader.readText(), reader.readString()];
  if (reader.readNumber() !== 1) throw new KeyFileRefused("The file holds several keys. Choose a file with one.");
  reader.readString();
  const sealed = reader.readString();
  if (cipherName === "none") return readPrivate(sealed);
  const cipher = findCipher(cipherName);
  if (derivation !== "bcrypt")
    throw new KeyFileRefused(`The key is protected by ${derivation}, which is not supported.`);
  if (!passphrase) throw makePassphraseMissing();
  return readPrivate(await decryptOpenSsh({ cipher, options, passphrase, sealed, tag: reader.rest() }));
}

/** Both check numbers are the same where the passphrase was right. */
function readPrivate(bytes: Uint8Array): { jwk: PrivateJwk; comment: string } {
  const reader = new SshReader(bytes);
  const [first, second] = [reader.readNumber(), reader.readNumber()];
  if (first !== second) throw makePassphraseWrong();
  const type = reader.readText();
  const read = readers[type];
  if (!read) throw new KeyFileRefused(`${type} keys cannot sign here. Use Ed25519, ECDSA or RSA.`);
  const jwk = read(reader);
  return { jwk, comment: reader.readText() };
}

const readEcdsa = (reader: SshReader): PrivateJwk =>
  makeEcdsaJwk(reader.readText(), reader.readString(), reader.readString());

const readers: Readonly<Record<string, (reader: SshReader) => PrivateJwk>> = {
  "ssh-ed25519": (reader) => {
    const point = reader.readString();
    return makeEd25519Jwk(reader.readString().subarray(0, 32), point);
  },
  "ssh-rsa": (reader) => {
    const [n, e, d, qi, p, q] = [1, 2, 3, 4, 5, 6].map(() => reader.readString());
    if (!n || !e || !d || !qi || !p || !q) throw new Error("the key ends too early");
    return makeRsaJwk({ n, e, d, qi, p, q });
  },
  "ecdsa-sha2-nistp256": readEcdsa,
  "ecdsa-sha2-nistp384": readEcdsa,
  "ecdsa-sha2-nistp521": readEcdsa,
};
