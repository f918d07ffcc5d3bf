import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../src/digest.ts";
import { findAlgorithm } from "../../src/signature/algorithms.ts";
import { chooseDecoy } from "../../src/signature/decoys.ts";
import { importKey } from "../../src/signature/import-key.ts";
import { parsePublicKey } from "../../src/signature/public-key.ts";
import { formatPublicLine, type KeyName, signText } from "../support/signer.ts";

/** What a verification's time depends on: the kind of key and its size or curve. */
async function describeKey(line: string, algorithmName: string) {
  const { kind, bits } = await importKey(parsePublicKey(line), findAlgorithm(algorithmName));
  return { kind, bits };
}

describe("the decoy for a signature", () => {
  it.each<[KeyName, string]>([
    ["rsa", "rsa-sha256"],
    ["rsa4096", "rsa-sha512"],
    ["ecdsa", "ecdsa-sha256"],
    ["ecdsa384", "ecdsa-sha384"],
    ["ecdsa521", "ecdsa-sha512"],
    ["ed25519", "ed25519-sha512"],
    ["rsa", "hs2019"],
    ["rsa4096", "hs2019"],
    ["ecdsa", "hs2019"],
    ["ecdsa384", "hs2019"],
    ["ecdsa521", "hs2019"],
    ["ed25519", "hs2019"],
  ])("by %s under %s is of the same kind and size, so that it takes as long to verify", async (key, algorithm) => {
    const signature = decodeBase64(await signText(key, algorithm, "date: now"))?.length ?? 0;
    const decoy = chooseDecoy(findAlgorithm(algorithm), signature);
    expect(await describeKey(decoy, algorithm)).toEqual(await describeKey(formatPublicLine(key), algorithm));
    expect(decoy, "nobody has its private half").not.toContain(formatPublicLine(key).split(" ")[1]);
  });

  it.each([
    ["rsa-sha256", 10_000, { kind: "rsa", bits: 4096 }],
    ["rsa-sha256", 0, { kind: "rsa", bits: 2048 }],
    ["ecdsa-sha256", 10_000, { kind: "ecdsa", bits: 521 }],
    ["ecdsa-sha256", 0, { kind: "ecdsa", bits: 256 }],
  ])("under %s of %i bytes, which no key makes, is of the nearest size", async (algorithm, bytes, expected) => {
    expect(await describeKey(chooseDecoy(findAlgorithm(algorithm), bytes), algorithm)).toEqual(expected);
  });

  it.each([
    ["hs2019", 64, { kind: "ed25519", bits: 256 }, { kind: "ecdsa", bits: 256 }],
    ["ecdsa-sha256", 72, { kind: "ecdsa", bits: 256 }, { kind: "ecdsa", bits: 384 }],
    ["ecdsa-sha384", 104, { kind: "ecdsa", bits: 384 }, { kind: "ecdsa", bits: 521 }],
    ["hs2019", 139, { kind: "ecdsa", bits: 521 }, { kind: "rsa", bits: 2048 }],
    ["rsa-sha256", 256, { kind: "rsa", bits: 2048 }, { kind: "rsa", bits: 3072 }],
    ["rsa-sha256", 384, { kind: "rsa", bits: 3072 }, { kind: "rsa", bits: 4096 }],
  ])("under %s of %i bytes, the most of its size, is of this size, and of one more of the next", async (...row) => {
    const [algorithm, most, size, next] = row;
    expect(await describeKey(chooseDecoy(findAlgorithm(algorithm), most), algorithm)).toEqual(size);
    expect(await describeKey(chooseDecoy(findAlgorithm(algorithm), most + 1), algorithm)).toEqual(next);
  });
});
