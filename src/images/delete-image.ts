import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { answerNoContent } from "../http/answer.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import type { Release } from "../releases.ts";
import { makeReplayedHeader } from "./answer-image.ts";
import { type DeletionOutcome, deleteImage as writeDeletion } from "./delete-image.sql.ts";
import { findApplied, makeUnexplained, requireOwn, type Written } from "./rules/judge-write.ts";
import { assertWritable } from "./rules/preconditions.ts";
import { readWriteIntent, type WriteIntent } from "./write-intent.ts";

/** DeleteImage: the image is destroyed, and 404 from then on. docs/contract.md#deleteimage */
export const deleteImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(
  named("DeleteImage"),
  readDryRun(readQuery),
  async (c) => {
    const intent = await readWriteIntent(c, "DeleteImage");
    const { maxImages } = readConfiguration(c.env);
    const outcome = await asCaller(c, async (db, caller) => writeDeletion(db, await intent.by(caller), maxImages));
    const { account } = requireSet(c, "caller");
    const written = judgeDeletion(outcome, { account, intent, release: c.get("release") });
    return answerNoContent(makeReplayedHeader(written));
  },
);

type DeletionRequest = {
  account: string;
  intent: Pick<WriteIntent, "preconditions" | "requestHash">;
  release: Release;
};

/**
 * Judges the outcome of a deletion. Pure.
 *
 * @throws {CloudApiError} as `judgeUpdate`; ImageHasDependentImages, which names only what the account can see
 */
export function judgeDeletion(outcome: DeletionOutcome, { account, intent, release }: DeletionRequest): Written {
  const applied = findApplied(outcome, intent);
  if (applied) return applied;
  const image = requireOwn(outcome.image, account);
  if (outcome.hasDependents) {
    const named = outcome.visibleDependents.length > 0 ? `: ${outcome.visibleDependents.join(", ")}` : "";
    throw new CloudApiError("ImageHasDependentImages", `other images have this one as their origin${named}`);
  }
  assertWritable(intent.preconditions, { revision: image.revision, release });
  throw makeUnexplained(image);
}
