import { CloudApiError } from "../../errors.ts";
import type { Release } from "../../releases.ts";
import { type EntityTags, parseEntityTags } from "../../syntax/entity-tags.ts";

/** An image's entity tag, `"REVISION-RELEASE"`: each release shows a revision in its own form. */
export const formatEntityTag = (revision: number, release: Release): string => `"${revision}-${release}"`;

type Revisions = "*" | readonly number[];

/** The revisions of an image that a request names. Null for a header that was not sent. RFC 9110 §13. */
export type Preconditions = { ifMatch: Revisions | null; ifNoneMatch: Revisions | null };

/**
 * Parses If-Match and If-None-Match. A tag of another shape matches no revision.
 *
 * If-Match compares the revision alone, which is a rule of ours: a client may read under one release and write under another, and
 * Cloudflare puts `W/` before the tag of an answer that it compresses. docs/contract.md#preconditions
 *
 * @throws {CloudApiError} InvalidHeader
 */
export function parsePreconditions(
  sent: { ifMatch: string | undefined; ifNoneMatch: string | undefined },
  release: Release,
): Preconditions {
  return {
    ifMatch: listRevisions(parseEntityTags("If-Match", sent.ifMatch), () => true),
    ifNoneMatch: listRevisions(parseEntityTags("If-None-Match", sent.ifNoneMatch), (of) => of === release),
  };
}

/** Finds the newest revision that an If-None-Match names, under any release. 0 if it names none. @throws {CloudApiError} InvalidHeader */
export function findNewestSeen(ifNoneMatch: string | undefined): number {
  const seen = listRevisions(parseEntityTags("If-None-Match", ifNoneMatch), () => true);
  return Array.isArray(seen) ? seen.reduce((newest, revision) => Math.max(newest, revision), 0) : 0;
}

/** The preconditions of a write. `isMatchRequired` demands an If-Match. */
export type WritePreconditions = Preconditions & { isMatchRequired: boolean };

const tagShape = /^([1-9][0-9]{0,14})-([0-9]+\.[0-9]+\.[0-9]+)$/;

function listRevisions(tags: EntityTags | null, isMeant: (release: string) => boolean): Revisions | null {
  if (tags === null || tags === "*") return tags;
  return tags.flatMap((tag) => {
    const [, revision, release] = tagShape.exec(tag) ?? [];
    return release !== undefined && isMeant(release) ? [Number(revision)] : [];
  });
}

const lists = (listed: Revisions, revision: number): boolean => listed === "*" || listed.includes(revision);

/** Whether If-Match is sent and does not name the revision. */
export const isIfMatchStale = ({ ifMatch }: Preconditions, revision: number): boolean =>
  ifMatch !== null && !lists(ifMatch, revision);

/** Whether If-None-Match names the revision. */
export const isNamedByIfNoneMatch = ({ ifNoneMatch }: Preconditions, revision: number): boolean =>
  ifNoneMatch !== null && lists(ifNoneMatch, revision);

/** @throws {CloudApiError} PreconditionFailed, with the current ETag, when If-Match does not name the revision */
export function assertMatch(preconditions: Preconditions, current: { revision: number; release: Release }): void {
  if (!isIfMatchStale(preconditions, current.revision)) return;
  throw makeFailed(
    `the image is at revision ${current.revision}, and If-Match names another: read it, and send the request again with its new ETag if it still applies`,
    current,
  );
}

/**
 * Checks the preconditions of a write that was not applied: after authority, ownership and quota, before a full history.
 *
 * @throws {CloudApiError} PreconditionFailed, with the current ETag; PreconditionRequired without an If-Match where
 * one is required
 */
export function assertPreconditions(
  preconditions: WritePreconditions,
  current: { revision: number; release: Release },
): void {
  if (preconditions.isMatchRequired && preconditions.ifMatch === null) {
    throw new CloudApiError(
      "PreconditionRequired",
      "an update needs If-Match here: read the image, and send its ETag as If-Match",
    );
  }
  assertMatch(preconditions, current);
  if (isNamedByIfNoneMatch(preconditions, current.revision)) {
    throw makeFailed(`the image is at revision ${current.revision}, which If-None-Match rules out`, current);
  }
}

const makeFailed = (message: string, { revision, release }: { revision: number; release: Release }): CloudApiError =>
  new CloudApiError("PreconditionFailed", message, { headers: { ETag: formatEntityTag(revision, release) } });

/** The preconditions for SQL: JSON arrays of the revisions that a write may, and may not, be applied to. Null for no limit. */
export function toSqlPreconditions({ ifMatch, ifNoneMatch, isMatchRequired }: WritePreconditions): {
  onRevisions: string | null;
  notOnRevisions: string | null;
} {
  const refusesEveryRevision = ifNoneMatch === "*" || (isMatchRequired && ifMatch === null);
  const matching = ifMatch === "*" ? null : ifMatch;
  return {
    onRevisions: refusesEveryRevision ? "[]" : matching && JSON.stringify(matching),
    notOnRevisions: Array.isArray(ifNoneMatch) ? JSON.stringify(ifNoneMatch) : null,
  };
}
