import { CloudApiError, show } from "../../errors.ts";
import { type KeyLimits, scopeWords } from "../../scope.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { countEdits, describeSent, uuidShape } from "../../text.ts";

/** The limits of a key, as CreateKey and provisioning read them. A mistake must never make a key that can do more. */

const maxScopeCharacters = 1024;

/** A limit as it is stored, or the rule that what was sent breaks. */
type Read<Value> = { value: Value } | { rule: string };

const scopeRule = `scope is words with blanks between, of ${scopeWords.join(", ")}; an images: word may be of one image: images:tag@UUID`;

/** Reads a scope: words with blanks between. Stored sorted, without repeats, UUIDs in lower case. */
export function readScope(sent: unknown): Read<string> {
  if (typeof sent !== "string" || sent.length > maxScopeCharacters) {
    return { rule: `scope is a string of at most ${maxScopeCharacters} characters` };
  }
  const words = sent.split(" ").filter(Boolean).map(readWord);
  if (words.length === 0 || words.includes(undefined)) return { rule: scopeRule };
  return { value: [...new Set(words)].sort().join(" ") };
}

function readWord(sent: string): string | undefined {
  const [word = "", image, ...others] = sent.split("@");
  if (!scopeWords.some((known) => known === word) || others.length > 0) return undefined;
  if (image === undefined) return word;
  const id = image.toLowerCase();
  return word.startsWith("images:") && uuidShape.test(id) ? `${word}@${id}` : undefined;
}

const endShape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(?:Z|[+-]00:00)$/i;

/** Reads the end of a key: RFC 3339 in UTC. Kept with milliseconds; what is finer is cut. */
export function readEnd(sent: unknown): Read<number> {
  const [, whole = "", fraction = ""] = typeof sent === "string" ? (endShape.exec(sent) ?? []) : [];
  const seconds = Date.parse(`${whole.toUpperCase()}Z`);
  // Date.parse takes 30 February for 2 March.
  const isReal = !Number.isNaN(seconds) && new Date(seconds).toISOString().startsWith(whole.toUpperCase());
  if (!isReal) return { rule: "expires is a date and time in UTC, like 2030-01-31T10:00:00Z" };
  return { value: seconds + Number(fraction.slice(1, 4).padEnd(3, "0")) };
}

/** How each limit is read. */
export const limitReaders = { scope: readScope, expires: readEnd } as const;

type LimitName = keyof typeof limitReaders;

const limitNames = ["scope", "expires"] as const satisfies readonly LimitName[];

const maxEdits = 2;

/** Finds the limit that a name is, or nearly is: within two edits, in any case. */
export const findLimit = (name: string): LimitName | undefined =>
  limitNames.find(
    (limit) => Math.abs(name.length - limit.length) <= maxEdits && countEdits(name.toLowerCase(), limit) <= maxEdits,
  );

/**
 * Reads the limits of a new key. Without them it may do everything, so what may have been meant as one is refused.
 *
 * @param parameters of query and body, of which the body's win
 * @param query those of the query alone
 * @param repeated names that the body, a JSON object, has more than once
 * @throws {CloudApiError} InvalidArgument: a limit is empty, null, repeated, of another type or form, or not the same in
 * query and body; or a name is nearly that of a limit
 */
export function readKeyLimits(
  parameters: RequestParameters,
  query: RequestParameters,
  repeated: readonly string[],
): KeyLimits {
  for (const name in parameters) {
    const limit = findLimit(name);
    if (limit && name !== limit) throw makeInvalid(`the parameter is named ${limit}; ${show(name)} was sent`);
  }
  for (const name of limitNames) {
    const isOther = name in query && query[name] !== parameters[name];
    if (isOther || repeated.includes(name) || Array.isArray(parameters[name]))
      throw makeInvalid(`${name} was sent more than once`);
  }
  const read = <Value>(name: LimitName, reader: (sent: unknown) => Read<Value>): Value | null => {
    if (!(name in parameters)) return null;
    const limit = reader(parameters[name]);
    if ("value" in limit) return limit.value;
    throw makeInvalid(`${limit.rule}; ${describeSent(parameters[name])}`);
  };
  return { scope: read("scope", readScope), expires: read("expires", readEnd) };
}

export const makeInvalid = (message: string): CloudApiError => new CloudApiError("InvalidArgument", message);
