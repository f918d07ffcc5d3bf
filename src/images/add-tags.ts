import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { type AddedTags, maxInexactTags, addImageTags as writeTags } from "./add-tags.sql.ts";
import { answerTags } from "./answer-image.ts";
import { judgeOwn, type WriteRequest, type Written } from "./rules/judge-write.ts";
import { parseTags } from "./rules/tags.ts";
import { countBytes, describeTooLarge, findMaxTagsBytes, makeAddedTagsSchema } from "./rules/tags-field.ts";
import { readTags } from "./tags-request.ts";
import { readWriteIntent } from "./write-intent.ts";
import type { WriteOutcome } from "./write-outcome.sql.ts";

/** AddImageTags: the tags that are sent replace those of the same key, or join them. docs/contract.md#tags */
export const addImageTags = createFactory<AppEnv, "/:login/images/:id/tags">().createHandlers(
  named("AddImageTags"),
  readDryRun(readQuery),
  validate("image", makeAddedTagsSchema, readTags),
  async (c) => {
    const { value: tags, text } = c.req.valid("query").tags;
    const added = { tags, maxTagsBytes: findMaxTagsBytes(readConfiguration(c.env).maxTagsBytes) };
    const intent = await readWriteIntent(c, "AddImageTags", text);
    const outcome = await asCaller(c, async (db, caller) => writeTags(db, await intent.by(caller), added));
    const { account } = requireSet(c, "caller");
    return answerTags(c, judgeAddition(outcome, { account, intent, release: c.get("release") }, added));
  },
);

/**
 * Judges the outcome of an AddImageTags. Pure.
 *
 * @throws {CloudApiError} as `judgeOwn`; ValidationFailed when all tags would be too large, or too many are inexact numbers
 */
export function judgeAddition(
  outcome: WriteOutcome,
  request: WriteRequest,
  { tags, maxTagsBytes }: AddedTags,
): Written {
  const sent = Object.entries(tags);
  return judgeOwn(outcome, request, {
    assertAllowed: (image) => {
      const stored = parseTags(image.tags);
      if (sent.length === 0) return;
      assertFewInexact(stored);
      const bytes = countBytes(JSON.stringify({ ...stored, ...tags }));
      if (bytes <= Math.max(maxTagsBytes, countBytes(image.tags ?? ""))) return;
      throw makeInvalid(describeTooLarge(maxTagsBytes, bytes, "would be stored"));
    },
    isChange: (image) => {
      const stored = parseTags(image.tags);
      return sent.some(
        ([key, value]) => !Object.hasOwn(stored, key) || JSON.stringify(stored[key]) !== JSON.stringify(value),
      );
    },
  });
}

function assertFewInexact(stored: Readonly<Record<string, unknown>>): void {
  const inexact = Object.values(stored).filter((value) => typeof value === "number" && !Number.isSafeInteger(value));
  if (inexact.length <= maxInexactTags) return;
  throw makeInvalid(
    `${inexact.length} tags of the image are fractions or integers beyond 2^53, and no tag is added to more than ${maxInexactTags} of those; replace all tags with PUT`,
  );
}

const makeInvalid = (message: string): CloudApiError =>
  new CloudApiError("ValidationFailed", "invalid image data: tags", {
    errors: [{ field: "tags", code: "Invalid", message }],
  });
