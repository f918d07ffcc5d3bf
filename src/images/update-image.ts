import type { Context } from "hono";
import { checkLimits } from "../caller/scope.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readDryRun, readParameters } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { assertCovered, type ScopeWord } from "../scope.ts";
import { answerWritten } from "./answer-image.ts";
import { runWrite } from "./image-request.ts";
import { findUpdateImageSchema } from "./rules/fields.ts";
import { judgeOwn } from "./rules/judge.ts";
import { writeUpdate } from "./update-image.sql.ts";

/** The word that a field needs, if it is another than `images:update`. */
const fieldWords: Readonly<Record<string, ScopeWord>> = { acl: "images:share", tags: "images:tag" };

/** Checks that the key may write all of these fields of the image. @throws {CloudApiError} NotAuthorized */
const checkScopeOfFields = (c: Context<AppEnv>, fields: readonly string[]): Promise<void> =>
  checkLimits(c, (limits) => {
    for (const field of fields) {
      assertCovered(limits, [`${fieldWords[field] ?? "images:update"}@path`], requireSet(c, "imageId"));
    }
  });

/** UpdateImage: replaces the fields that were sent, all or none. docs/contract.md#fields */
export const updateImage = handlersOf<"/:login/images/:id">()(
  named("UpdateImage"),
  readDryRun(readParameters),
  validate("image", findUpdateImageSchema),
  async (c) => {
    const patch = c.req.valid("json");
    await checkScopeOfFields(c, Object.keys(patch));
    const { outcome, request } = await runWrite(c, { operation: "UpdateImage", requested: patch }, (db, write) =>
      writeUpdate(db, write, patch),
    );
    return answerWritten(c, judgeOwn(outcome, request));
  },
);
