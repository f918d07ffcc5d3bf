import { assertAuthority } from "../../signature/refusals.ts";
import { CloudApiError } from "../../errors.ts";
import type { Release } from "../../releases.ts";
import type { ImageRow, SeenImage } from "../image-row.sql.ts";
import type { WriteIntent } from "../write-intent.ts";
import type { WriteOutcome } from "../write-outcome.sql.ts";
import { assertWritable } from "./preconditions.ts";
import { requireVisible } from "./visibility.ts";

/** The image as an accepted write left it. */
export type Written = {
  image: ImageRow;
  /** The fields that the write changed, in the documentation's order; empty where it changed nothing. */
  changedFields: readonly string[];
  /** An earlier request with the same Idempotency-Key applied it. */
  isReplayed: boolean;
};

/**
 * Finds the write as it was applied, by whichever attempt; undefined when it was not.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused
 */
export function findApplied(
  outcome: WriteOutcome,
  { requestHash }: Pick<WriteIntent, "requestHash">,
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
  return { image: applied.image, changedFields: applied.changed?.split(", ") ?? [], isReplayed: !applied.isOwn };
}

/** What a write is judged by. */
export type WriteRequest = {
  account: string;
  intent: Pick<WriteIntent, "preconditions" | "requestHash">;
  release: Release;
};

/** The rules of one operation, for an image that it was not applied to: `assertAllowed` refuses what is beyond a bound. */
type Rules = { assertAllowed?: (image: SeenImage) => void; isChange: (image: SeenImage) => boolean };

/**
 * Judges the outcome of a write of one's own image. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused; ResourceNotFound
 * when the image is hidden or does not exist; NotImageOwner; as `assertAllowed`; PreconditionFailed, PreconditionRequired
 */
export function judgeOwn(
  outcome: WriteOutcome,
  { account, intent, release }: WriteRequest,
  { assertAllowed, isChange }: Rules,
): Written {
  const applied = findApplied(outcome, intent);
  if (applied) return applied;
  const image = requireOwn(outcome.image, account);
  assertAllowed?.(image);
  assertWritable(intent.preconditions, { revision: image.revision, release });
  if (isChange(image)) throw makeUnexplained(image);
  return { image, changedFields: [], isReplayed: false };
}

/** The image that a write was not applied to, for its owner. @throws {CloudApiError} ResourceNotFound, NotImageOwner */
export function requireOwn(image: SeenImage | null, account: string): SeenImage {
  const visible = requireVisible(image, account);
  if (visible.owner === account) return visible;
  throw makeNotOwner("only the owner of an image may change or delete it");
}

/** The image is another account's. */
export const makeNotOwner = (message: string): CloudApiError => new CloudApiError("NotImageOwner", message);

/** The rules here and the statement's conditions disagree. */
export const makeUnexplained = ({ uuid }: ImageRow): Error =>
  new Error(`a write on ${uuid} was not applied, and nothing explains it`);
