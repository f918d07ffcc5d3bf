import { createFactory } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { named } from "../http/operation.ts";
import { readDryRun, readParameters } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { answerWritten } from "./answer-image.ts";
import { runWrite } from "./image-request.ts";
import { findUpdateImageSchema } from "./rules/fields.ts";
import { judgeOwn } from "./rules/judge.ts";
import { writeUpdate } from "./update-image.sql.ts";

/** UpdateImage: replaces the fields that were sent, all or none. docs/contract.md#fields */
export const updateImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(
  named("UpdateImage"),
  readDryRun(readParameters),
  validate("image", findUpdateImageSchema),
  async (c) => {
    const patch = c.req.valid("json");
    const { outcome, request } = await runWrite(c, { operation: "UpdateImage", requested: patch }, (db, write) =>
      writeUpdate(db, write, patch),
    );
    return answerWritten(c, judgeOwn(outcome, request));
  },
);
