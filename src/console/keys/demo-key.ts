import { KeyFileRefused } from "./key-file-refused.ts";
import { readPkcs8 } from "./pkcs8.ts";
import { importSigningKey, type SigningKey } from "./signing-key.ts";
import { concat, fromBase64Url } from "./wire.ts";

/** PKCS#8 of an Ed25519 key up to its 32 bytes. @see https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const prefix = Uint8Array.of(
  ...[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
);

/**
 * The key of the local demo, which `npm start` prints in the console's address.
 *
 * @param seed base64url of the 32 bytes of an Ed25519 private key
 * @throws {KeyFileRefused} the text is none
 */
export async function readDemoKey(seed: string): Promise<SigningKey> {
  if (!/^[\w-]{43}$/.test(seed)) {
    throw new KeyFileRefused("This address has no complete demo key. Copy it whole from the terminal of npm start.");
  }
  return await importSigningKey(await readPkcs8(concat([prefix, fromBase64Url(seed)])), "demo");
}
