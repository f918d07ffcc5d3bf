import type { Client } from "../../api/client.ts";
import type { AccountKey, NewKey } from "../../api/image.ts";
import { Refusal } from "../../api/refusal.ts";

/** Runs a change of the account's keys. @param make answers the sentence that says what was done @returns whether it was done */
export type ChangeKeys = (make: () => Promise<string>) => Promise<boolean>;

/** Adds a key. If no answer comes, the account's list tells whether it was added. */
export async function addKey(client: Client, key: NewKey): Promise<AccountKey> {
  try {
    return await client.createKey(key);
  } catch (error) {
    const blob = readBlob(key.key);
    const added = (await listAfter(client, error)).find((each) => readBlob(each.key) === blob);
    if (added) return added;
    throw error;
  }
}

/** Deletes a key. If no answer comes, the account's list tells whether it is gone. */
export async function deleteKey(client: Client, name: string): Promise<void> {
  try {
    await client.deleteKey(name);
  } catch (error) {
    if ((await listAfter(client, error)).some((each) => each.name === name)) throw error;
  }
}

/** The part of an OpenSSH line that is the key itself. */
export const readBlob = (line: string): string | undefined => line.trim().split(/\s+/)[1];

/** The keys after a change without an answer. @throws what failed, where an answer came or the list cannot be read */
async function listAfter(client: Client, error: unknown): Promise<AccountKey[]> {
  if (!(error instanceof Refusal) || !error.isUncertain) throw error;
  return await client.listKeys().catch(() => {
    throw error;
  });
}
