import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { readWhatWasRead } from "../http/parameters.ts";
import type { Release } from "../releases.ts";
import { answerCloned } from "./answer-image.ts";
import { type CloneOutcome, cloneImage as writeClone } from "./clone-image.sql.ts";
import { findApplied, makeUnexplained, type Written } from "./rules/judge-write.ts";
import { assertWritable } from "./rules/preconditions.ts";
import { isActivated, requireVisible } from "./rules/visibility.ts";
import { readWriteIntent, type WriteIntent } from "./write-intent.ts";

/** CloneImage: a private copy of an image that is shared by acl; its origin stays (ours: there are no files here). docs/contract.md#cloneimage */
export const cloneImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(
  named("CloneImage"),
  readDryRun(readWhatWasRead),
  async (c) => {
    const intent = await readWriteIntent(c, "CloneImage");
    const { maxImages } = readConfiguration(c.env);
    const outcome = await asCaller(c, async (db, caller) => writeClone(db, await intent.by(caller), maxImages));
    const { account } = requireSet(c, "caller");
    return answerCloned(c, judgeClone(outcome, { account, intent, release: c.get("release"), maxImages }));
  },
);

type CloneRequest = {
  account: string;
  intent: Pick<WriteIntent, "preconditions" | "requestHash">;
  release: Release;
  maxImages: number;
};

/**
 * Judges the outcome of a clone. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials, IdempotencyKeyReused, ResourceNotFound, PreconditionFailed as `judgeUpdate`;
 * ImageNotShared when the image is not shared with the account by acl, or not activated; ValidationFailed when it is a
 * docker image; QuotaExceeded when the account owns as many images as it may
 */
export function judgeClone(outcome: CloneOutcome, { account, intent, release, maxImages }: CloneRequest): Written {
  const applied = findApplied(outcome, intent);
  if (applied) return applied;
  const image = requireVisible(outcome.image, account);
  if (image.owner === account || !image.isShared || !isActivated(image)) {
    throw new CloudApiError("ImageNotShared", "only an activated image that is shared with you by acl can be cloned");
  }
  if (image.type === "docker") {
    const message = "docker images cannot be cloned";
    const errors = [{ field: "type", code: "Invalid" as const, message }];
    throw new CloudApiError("ValidationFailed", "invalid image data: type", { errors });
  }
  if (outcome.isFull) {
    throw new CloudApiError(
      "QuotaExceeded",
      `the account owns ${maxImages} images, the most that it may own; delete one first`,
    );
  }
  assertWritable(intent.preconditions, { revision: image.revision, release });
  throw makeUnexplained(image);
}
