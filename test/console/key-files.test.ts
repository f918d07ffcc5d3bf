import { createHash, createPublicKey, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateKey } from "../../src/console/keys/generate-key.ts";
import { md5 } from "../../src/console/keys/md5.ts";
import { KeyFileRefused, readKeyFile } from "../../src/console/keys/read-key-file.ts";
import { signRequest } from "../../src/console/keys/sign.ts";
import type { SigningKey } from "../../src/console/keys/signing-key.ts";
import keyFiles from "../data/key-files.json";

type KeyFile = {
  name: string;
  type: string;
  publicLine: string;
  fingerprint: string;
  file: string;
  passphrase?: string;
};

/** Written by ssh-keygen and openssl; throwaway keys. */
const all: readonly KeyFile[] = keyFiles;

/** What a browser cannot open, and the sentence that says so. */
const refused: Readonly<Record<string, string>> = {
  "OpenSSH ed25519 with 3des-cbc":
    "The key is protected by 3des-cbc, which no browser has. Protect it anew: ssh-keygen -p -Z aes256-ctr -f FILE",
  "PKCS#8 P-256 with des3":
    "The key is protected by a cipher that no browser has. Write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW",
};

const readable = all.filter(({ name }) => !(name in refused));
const sealed = readable.filter(({ passphrase }) => passphrase !== undefined);

const algorithms: Readonly<Record<string, string>> = {
  ed25519: "ed25519-sha512",
  rsa: "rsa-sha256",
  "P-256": "ecdsa-sha256",
  "P-384": "ecdsa-sha384",
  "P-521": "ecdsa-sha512",
};

/** Node's form of an OpenSSH line, through the wire's own fields. */
function toPublicKey({ publicLine }: SigningKey) {
  const wire = Buffer.from(publicLine.split(" ")[1] ?? "", "base64");
  const fields: Buffer[] = [];
  for (let at = 0; at < wire.length; at += 4 + wire.readUInt32BE(at)) {
    fields.push(wire.subarray(at + 4, at + 4 + wire.readUInt32BE(at)));
  }
  const [type = Buffer.of(), second = Buffer.of(), third = Buffer.of()] = fields;
  const encode = (bytes: Buffer) => bytes.toString("base64url");
  if (type.toString() === "ssh-rsa") {
    return createPublicKey({ format: "jwk", key: { kty: "RSA", e: encode(second), n: encode(third) } });
  }
  if (type.toString() === "ssh-ed25519") {
    return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: encode(second) } });
  }
  const size = (third.length - 1) / 2;
  const [x, y] = [third.subarray(1, 1 + size), third.subarray(1 + size)];
  const crv = `P-${second.toString().replace("nistp", "")}`;
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv, x: encode(x), y: encode(y) } });
}

/** Signs a request, and verifies it as another program would. */
async function expectSigns(key: SigningKey): Promise<void> {
  const url = new URL("http://127.0.0.1/my/images/x?action=update&name=it's%20%C3%BC");
  const headers = await signRequest(
    { method: "POST", url, body: new TextEncoder().encode("{}") },
    { key, login: "bob" },
  );
  const text = [
    "(request-target): post /my/images/x?action=update&name=it%27s%20%C3%BC",
    `x-date: ${headers["X-Date"]}`,
    "digest: SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
  ].join("\n");
  const [, keyId, algorithm, names, signature = ""] =
    /^Signature keyId="(.*?)",algorithm="(.*?)",headers="(.*?)",signature="(.*?)"$/.exec(
      headers["Authorization"] ?? "",
    ) ?? [];
  expect([keyId, algorithm, names]).toEqual([
    `/bob/keys/${key.fingerprint}`,
    key.algorithm,
    "(request-target) x-date digest",
  ]);
  const hash = key.kind === "ed25519" ? null : `sha${key.algorithm.slice(-3)}`;
  expect(verify(hash, Buffer.from(text), toPublicKey(key), Buffer.from(signature, "base64"))).toBe(true);
}

const generateOld = (kind: "rsa" | "ec") =>
  kind === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ec", { namedCurve: "P-256" });

it("MD5 is that of Node, over every length to some blocks", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = randomBytes(length);
    expect(Buffer.from(md5(bytes)).toString("hex")).toBe(createHash("md5").update(bytes).digest("hex"));
  }
});

