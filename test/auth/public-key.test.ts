import { describe, expect, it } from "vitest";
import { prepareKey } from "../../src/signature/key-registration.ts";
import { PublicKeyError, parsePublicKey } from "../../src/signature/public-key.ts";
import signingKeys from "../data/signing-keys.json";
import { formatPublicLine } from "../support/signer.ts";
import { formatRsaLine, formatSshLine } from "../support/ssh-lines.ts";

const ones = (bytes: number): number[] => new Array(bytes).fill(255);

const formatRsa = (exponent: readonly number[], modulus: readonly number[]): string =>
  formatSshLine("ssh-rsa", [Uint8Array.from(exponent), Uint8Array.from(modulus)]);

/** A key on the curve P-256 whose point has this marker, and so many bytes after it. */
const formatEcdsa = (marker: number, bytes = 64): string =>
  formatSshLine("ecdsa-sha2-nistp256", ["nistp256", Uint8Array.from([marker, ...ones(bytes)])]);

const notPositive = "the key holds a number that is not positive";
const notUncompressed = "the key's point is not an uncompressed point of its curve";

describe("parsePublicKey", () => {
  it.each([
    ["ecdsa", 256],
    ["ecdsa384", 384],
    ["ecdsa521", 521],
    ["ed25519", 256],
    ["rsa4096", 4096],
  ] as const)("reads the numbers of the key %s", (name, bits) => {
    const { d: _, p: __, q: ___, dp: ____, dq: _____, qi: ______, ...jwk }: JsonWebKey = { ...signingKeys[name] };
    expect(parsePublicKey(formatPublicLine(name))).toMatchObject({ bits, jwk, comment: name });
  });

  it("takes RSA keys of 2048 to 16384 bits", () => {
    expect([2048, 16_384].map((bits) => parsePublicKey(formatRsaLine(bits)).bits)).toEqual([2048, 16_384]);
  });

  it.each<[string, line: string, message: string]>([
    [
      "RSA of 2047 bits",
      formatRsa([3], [127, ...ones(255)]),
      "an RSA key of 2047 bits is too short; the least is 2048",
    ],
    [
      "RSA of 16385 bits",
      formatRsa([3], [1, ...ones(2048)]),
      "an RSA key of 16385 bits is too long; the most is 16384",
    ],
    ["an RSA exponent of no bytes", formatRsa([], [0, ...ones(256)]), notPositive],
    ["an RSA exponent of zero", formatRsa([0], [0, ...ones(256)]), notPositive],
    ["an RSA modulus of zeros", formatRsa([3], [0, ...new Array(256).fill(0)]), notPositive],
    ["an RSA modulus with two sign bytes", formatRsa([3], [0, 0, ...ones(256)]), notPositive],
    ["a compressed point", formatEcdsa(2, 32), notUncompressed],
    ["a point with the marker of a compressed one", formatEcdsa(2), notUncompressed],
    ["a point with a marker that none has", formatEcdsa(5), notUncompressed],
    ["a point that is too short", formatEcdsa(4, 63), notUncompressed],
    ["a point that is too long", formatEcdsa(4, 65), notUncompressed],
    [
      "a type that its base64 does not name",
      formatPublicLine("ecdsa").replace(/^\S+/, "ecdsa-sha2-nistp384"),
      "the key's base64 does not hold a key of the type ecdsa-sha2-nistp384",
    ],
    ["bytes after its end", formatSshLine("ssh-ed25519", [new Uint8Array(32), ""]), "the key has bytes after its end"],
    ["31 bytes of Ed25519", formatSshLine("ssh-ed25519", [new Uint8Array(31)]), "an Ed25519 key has 32 bytes"],
    ["no fields", formatSshLine("ssh-ed25519", []), "the key is cut short"],
  ])("refuses %s", (_, line, message) => {
    expect(() => parsePublicKey(line)).toThrow(new PublicKeyError(message));
  });
});

describe("prepareKey", () => {
  const key = formatPublicLine("ed25519");
  const prepare = (name: string) => prepareKey({ name, key }, { digest, maxComment: 0 });
  const digest = (algorithm: string, bytes: Uint8Array<ArrayBuffer>) => crypto.subtle.digest(algorithm, bytes);

  it("takes a name of up to exactly 255 characters", async () => {
    const name = "n".repeat(255);
    expect(await prepare(name)).toMatchObject({ name, key });
  });

  it.each(["", "n".repeat(256), "a\u0000", "a\u009f", "\ud800"])("refuses the name %j", async (name) => {
    await expect(prepare(name)).rejects.toThrow(
      new PublicKeyError("a key's name is 1 to 255 characters without control characters"),
    );
  });
});
