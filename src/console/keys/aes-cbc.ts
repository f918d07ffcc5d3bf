import { concat } from "./wire.ts";

type Opening = {
  key: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  sealed: Uint8Array<ArrayBuffer>;
  /** Whether the bytes end with PKCS#7's padding, which WebCrypto wants. */
  isPadded: boolean;
};

/** Opens AES-CBC. @throws {DOMException} the padding is wrong, as under another key */
export async function decryptAesCbc({ key, iv, sealed, isPadded }: Opening): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-CBC", false, ["encrypt", "decrypt"]);
  const whole = isPadded ? sealed : concat([sealed, await makePadding(imported, sealed)]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, imported, whole));
}

/** The block that stands for padding alone after these: nothing, encrypted with the last block as its vector. */
async function makePadding(key: CryptoKey, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const parameters = { name: "AES-CBC", iv: sealed.slice(-16) };
  return new Uint8Array(await crypto.subtle.encrypt(parameters, key, new Uint8Array()));
}
