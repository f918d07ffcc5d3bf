import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { updatableFields } from "../db/schema.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { readParameters } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { answerWritten } from "./answer-image.ts";
import { findUpdateImageSchema } from "./rules/image-fields.ts";
import { judgeOwn, type WriteRequest, type Written } from "./rules/judge-write.ts";
import { type ImagePatch, updateImage as writeUpdate } from "./update-image.sql.ts";
import { readWriteIntent } from "./write-intent.ts";
import type { WriteOutcome } from "./write-outcome.sql.ts";

/** UpdateImage: replaces the fields that were sent, all or none. docs/contract.md#fields */
export const updateImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(
  named("UpdateImage"),
  readDryRun(readParameters),
  validate("image", findUpdateImageSchema),
  async (c) => {
    const patch = c.req.valid("query");
    const intent = await readWriteIntent(c, "UpdateImage", patch);
    const outcome = await asCaller(c, async (db, caller) => writeUpdate(db, await intent.by(caller), patch));
    const { account } = requireSet(c, "caller");
    return answerWritten(c, judgeUpdate(outcome, { account, intent, release: c.get("release") }, patch));
  },
);

/** Judges the outcome of an update. Pure. @throws {CloudApiError} as `judgeOwn` */
export const judgeUpdate = (outcome: WriteOutcome, request: WriteRequest, patch: ImagePatch): Written =>
  judgeOwn(outcome, request, { isChange: (image) => isChange(image, patch) });

/** Whether the update changes the image. The statement compares the same way: by the stored text. */
const isChange = (image: ImagePatch, patch: ImagePatch): boolean =>
  updatableFields.some((field) => patch[field] !== undefined && patch[field] !== image[field]);
