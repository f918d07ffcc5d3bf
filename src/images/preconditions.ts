import { CloudApiError } from "../errors.ts";
import type { Release } from "../http/api-version.ts";
import { type EntityTags, entityTags } from "../http/entity-tags.ts";

/** An image's entity tag: `"REVISION-RELEASE"`, for each release shows a revision in its own form. */
export const entityTag = (revision: number, release: Release): string => `"${revision}-${release}"`;

type Revisions = "*" | readonly number[];

/** On which revisions of an image a request is to act; null where it does not say. RFC 9110 §13. */
export type Preconditions = { ifMatch: Revisions | null; ifNoneMatch: Revisions | null };

/**
 * Reads If-Match and If-None-Match. A tag of another shape than ours is no revision's, and does not match.
 *
 * If-Match looks at the revision alone (ours): what was read under one release may be written under another, and
 * Cloudflare puts `W/` before the tag of an answer that it compresses.
 *
 * @throws {CloudApiError} InvalidHeader
 */
export function preconditions(
  sent: { ifMatch: string | undefined; ifNoneMatch: string | undefined },
  release: Release,
): Preconditions {
  return {
    ifMatch: revisions(entityTags("If-Match", sent.ifMatch), () => true),
    ifNoneMatch: revisions(entityTags("If-None-Match", sent.ifNoneMatch), (of) => of === release),
  };
}

/** What a write stands under; `isMatchRequired` asks for an If-Match. */
export type WritePreconditions = Preconditions & { isMatchRequired: boolean };

const tagShape = /^([1-9][0-9]{0,14})-([0-9]+\.[0-9]+\.[0-9]+)$/;

function revisions(tags: EntityTags | null, isMeant: (release: string) => boolean): Revisions | null {
  if (tags === null || tags === "*") return tags;
  return tags.flatMap((tag) => {
    const [, revision, release] = tagShape.exec(tag) ?? [];
    return release !== undefined && isMeant(release) ? [Number(revision)] : [];
  });
}

const names = (listed: Revisions, revision: number): boolean => listed === "*" || listed.includes(revision);

/** Whether If-Match is sent and does not name the revision. */
export const isStale = ({ ifMatch }: Preconditions, revision: number): boolean =>
  ifMatch !== null && !names(ifMatch, revision);

/** Whether If-None-Match names the revision. */
export const isKnown = ({ ifNoneMatch }: Preconditions, revision: number): boolean =>
  ifNoneMatch !== null && names(ifNoneMatch, revision);

/** @throws {CloudApiError} PreconditionFailed, with the current ETag, when If-Match does not name the revision */
export function checkMatch(preconditions: Preconditions, current: { revision: number; release: Release }): void {
  if (!isStale(preconditions, current.revision)) return;
  throw failed(
    `the image is at revision ${current.revision}, and If-Match names another: read it, and send the request again with its new ETag if it still applies`,
    current,
  );
}

/**
 * What a write checks in the end, after it was not made.
 *
 * @throws {CloudApiError} PreconditionFailed, with the current ETag; PreconditionRequired without an If-Match where
 * one is required
 */
export function checkWritable(
  preconditions: WritePreconditions,
  current: { revision: number; release: Release },
): void {
  if (preconditions.isMatchRequired && preconditions.ifMatch === null) {
    throw new CloudApiError(
      "PreconditionRequired",
      "an update needs If-Match here: read the image, and send its ETag as If-Match",
    );
  }
  checkMatch(preconditions, current);
  if (isKnown(preconditions, current.revision)) {
    throw failed(`the image is at revision ${current.revision}, which If-None-Match rules out`, current);
  }
}

const failed = (message: string, { revision, release }: { revision: number; release: Release }): CloudApiError =>
  new CloudApiError("PreconditionFailed", message, { headers: { ETag: entityTag(revision, release) } });

/**
 * The preconditions for SQL, as JSON arrays of the revisions that a write may, and may not, be made on; null for no limit.
 */
export function revisionLimits({ ifMatch, ifNoneMatch, isMatchRequired }: WritePreconditions): {
  onRevisions: string | null;
  notOnRevisions: string | null;
} {
  const isNone = ifNoneMatch === "*" || (isMatchRequired && ifMatch === null);
  const matching = ifMatch === "*" ? null : ifMatch;
  return {
    onRevisions: isNone ? "[]" : matching && JSON.stringify(matching),
    notOnRevisions: Array.isArray(ifNoneMatch) ? JSON.stringify(ifNoneMatch) : null,
  };
}
