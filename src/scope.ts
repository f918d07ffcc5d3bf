import { CloudApiError } from "./errors.ts";

/** What a key may do. Pure. docs/contract.md#scopes */

/** The words of a scope. Each `images:` word may be of one image: `images:tag@UUID`. */
export const scopeWords = [
  "account:read",
  "account:write",
  "images:clone",
  "images:delete",
  "images:read",
  "images:share",
  "images:tag",
  "images:update",
  "keys",
] as const;

export type ScopeWord = (typeof scopeWords)[number];

/** What a key is limited to. A null is no limit. */
export type KeyLimits = {
  /** Words, sorted, with a blank between two. */
  scope: string | null;
  /** When the key ends, in milliseconds since the epoch. */
  expires: number | null;
};

export const isLimited = ({ scope, expires }: KeyLimits): boolean => scope !== null || expires !== null;

/** Lists all that a scope covers: its words, and `images:read` of the images of the others. */
const expand = (scope: string): string[] =>
  scope.split(" ").flatMap((word) => [word, word.replace(/^images:\w+/, "images:read")]);

/** Whether the scope covers a word, of one image or of all. */
function covers(scope: string, word: string): boolean {
  const covered = expand(scope);
  return covered.includes(word) || covered.includes(word.split("@", 1).join());
}

/** A word that an operation needs: of the image of the path (`@path`), of any image at all (`@any`), or as it is. */
export type NeededWord = ScopeWord | `${ScopeWord}@path` | `${ScopeWord}@any`;

const coversNeeded = (scope: string, word: NeededWord, imageId: string): boolean =>
  word.endsWith("@any")
    ? expand(scope).some((covered) => covered.startsWith(word.slice(0, -4)))
    : covers(
        scope,
        word.replace("path", () => imageId),
      );

/**
 * Checks that a key may do what needs one of these words.
 *
 * @param imageId the image of the path, as sent. It need not exist: the refusal is the same for every id
 * @throws {CloudApiError} NotAuthorized, which names the missing words
 */
export function assertCovered({ scope }: KeyLimits, anyOf: readonly NeededWord[], imageId = ""): void {
  if (scope === null || anyOf.some((word) => coversNeeded(scope, word, imageId))) return;
  const words = anyOf.map((word) => word.split("@", 1).join());
  const which = anyOf.some((word) => word.endsWith("@path")) ? " of this image" : "";
  throw new CloudApiError("NotAuthorized", `the scope of this key lacks ${words.join(" or ")}${which}`);
}

/**
 * Checks that a key may register, or delete, a key with these limits: none can do more, or longer, than it.
 *
 * @throws {CloudApiError} NotAuthorized
 */
export function assertWithin(inner: KeyLimits, outer: KeyLimits): void {
  const { scope, expires } = outer;
  if (scope !== null) {
    const lacking = inner.scope?.split(" ").find((word) => !covers(scope, word));
    if (inner.scope === null) throw makeBeyond("a key without a scope can do more than this one");
    if (lacking !== undefined) throw makeBeyond(`the scope of this key lacks ${lacking}`);
  }
  if (expires !== null && (inner.expires === null || inner.expires > expires)) {
    throw makeBeyond(`this key ends at ${formatEnd(expires)}, before the other`);
  }
}

const makeBeyond = (message: string): CloudApiError => new CloudApiError("NotAuthorized", message);

/** The end of a key, RFC 3339 with milliseconds. */
export const formatEnd = (expires: number): string => new Date(expires).toISOString();

/** Lists the images that a scope is for. Null for all images. */
function findImages(scope: string | null): string[] | null {
  if (scope === null || covers(scope, "images:read")) return null;
  return scope.match(/(?<=@)\S+/g) ?? [];
}

/** The images that a scope is for, as a JSON array. Null for all images. */
export function formatScopeImages(scope: string | null): string | null {
  const images = findImages(scope);
  return images && JSON.stringify(images);
}

/** Picks the ids of images that a scope is for. */
export function pickInScope(scope: string | null, ids: readonly string[]): readonly string[] {
  const images = findImages(scope);
  return images ? ids.filter((id) => images.includes(id)) : ids;
}

/** The limits as a key shows them: only those that are set. */
export const showLimits = ({ scope, expires }: KeyLimits): { scope?: string; expires?: string } => ({
  ...(scope !== null && { scope }),
  ...(expires !== null && { expires: formatEnd(expires) }),
});
