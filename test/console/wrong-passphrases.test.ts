import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { readKeyFile } from "../../src/console/keys/read-key-file.ts";

it.each([
  ["an encrypted PKCS#8", generateKeyPairSync("ed25519").privateKey, "pkcs8"],
  ["OpenSSL's old form", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, "sec1"],
] as const)(
  "%s tells each of 1 000 wrong passphrases as one, also where the padding is right by chance",
  async (_, privateKey, type) => {
    const file = privateKey.export({ type, format: "pem", cipher: "aes-256-cbc", passphrase: "right" }).toString();
    const told = new Set<string>();
    for (let at = 0; at < 1000; at += 1) {
      const refusal: unknown = await readKeyFile(file, `wrong ${at}`).catch((error: unknown) => error);
      told.add(refusal instanceof Error ? refusal.message : "read");
    }
    expect([...told]).toEqual(["The passphrase does not open this key. Try again."]);
    expect(await readKeyFile(file, "right")).toHaveProperty("fingerprint");
  },
);