describe("a private key file", () => {
  it.each(readable)("$name: is read, signs, and cannot be read again", async ({ type, passphrase, ...expected }) => {
    const key = await readKeyFile(expected.file, passphrase);
    const [format = "", base64 = ""] = expected.publicLine.split(" ");
    const comment = expected.name.startsWith("OpenSSH") ? ` ${type} key` : "";
    expect({ ...key, privateKey: key.privateKey.extractable }).toEqual({
      kind: type.startsWith("P-") ? "ecdsa" : type,
      algorithm: algorithms[type],
      privateKey: false,
      publicLine: `${format} ${base64}${comment}`,
      fingerprint: expected.fingerprint,
    });
    await expectSigns(key);
  });

  it.each(sealed)("$name: asks for the passphrase, and says that one is wrong", async ({ file }) => {
    for (const [passphrase, sentence] of [
      [undefined, "The key is protected by a passphrase. Enter it to use the key; it stays in this browser."],
      ["", "The key is protected by a passphrase. Enter it to use the key; it stays in this browser."],
      ["wrong", "The passphrase does not open this key. Try again."],
    ] as const) {
      const error = await readKeyFile(file, passphrase).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(KeyFileRefused);
      expect(error).toMatchObject({ message: sentence, needsPassphrase: true });
    }
  });

  it.each(Object.entries(refused))("%s: is refused with the way out", async (name, sentence) => {
    const file = all.find((known) => known.name === name);
    await expect(readKeyFile(file?.file ?? "", "geheim")).rejects.toMatchObject({ message: sentence });
  });

  it.each(["aes-128-cbc", "aes-256-cbc"])(
    "in OpenSSL's old form with %s is opened by its passphrase alone",
    async (cipher) => {
      for (const kind of ["rsa", "ec"] as const) {
        const { privateKey } = generateOld(kind);
        const type = kind === "rsa" ? "pkcs1" : "sec1";
        const file = privateKey.export({ type, format: "pem", cipher, passphrase: "geheim ü" }).toString();
        expect(file).toContain(`DEK-Info: ${cipher.toUpperCase()},`);
        await expect(readKeyFile(file)).rejects.toMatchObject({ needsPassphrase: true });
        const key = await readKeyFile(file.replaceAll("\n", "\r\n"), "geheim ü");
        expect(key).toMatchObject({ kind: kind === "ec" ? "ecdsa" : "rsa" });
        await expectSigns(key);
      }
    },
  );

  it.each(["des-ede3-cbc", "aes-192-cbc"])("in OpenSSL's old form with %s is refused by that name", async (cipher) => {
    const { privateKey } = generateOld("ec");
    const file = privateKey.export({ type: "sec1", format: "pem", cipher, passphrase: "geheim" }).toString();
    await expect(readKeyFile(file, "geheim")).rejects.toMatchObject({
      message: `The key is protected by ${cipher.toUpperCase()}, which this page cannot open. Protect it anew: ssh-keygen -p -f FILE`,
    });
    const damaged = file.replace(/DEK-Info:.*/, "DEK-Info: AES-128-CBC,00");
    await expect(readKeyFile(damaged, "geheim")).rejects.toMatchObject({
      message: "The key cannot be read: its vector is not 16 bytes long. Is the file complete?",
    });
  });

  it("of PKCS#8 Ed25519 is read", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const key = await readKeyFile(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    expect(key.kind).toBe("ed25519");
    await expectSigns(key);
  });

  it.each([
    ["", "The file holds no private key. Choose one of OpenSSH or PEM, such as ~/.ssh/id_ed25519."],
    ["ssh-ed25519 AAAA me", "This is the public half of a key. Choose the file of the same name without .pub."],
    [
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      "The file holds a certificate. Choose a private key: Ed25519, ECDSA or RSA.",
    ],
    [
      "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
      "The key cannot be read: it is no base64. Is the file complete?",
    ],
    ["x".repeat(100_001), "The file is too large for a key. Choose a private key file."],
  ])("that is none is refused: %#", async (file, sentence) => {
    await expect(readKeyFile(file)).rejects.toMatchObject({ name: "KeyFileRefused", message: sentence });
  });

  it("of a kind that cannot sign here is refused by name", async () => {
    const { privateKey } = generateKeyPairSync("x25519");
    await expect(readKeyFile(privateKey.export({ type: "pkcs8", format: "pem" }).toString())).rejects.toMatchObject({
      message: "Keys of the kind 1.3.101.110 cannot sign here. Use Ed25519, ECDSA or RSA.",
    });
  });

  it("that is damaged anywhere is read or refused with a sentence", async () => {
    const lines = (file: string) => file.trim().split("\n");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...readable),
        fc.nat(),
        fc.nat({ max: 255 }),
        async ({ file, passphrase }, at, byte) => {
          const [first = "", ...rest] = lines(file);
          const bytes = Buffer.from(rest.slice(0, -1).join(""), "base64");
          bytes[at % bytes.length] = byte;
          const damaged = [first, bytes.toString("base64"), rest.at(-1)].join("\n");
          const outcome = await readKeyFile(damaged, passphrase).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(KeyFileRefused);
        },
      ),
      { numRuns: process.env["LONG"] ? 2000 : 200 },
    );
  });
});

it("a key that is made here signs, and cannot be read again", async () => {
  const key = await generateKey("bob in a browser");
  expect(key.privateKey.extractable).toBe(false);
  expect(key.publicLine).toMatch(/^ssh-ed25519 \S+ bob in a browser$/);
  await expectSigns(key);
});
