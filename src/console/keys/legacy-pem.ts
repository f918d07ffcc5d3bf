import { decryptAesCbc } from "./aes-cbc.ts";
import { derTag, readElements } from "./der-reader.ts";
import { KeyFileRefused, makePassphraseMissing, makePassphraseWrong } from "./key-file-refused.ts";
import { md5 } from "./md5.ts";
import { concat } from "./wire.ts";

/** Sizes of keys in bytes. Chromium has no AES-192, and no browser DES. */
const keySizes: Readonly<Record<string, number>> = { "AES-128-CBC": 16, "AES-256-CBC": 32 };

/**
 * Opens a key in OpenSSL's old form, whose passphrase is stretched by one round of MD5.
 *
 * @param header the lines above the base64: `DEK-Info: AES-128-CBC,` and the vector in hex
 * @see https://www.rfc-editor.org/rfc/rfc1421#section-4.6.1.3
 * @see https://docs.openssl.org/3.0/man3/EVP_BytesToKey/
 * @throws {KeyFileRefused} a passphrase is missing or wrong, or the cipher is another
 */
export async function openLegacyPem(
  header: string,
  sealed: Uint8Array<ArrayBuffer>,
  passphrase?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const [, cipher = "", hex = ""] = /DEK-Info:\s*([\w-]+)\s*,\s*([0-9a-f]*)/i.exec(header) ?? [];
  const size = keySizes[cipher.toUpperCase()];
  if (size === undefined) {
    throw new KeyFileRefused(
      `The key is protected by ${cipher || "no named cipher"}, which this page cannot open. Protect it anew: ssh-keygen -p -f FILE`,
    );
  }
  if (hex.length !== 32) throw new Error("its vector is not 16 bytes long");
  if (!passphrase) throw makePassphraseMissing();
  const iv = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const key = deriveKey(new TextEncoder().encode(passphrase), iv.subarray(0, 8)).slice(0, size);
  const opened = await decryptAesCbc({ key, iv, sealed, isPadded: true }).catch(() => {
    throw makePassphraseWrong();
  });
  // Under one wrong passphrase in 256 the padding is right by chance.
  if (!isSequence(opened)) throw makePassphraseWrong();
  return new Uint8Array(opened);
}

/** 32 bytes. */
function deriveKey(passphrase: Uint8Array, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = md5(concat([passphrase, salt]));
  return concat([first, md5(concat([first, passphrase, salt]))]);
}

/** Whether bytes are one SEQUENCE of elements, the first of which is the version. */
function isSequence(bytes: Uint8Array): boolean {
  try {
    const [whole, ...after] = readElements(bytes);
    return (
      after.length === 0 && whole?.tag === derTag.sequence && readElements(whole.content)[0]?.tag === derTag.integer
    );
  } catch {
    return false;
  }
}
