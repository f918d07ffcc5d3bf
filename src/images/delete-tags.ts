import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerNoContent } from "../http/answer.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { makeWrittenHeaders } from "./answer-image.ts";
import { deleteImageTags as writeDeletion } from "./delete-tags.sql.ts";
import { judgeOwn, type WriteRequest, type Written } from "./rules/judge-write.ts";
import { parseTags, requireTag } from "./rules/tags.ts";
import { readWriteIntent } from "./write-intent.ts";
import type { WriteOutcome } from "./write-outcome.sql.ts";

/** DeleteImageTags: all of them. docs/contract.md#tags */
export const deleteImageTags = createFactory<AppEnv, "/:login/images/:id/tags">().createHandlers(
  named("DeleteImageTags"),
  readDryRun(readQuery),
  (c) => deleteTags(c, "DeleteImageTags", null),
);

/** DeleteImageTag: one of them. docs/contract.md#tags */
export const deleteImageTag = createFactory<AppEnv, "/:login/images/:id/tags/:tag">().createHandlers(
  named("DeleteImageTag"),
  readDryRun(readQuery),
  (c) => deleteTags(c, "DeleteImageTag", c.req.param("tag")),
);

/** @param key null for all */
async function deleteTags(
  c: Context<AppEnv>,
  operation: "DeleteImageTag" | "DeleteImageTags",
  key: string | null,
): Promise<Response> {
  const intent = await readWriteIntent(c, operation, key);
  const outcome = await asCaller(c, async (db, caller) => writeDeletion(db, await intent.by(caller), key));
  const { account } = requireSet(c, "caller");
  const written = judgeDeletion(outcome, { account, intent, release: c.get("release") }, key);
  return answerNoContent(makeWrittenHeaders(c, written));
}

/**
 * Judges the outcome of a DeleteImageTag, or of a DeleteImageTags where `key` is null. Pure.
 *
 * @throws {CloudApiError} as `judgeOwn`; ResourceNotFound when the image has no such tag
 */
export const judgeDeletion = (outcome: WriteOutcome, request: WriteRequest, key: string | null): Written =>
  judgeOwn(outcome, request, {
    assertAllowed: ({ tags }) => {
      if (key !== null) requireTag(parseTags(tags), key);
    },
    isChange: ({ tags }) => key !== null || Object.keys(parseTags(tags)).length > 0,
  });
