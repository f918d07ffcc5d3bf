import { loadPart } from "../load-part.ts";
import { decryptAesCbc } from "./aes-cbc.ts";
import { KeyFileRefused, makePassphraseWrong } from "./key-file-refused.ts";
import { concat, SshReader } from "./wire.ts";

type Mode = "ctr" | "cbc" | "gcm";

/** A cipher of OpenSSH's key files. Sizes in bytes. */
type Cipher = { keySize: number; ivSize: number; mode: Mode };

const ciphers: Readonly<Record<string, Cipher>> = {
  "aes256-ctr": { keySize: 32, ivSize: 16, mode: "ctr" },
  "aes128-ctr": { keySize: 16, ivSize: 16, mode: "ctr" },
  "aes256-cbc": { keySize: 32, ivSize: 16, mode: "cbc" },
  "aes128-cbc": { keySize: 16, ivSize: 16, mode: "cbc" },
  "aes256-gcm@openssh.com": { keySize: 32, ivSize: 12, mode: "gcm" },
  "aes128-gcm@openssh.com": { keySize: 16, ivSize: 12, mode: "gcm" },
};

/** @throws {KeyFileRefused} the browser has no such cipher */
export function findCipher(name: string): Cipher {
  const cipher = Object.hasOwn(ciphers, name) ? ciphers[name] : undefined;
  if (cipher) return cipher;
  throw new KeyFileRefused(
    `The key is protected by ${name}, which no browser has. Protect it anew: ssh-keygen -p -Z aes256-ctr -f FILE`,
  );
}

type Sealed = {
  cipher: Cipher;
  /** Salt and rounds of bcrypt. */
  options: Uint8Array;
  passphrase: string;
  sealed: Uint8Array;
  /** What follows the sealed bytes: GCM's tag. */
  tag: Uint8Array;
};

/** A file that asks for more would keep the page busy for minutes; ssh-keygen's own default is 16 or 24. */
const maxRounds = 1000;

/** Opens what the passphrase sealed. @throws {KeyFileRefused} the passphrase is wrong, as far as the cipher tells */
export async function decryptOpenSsh({ cipher, options, passphrase, sealed, tag }: Sealed): Promise<Uint8Array> {
  const { keySize, ivSize, mode } = cipher;
  const reader = new SshReader(options);
  const [salt, rounds] = [reader.readString(), reader.readNumber()];
  if (rounds > maxRounds)
    throw new KeyFileRefused(`The key asks for ${rounds} rounds of bcrypt; at most ${maxRounds} are done.`);
  // Loaded for such keys alone: it is half as large as the console.
  const { default: bcrypt } = await loadPart(() => import("bcrypt-pbkdf"));
  const derived = new Uint8Array(keySize + ivSize);
  const secret = new TextEncoder().encode(passphrase);
  if (bcrypt.pbkdf(secret, secret.length, salt, salt.length, derived, derived.length, rounds) !== 0) {
    throw new Error("the parameters of bcrypt are out of bounds");
  }
  return await modes[mode]({
    key: derived.slice(0, keySize),
    iv: derived.slice(keySize),
    sealed: concat([sealed, ...(mode === "gcm" ? [tag] : [])]),
  });
}

type Opening = { key: Uint8Array<ArrayBuffer>; iv: Uint8Array<ArrayBuffer>; sealed: Uint8Array<ArrayBuffer> };

const modes: Readonly<Record<Mode, (opening: Opening) => Promise<Uint8Array>>> = {
  cbc: ({ key, iv, sealed }) => decryptAesCbc({ key, iv, sealed, isPadded: false }),
  ctr: async ({ key, iv, sealed }) => {
    const imported = await crypto.subtle.importKey("raw", key, "AES-CTR", false, ["decrypt"]);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CTR", counter: iv, length: 128 }, imported, sealed));
  },
  gcm: async ({ key, iv, sealed }) => {
    const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const opened = crypto.subtle.decrypt({ name: "AES-GCM", iv }, imported, sealed);
    return new Uint8Array(
      await opened.catch(() => {
        throw makePassphraseWrong();
      }),
    );
  },
};
