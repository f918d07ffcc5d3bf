import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { updatableFields } from "../db/schema.ts";
import { type ImagePatch, updateImage as writeUpdate } from "../db/update-image.ts";
import type { WriteOutcome } from "../db/write-outcome.ts";
import { named } from "../http/named-operation.ts";
import { validate } from "../http/validate.ts";
import type { Release } from "../releases.ts";
import { answerWritten } from "./answer-image.ts";
import { findUpdateImageSchema } from "./image-fields.ts";
import { findApplied, makeUnexplained, requireOwn, type Written } from "./judge-write.ts";
import { assertWritable } from "./preconditions.ts";
import { readWriteIntent, type WriteIntent } from "./write-intent.ts";

/** UpdateImage: replaces the fields that were sent, all or none. docs/contract.md#fields */
export const updateImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(
  named("UpdateImage"),
  validate("image", findUpdateImageSchema),
  async (c) => {
    const patch = c.req.valid("query");
    const intent = await readWriteIntent(c, "UpdateImage", patch);
    const outcome = await asCaller(c, async (db, caller) => writeUpdate(db, await intent.by(caller), patch));
    const { account } = requireSet(c, "caller");
    const written = judgeUpdate(outcome, { account, intent, patch, release: c.get("release") });
    c.set("changedFields", written.changedFields);
    return answerWritten(c, written, { "Changed-Fields": written.changedFields.join(", ") });
  },
);

type UpdateRequest = {
  account: string;
  intent: Pick<WriteIntent, "preconditions" | "requestHash">;
  patch: ImagePatch;
  release: Release;
};

/**
 * Judges the outcome of an update. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; IdempotencyKeyReused; ResourceNotFound
 * when the image is hidden or does not exist; NotImageOwner; PreconditionFailed, PreconditionRequired
 */
export function judgeUpdate(outcome: WriteOutcome, { account, intent, patch, release }: UpdateRequest): Written {
  const applied = findApplied(outcome, intent);
  if (applied) return applied;
  const image = requireOwn(outcome.image, account);
  assertWritable(intent.preconditions, { revision: image.revision, release });
  if (isChange(image, patch)) throw makeUnexplained(image);
  return { image, changedFields: [], isReplayed: false };
}

/** Whether the update changes the image. The statement compares the same way: by the stored text. */
const isChange = (image: ImagePatch, patch: ImagePatch): boolean =>
  updatableFields.some((field) => patch[field] !== undefined && patch[field] !== image[field]);
