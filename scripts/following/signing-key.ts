import { createPrivateKey, type JsonWebKeyInput, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { readOpenSsh } from "../../src/console/keys/openssh-file.ts";
import { fromBase64 } from "../../src/console/keys/wire.ts";
import { describeError } from "../running/program.ts";
import { computeFingerprint, toSshWire } from "../starting/ssh-wire.ts";

/** A key that signs requests, and what Authorization calls it. */
export type SigningKey = { algorithm: string; fingerprint: string; sign: (text: string) => string };

/** sdc-cloudapi knows neither ecdsa-sha384 nor SHA256 fingerprints. It takes SHA-512 with any curve. */
const algorithms: Readonly<Record<string, readonly [name: string, hash: string | null]>> = {
  rsa: ["rsa-sha256", "sha256"],
  prime256v1: ["ecdsa-sha256", "sha256"],
  secp384r1: ["ecdsa-sha512", "sha512"],
  secp521r1: ["ecdsa-sha512", "sha512"],
  ed25519: ["ed25519-sha512", null],
};

async function readPrivateKey(text: string): Promise<KeyObject> {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END/s.exec(text) ?? [];
  if (base64 === undefined) return createPrivateKey(text);
  const { jwk } = await readOpenSsh(fromBase64(base64));
  return createPrivateKey({ format: "jwk", key: { ...jwk } as JsonWebKeyInput["key"] });
}

/**
 * Reads a private key: RSA, ECDSA or Ed25519, in PEM or OpenSSH's form.
 *
 * @throws {Error} one line: there is no such file, it holds no such key, or a passphrase protects it
 */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const text = readFileSync(file, "utf8");
  const key = await readPrivateKey(text).catch((cause) => {
    const said = describeError(cause);
    const why = /ENCRYPTED|is protected by/.test(text + said)
      ? "a passphrase protects it; name a key without one"
      : `${said}; name a private key in PEM or OpenSSH's form`;
    throw new Error(`${file} cannot be read: ${why}`, { cause });
  });
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details } = key;
  const [algorithm, hash] = algorithms[details?.namedCurve ?? type] ?? [];
  if (algorithm === undefined || hash === undefined)
    throw new Error(
      `${file} cannot sign: its kind is ${details?.namedCurve ?? type}; name one of RSA, ECDSA or Ed25519`,
    );
  return {
    algorithm,
    fingerprint: computeFingerprint(toSshWire(key)),
    sign: (signed) => sign(hash, Buffer.from(signed), key).toString("base64"),
  };
}
