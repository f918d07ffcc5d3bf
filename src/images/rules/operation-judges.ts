import { CloudApiError } from "../../errors.ts";
import { maxInexactTags } from "../../tables.ts";
import type { Grants } from "../acl.sql.ts";
import type { CloneOutcome } from "../clone-image.sql.ts";
import type { DeletionOutcome } from "../delete-image.sql.ts";
import type { RevertOutcome } from "../revert-image.sql.ts";
import type { AddedTags } from "../tags.sql.ts";
import type { WriteOutcome } from "../write-outcome.sql.ts";
import { describeTooMany, parseAcl } from "./acl.ts";
import { makeUnknownRevision } from "./audit.ts";
import { findApplied, judgeOwn, judgeUnapplied, type WriteRequest, type Written } from "./judge.ts";
import { countBytes, describeTooLarge, parseTags, requireTag } from "./tags.ts";
import { isActivated, makeNotOwner, requireVisible } from "./visibility.ts";

/** The judges of the operations that have rules of their own. Pure. */

const makeInvalid = (field: "acl" | "tags" | "type", message: string): CloudApiError =>
  new CloudApiError("ValidationFailed", `invalid image data: ${field}`, {
    errors: [{ field, code: "Invalid", message }],
  });

/** Judges an AddImageAcl. @throws {CloudApiError} as `judgeOwn`; ValidationFailed when the acl would be too large */
export const judgeGrants = (outcome: WriteOutcome, request: WriteRequest, { accounts, maxAcl }: Grants): Written =>
  judgeOwn(outcome, request, ({ acl }) => {
    const stored = parseAcl(acl);
    const { size } = new Set([...stored, ...accounts]);
    // A provisioned acl may be too large already, and stays.
    if (size > maxAcl && size > stored.length)
      throw makeInvalid("acl", describeTooMany(maxAcl, size, "would be in it"));
  });

/**
 * Judges a RemoveImageAcl: by the owner, or by an account that leaves.
 *
 * @throws {CloudApiError} as `judgeOwn`; NotImageOwner when the image is another's, and the request names others than the
 * account itself
 */
export function judgeRemoval(outcome: WriteOutcome, request: WriteRequest, accounts: readonly string[]): Written {
  const { account } = request;
  // An account that has left is shown no image.
  const applied = findApplied(outcome, request, { isShown: outcome.applied?.image.owner === account });
  if (applied) return applied;
  if (outcome.image === null || outcome.image.owner === account) return judgeOwn(outcome, request);
  const image = requireVisible(outcome.image, account);
  if (accounts.length !== 1 || accounts[0] !== account) {
    throw makeNotOwner(
      "only the owner of an image may remove other accounts from its acl; you may remove your own alone",
    );
  }
  return judgeUnapplied(image, outcome, request);
}

/**
 * Judges an AddImageTags.
 *
 * @throws {CloudApiError} as `judgeOwn`; ValidationFailed when all tags would be too large, or too many are inexact numbers
 */
export const judgeAddedTags = (
  outcome: WriteOutcome,
  request: WriteRequest,
  { tags, maxTagsBytes }: AddedTags,
): Written =>
  judgeOwn(outcome, request, (image) => {
    if (Object.keys(tags).length === 0) return;
    const stored = parseTags(image.tags);
    assertFewInexact(stored);
    const bytes = countBytes(JSON.stringify({ ...stored, ...tags }));
    if (bytes <= Math.max(maxTagsBytes, countBytes(image.tags ?? ""))) return;
    throw makeInvalid("tags", describeTooLarge(maxTagsBytes, bytes, "would be stored"));
  });

function assertFewInexact(stored: Readonly<Record<string, unknown>>): void {
  const inexact = Object.values(stored).filter((value) => typeof value === "number" && !Number.isSafeInteger(value));
  if (inexact.length <= maxInexactTags) return;
  throw makeInvalid(
    "tags",
    `${inexact.length} tags of the image are fractions or integers beyond 2^53, and no tag is added to more than ${maxInexactTags} of those; replace all tags with PUT`,
  );
}

/** Judges the deletion of a tag, or of all if `key` is null. @throws {CloudApiError} as `judgeOwn`; ResourceNotFound: no such tag */
export const judgeTagDeletion = (outcome: WriteOutcome, request: WriteRequest, key: string | null): Written =>
  judgeOwn(outcome, request, ({ tags }) => {
    if (key !== null) requireTag(parseTags(tags), key);
  });

/** Judges a revert. @param sent the revision as sent @throws {CloudApiError} as `judgeOwn`; InvalidArgument: it is not kept */
export const judgeRevert = (outcome: RevertOutcome, request: WriteRequest, sent: unknown): Written =>
  judgeOwn(outcome, request, ({ revision: newest }) => {
    if (!outcome.isKept) throw makeUnknownRevision(sent, { oldest: outcome.oldest, newest });
  });

/** Judges a deletion. @throws {CloudApiError} as `judgeOwn`; ImageHasDependentImages, which names those that the account can see */
export const judgeDeletion = (outcome: DeletionOutcome, request: WriteRequest): Written =>
  findApplied(outcome, request, { isShown: false }) ??
  judgeOwn(outcome, request, () => {
    if (!outcome.hasDependents) return;
    const named = outcome.visibleDependents.length > 0 ? `: ${outcome.visibleDependents.join(", ")}` : "";
    throw new CloudApiError("ImageHasDependentImages", `other images have this one as their origin${named}`);
  });

/**
 * Judges a clone.
 *
 * @throws {CloudApiError} InvalidCredentials, IdempotencyKeyReused, ResourceNotFound, PreconditionFailed as `judgeOwn`;
 * ImageNotShared when the acl lacks the account, or the image is not activated; ValidationFailed for a docker image;
 * QuotaExceeded when the account owns as many images as it may
 */
export function judgeClone(outcome: CloneOutcome, request: WriteRequest, maxImages: number): Written {
  const applied = findApplied(outcome, request);
  if (applied) return applied;
  const image = requireVisible(outcome.image, request.account);
  if (!image.isShared || !isActivated(image)) {
    throw new CloudApiError("ImageNotShared", "only an activated image that is shared with you by acl can be cloned");
  }
  if (image.type === "docker") throw makeInvalid("type", "docker images cannot be cloned");
  if (outcome.isQuotaReached) {
    throw new CloudApiError(
      "QuotaExceeded",
      `the account owns ${maxImages} images, the most that it may own; delete one first`,
    );
  }
  return judgeUnapplied(image, outcome, request);
}
