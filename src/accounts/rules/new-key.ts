import { computeDigest } from "../../digest.ts";
import { CloudApiError, show } from "../../errors.ts";
import { prepareKey, type RegisteredKey } from "../../signature/key-registration.ts";
import { PrivateKeyError, PublicKeyError } from "../../signature/public-key.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { makeInvalid } from "./key-limits.ts";

/**
 * Reads the key that CreateKey is to register: `key`, an OpenSSH line, and an optional `name`.
 *
 * @param isForm the key came in a query or a form, where `+` is a blank
 * @throws {CloudApiError} MissingParameter without a key; InvalidArgument when it cannot be registered, or its name
 * cannot be a key's
 */
export async function readNewKey(
  { key, name }: RequestParameters,
  { maxComment, isForm }: { maxComment: number; isForm: boolean },
): Promise<RegisteredKey> {
  if (key === undefined || key === null || key === "")
    throw new CloudApiError("MissingParameter", "key is a required argument");
  for (const [field, value] of Object.entries({ key, name: name ?? "" })) {
    if (typeof value !== "string") throw makeInvalid(`${field} is a string; ${show(value)} was sent`);
  }
  try {
    const entry = { key: String(key), name: name ? String(name).trim() : null };
    return await prepareKey(entry, { digest: computeDigest, maxComment });
  } catch (error) {
    if (error instanceof PrivateKeyError) throw makeInvalid(error.message);
    if (!(error instanceof PublicKeyError)) throw error;
    const hint = isForm && /^\S+ \S+ /.test(String(key)) ? "; in a query or form, + is sent as %2B" : "";
    throw makeInvalid(`${error.message}; ${show(key)} was sent${hint}`);
  }
}
