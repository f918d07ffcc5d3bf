import { createHash } from "node:crypto";
import type { Digest } from "../../src/digest.ts";
import { show } from "../../src/errors.ts";
import { type KeyEntry, prepareKey, type RegisteredKey } from "../../src/signature/key-registration.ts";
import { PrivateKeyError, PublicKeyError } from "../../src/signature/public-key.ts";
import { describeSent } from "./refusal.ts";

/** Node's WebCrypto knows no MD5. */
const digest: Digest = async (name, bytes) => createHash(name.replace("-", "")).update(bytes).digest();

/** The keys of one account, or what is wrong with them. Names and keys are unique within it. */
export async function readKeys(
  entries: readonly KeyEntry[],
): Promise<{ rows: readonly RegisteredKey[]; mistakes: readonly string[] }> {
  const rows: RegisteredKey[] = [];
  const mistakes: string[] = [];
  const names = new Map<string, number>();
  const fingerprints = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const place = entry.name ? `keys[${at}] (${show(entry.name)})` : `keys[${at}]`;
    const read = await readKey(entry);
    if (read instanceof PublicKeyError) {
      mistakes.push(
        `${place}: ${read.message}${read instanceof PrivateKeyError ? "" : `; ${describeSent(entry.key)}`}`,
      );
      continue;
    }
    const sameKey = fingerprints.get(read.fingerprintSha256);
    const sameName = names.get(read.name);
    if (sameKey !== undefined) mistakes.push(`${place}: it is the key of keys[${sameKey}] again`);
    else if (sameName !== undefined)
      mistakes.push(`${place}: its name is that of keys[${sameName}], give it another; ${describeSent(read.name)}`);
    names.set(read.name, at);
    fingerprints.set(read.fingerprintSha256, at);
    rows.push(read);
  }
  return { rows, mistakes };
}

/** One key's row, or why it cannot be registered. */
async function readKey(entry: KeyEntry): Promise<RegisteredKey | PublicKeyError> {
  try {
    return await prepareKey(entry, { digest, maxComment: 0 });
  } catch (error) {
    if (error instanceof PublicKeyError) return error;
    throw error;
  }
}
