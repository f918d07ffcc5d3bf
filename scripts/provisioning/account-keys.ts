import { createHash } from "node:crypto";
import { type PublicKey, PublicKeyError, parsePublicKey } from "../../src/auth/public-key.ts";
import type { keys } from "../../src/db/schema.ts";
import { sentence } from "./refusal.ts";

/** A key as it is stored, but for its account. */
export type KeyRow = Pick<typeof keys.$inferSelect, "name" | "fingerprint" | "fingerprintSha256" | "key">;

/** A key as a file has it: the OpenSSH line, and the name when it has one of its own. */
export type KeyEntry = { name?: string | null | undefined; key: string };

/** The keys of one account, or what is wrong with them. Names default to the comment, else the MD5 fingerprint. */
export async function readKeys(
  entries: readonly KeyEntry[],
): Promise<{ rows: readonly KeyRow[]; mistakes: readonly string[] }> {
  const rows: KeyRow[] = [];
  const mistakes: string[] = [];
  const names = new Map<string, number>();
  const fingerprints = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const read = await readKey(entry);
    if (typeof read === "string") {
      mistakes.push(`keys[${at}]: ${read}`);
      continue;
    }
    const sameKey = fingerprints.get(read.fingerprintSha256);
    const sameName = names.get(read.name);
    if (sameKey !== undefined) mistakes.push(`keys[${at}]: it is the key of keys[${sameKey}] again`);
    else if (sameName !== undefined)
      mistakes.push(`keys[${at}]: its name is that of keys[${sameName}], give it another; ${sentence(read.name)}`);
    names.set(read.name, at);
    fingerprints.set(read.fingerprintSha256, at);
    rows.push(read);
  }
  return { rows, mistakes };
}

/** One key's row, or why it cannot be registered. */
async function readKey(entry: KeyEntry): Promise<KeyRow | string> {
  const parsed = parsedKey(entry.key);
  if (typeof parsed === "string") return `${parsed}; ${sentence(entry.key)}`;
  const mistake = await importMistake(parsed);
  if (mistake) return `${mistake}; ${sentence(entry.key)}`;

  const fingerprint = md5Fingerprint(parsed.wire);
  const fingerprintSha256 = sha256Fingerprint(parsed.wire);
  const name = entry.name ?? (parsed.comment || fingerprint);
  if (fingerprintShape.test(name) && name !== fingerprint && name !== fingerprintSha256) {
    return `its name is of the shape of a fingerprint and not its own, which is ${fingerprint}; ${sentence(name)}`;
  }
  return { name, fingerprint, fingerprintSha256, key: entry.key.trim() };
}

function parsedKey(line: string): PublicKey | string {
  try {
    return parsePublicKey(line);
  } catch (error) {
    if (error instanceof PublicKeyError) return error.message;
    throw error;
  }
}

const fingerprintShape = /^(?:(?:[0-9a-f]{2}:){15}[0-9a-f]{2}|SHA256:[A-Za-z0-9+/]{43})$/i;

const md5Fingerprint = (wire: Uint8Array): string =>
  createHash("md5").update(wire).digest("hex").match(/../g)?.join(":") ?? "";

const sha256Fingerprint = (wire: Uint8Array): string =>
  `SHA256:${createHash("sha256").update(wire).digest("base64").replace(/=+$/, "")}`;

/** workerd's WebCrypto imports no other (`Imported RSA key has invalid publicExponent`); Node's takes any. */
const rsaExponents = new Map([
  ["Aw", 3],
  ["AQAB", 65537],
]);

/** Why the Worker could not verify with the key; undefined when it can. */
async function importMistake({ kind, jwk }: PublicKey): Promise<string | undefined> {
  if (kind === "rsa" && !rsaExponents.has(jwk.e ?? "")) {
    return `the RSA key's exponent is neither ${[...rsaExponents.values()].join(" nor ")}, and no other can be verified here`;
  }
  const algorithm = {
    rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    ecdsa: { name: "ECDSA", namedCurve: jwk.crv ?? "" },
    ed25519: { name: "Ed25519" },
  }[kind];
  try {
    await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
    return undefined;
  } catch {
    return kind === "ecdsa" ? "the key's point is not on its curve" : "the key's numbers make no key of its type";
  }
}
