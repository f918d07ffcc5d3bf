import { CloudApiError } from "../../errors.ts";
import type { Release } from "../../releases.ts";
import { assertAuthority } from "../../signature/refusals.ts";
import type { FoundImage, ImageRow } from "../image-row.sql.ts";
import type { WriteOutcome } from "../write-outcome.sql.ts";
import { assertPreconditions, type WritePreconditions } from "./preconditions.ts";
import { requireOwn, requireVisible } from "./visibility.ts";

/** The image after an accepted write. */
export type Written = {
  image: ImageRow;
  /** The fields that the write changed, in the documentation's order. Empty if it changed nothing. */
  changedFields: readonly string[];
  /** An earlier request with the same Idempotency-Key made the write. */
  isReplayed: boolean;
  /** The revision that the write made, if it was removed since: `image` is then the current one. Else null. */
  unkeptRevision: number | null;
};

/** The request, for the rules to judge the outcome of its write by. */
export type WriteRequest = {
  account: string;
  release: Release;
  preconditions: WritePreconditions;
  /** SHA-256 of what the request asks for. Null without an Idempotency-Key. */
  requestHash: string | null;
  /** How many bytes the images of the account may take. */
  maxImageBytes: number;
};

/**
 * Returns the write if it was applied, by this request or an earlier one with its Idempotency-Key, and the caller may see what
 * it did. Undefined if it was not applied.
 *
 * @param isShown whether the answer shows the image
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused; ResourceNotFound
 * when the revision that it made was removed, and the caller may no longer see the current image
 */
export function findApplied(
  outcome: WriteOutcome,
  { account, requestHash }: WriteRequest,
  { isShown = true } = {},
): Written | undefined {
  assertAuthority(outcome);
  const { applied } = outcome;
  if (!applied) return undefined;
  if (applied.requestHash !== requestHash) {
    throw new CloudApiError(
      "IdempotencyKeyReused",
      "this Idempotency-Key was sent before with another request on this image; use a new key for each new request",
    );
  }
  const { image, changedColumns, isReplayed, unkeptRevision } = applied;
  if (isShown && unkeptRevision !== null) requireVisible({ ...image, isShared: false }, account);
  return { image, changedFields: changedColumns?.split(", ").filter(Boolean) ?? [], isReplayed, unkeptRevision };
}

/**
 * Judges the outcome of a write that only the image's owner may make. The statement has decided; this names the reason, from
 * the row that the same transaction read. Pure.
 *
 * @param assertAllowed throws if the operation's own rule is why SQL did not apply the write
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused; ResourceNotFound
 * when the image is hidden or does not exist; NotImageOwner; as `assertAllowed`; as `judgeUnapplied`
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
 * Judges a write that SQL did not apply although the operation's rules allow it: the account's images would be too large, a
 * precondition failed, the account's history is full, or there was nothing to change. In the last case it returns the image as
 * it is.
 *
 * @throws {CloudApiError} QuotaExceeded; PreconditionFailed, PreconditionRequired; RequestThrottled: the account's history has no room for
 * the revision, or for the record of the Idempotency-Key
 * @throws {Error} a bug: SQL refused the write, and no rule here says why
 */
export function judgeUnapplied(
  image: FoundImage,
  { differs, excessBytes, secondsUntilRoom }: WriteOutcome,
  { preconditions, release, requestHash, maxImageBytes }: WriteRequest,
): Written {
  if (excessBytes !== null) {
    throw new CloudApiError(
      "QuotaExceeded",
      `the account's images, deleted ones too, would take ${excessBytes} bytes; they may take ${maxImageBytes}`,
    );
  }
  assertPreconditions(preconditions, { revision: image.revision, release });
  if (secondsUntilRoom !== null && (differs || requestHash !== null)) {
    throw new CloudApiError(
      "RequestThrottled",
      `the history of the account's images is full, and too recent to be removed; try again after ${secondsUntilRoom} seconds`,
      { headers: { "Retry-After": String(secondsUntilRoom) }, reason: "ACCOUNT_HISTORY_BYTES" },
    );
  }
  if (differs) throw new Error(`a write on ${image.uuid} was not applied, and nothing explains it`);
  return { image, changedFields: [], isReplayed: false, unkeptRevision: null };
}
