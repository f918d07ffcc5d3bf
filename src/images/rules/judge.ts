import { CloudApiError } from "../../errors.ts";
import type { Release } from "../../releases.ts";
import { assertAuthority } from "../../signature/refusals.ts";
import type { FoundImage, ImageRow } from "../image-row.sql.ts";
import type { WriteOutcome } from "../image-write.sql.ts";
import { assertPreconditions, type WritePreconditions } from "./preconditions.ts";
import { requireOwn } from "./visibility.ts";

/** The image as an accepted write left it. */
export type Written = {
  image: ImageRow;
  /** The fields that the write changed, in the documentation's order. Empty if it changed nothing. */
  changedFields: readonly string[];
  /** An earlier request with the same Idempotency-Key applied the write. */
  isReplayed: boolean;
};

/** The request, for the rules to judge the outcome of its write by. */
export type WriteRequest = {
  account: string;
  release: Release;
  preconditions: WritePreconditions;
  /** SHA-256 of what the request asks for. Null without an Idempotency-Key. */
  requestHash: string | null;
};

/**
 * Returns the write if it was applied, by this request or an earlier one with its Idempotency-Key. Undefined otherwise.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused
 */
export function findApplied(outcome: WriteOutcome, { requestHash }: WriteRequest): Written | undefined {
  assertAuthority(outcome);
  const { applied } = outcome;
  if (!applied) return undefined;
  if (applied.requestHash !== requestHash) {
    throw new CloudApiError(
      "IdempotencyKeyReused",
      "this Idempotency-Key was sent before with another request on this image; use a new key for each new request",
    );
  }
  const { image, changedColumns, isReplayed } = applied;
  return { image, changedFields: changedColumns?.split(", ") ?? [], isReplayed };
}

/**
 * Judges the outcome of a write that only the image's owner may make. The statement has decided; this names the reason, from
 * the row that the same transaction read. Pure.
 *
 * @param assertAllowed throws if the operation's own rule is why SQL did not apply the write
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused; ResourceNotFound
 * when the image is hidden or does not exist; NotImageOwner; as `assertAllowed`; PreconditionFailed, PreconditionRequired
 */
export function judgeOwn(
  outcome: WriteOutcome,
  request: WriteRequest,
  assertAllowed?: (image: FoundImage) => void,
): Written {
  const applied = findApplied(outcome, request);
  if (applied) return applied;
  const image = requireOwn(outcome.image, request.account);
  assertAllowed?.(image);
  return judgeUnapplied(image, outcome, request);
}

/**
 * Judges a write that SQL did not apply although the operation's rules allow it: a precondition failed, or there was nothing
 * to change, and the image is returned unchanged.
 *
 * @throws {CloudApiError} PreconditionFailed, PreconditionRequired
 * @throws {Error} a bug: SQL refused the write, and no rule here says why
 */
export function judgeUnapplied(
  image: FoundImage,
  { wouldChange }: WriteOutcome,
  { preconditions, release }: WriteRequest,
): Written {
  assertPreconditions(preconditions, { revision: image.revision, release });
  if (wouldChange) throw new Error(`a write on ${image.uuid} was not applied, and nothing explains it`);
  return { image, changedFields: [], isReplayed: false };
}
