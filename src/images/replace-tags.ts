import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { answerTags } from "./answer-image.ts";
import { makeTagsSchema } from "./rules/tags-field.ts";
import { readTags } from "./tags-request.ts";
import { updateImage as writeUpdate } from "./update-image.sql.ts";
import { judgeUpdate } from "./update-image.ts";
import { readWriteIntent } from "./write-intent.ts";

/** ReplaceImageTags: the tags that are sent are all. docs/contract.md#tags */
export const replaceImageTags = createFactory<AppEnv, "/:login/images/:id/tags">().createHandlers(
  named("ReplaceImageTags"),
  readDryRun(readQuery),
  validate("image", makeTagsSchema, readTags),
  async (c) => {
    const patch = c.req.valid("query");
    const intent = await readWriteIntent(c, "ReplaceImageTags", patch);
    const outcome = await asCaller(c, async (db, caller) => writeUpdate(db, await intent.by(caller), patch));
    const { account } = requireSet(c, "caller");
    return answerTags(c, judgeUpdate(outcome, { account, intent, release: c.get("release") }, patch));
  },
);
