import { digest } from "../auth/digest.ts";
import { type RegisteredKey, registeredKey } from "../auth/key-registration.ts";
import { PublicKeyError } from "../auth/public-key.ts";
import type { Parameters } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";

/**
 * The key that CreateKey's parameters hold: `key`, an OpenSSH line, and `name`, which may be left out.
 *
 * @throws {CloudApiError} MissingParameter without a key; InvalidArgument when it cannot be registered, or its name
 * cannot be a key's
 */
export async function newKey({ key, name }: Parameters): Promise<RegisteredKey> {
  if (key === undefined || key === null || key === "")
    throw new CloudApiError("MissingParameter", "key is a required argument");
  for (const [field, value] of Object.entries({ key, name: name ?? "" })) {
    if (typeof value !== "string") throw invalid(`${field} is a string; ${shown(value)} was sent`);
  }
  try {
    return await registeredKey({ key: String(key), name: name ? String(name) : null }, digest);
  } catch (error) {
    throw error instanceof PublicKeyError ? invalid(`${error.message}; ${shown(key)} was sent`) : error;
  }
}

const invalid = (message: string): CloudApiError => new CloudApiError("InvalidArgument", message);
