import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { readKeyFile } from "../../src/console/keys/read-key-file.ts";

it("an encrypted PKCS#8 tells each of 1 000 wrong passphrases as one, also where the padding is right by chance", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const exported = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "right" });
  const file = exported.toString();
  const told = new Set<string>();
  for (let at = 0; at < 1000; at += 1) {
    const refusal: unknown = await readKeyFile(file, `wrong ${at}`).catch((error: unknown) => error);
    told.add(refusal instanceof Error ? refusal.message : "read");
  }
  expect([...told]).toEqual(["The passphrase does not open this key. Try again."]);
  expect((await readKeyFile(file, "right")).kind).toBe("ed25519");
});
