import type { Context } from "hono";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { answerNoContent } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readBodyAlone, readDryRun, readQuery } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { isFormType, readMediaType } from "../syntax/body-parameters.ts";
import type { RequestParameters } from "../syntax/form.ts";
import { answerTags, makeWrittenHeaders } from "./answer-image.ts";
import { answerVisible } from "./get-image.ts";
import { runWrite } from "./image-request.ts";
import { judgeOwn } from "./rules/judge.ts";
import { judgeAddedTags, judgeTagDeletion } from "./rules/operation-judges.ts";
import {
  findMaxTagsBytes,
  formatTags,
  makeAddedTagsSchema,
  makeTagsSchema,
  parseTags,
  requireTag,
} from "./rules/tags.ts";
import { writeTagDeletion, writeTags } from "./tags.sql.ts";
import { writeUpdate } from "./update-image.sql.ts";

/** ListImageTags, for everyone who may see the image. docs/contract.md#tags */
export const listImageTags = handlersOf<"/:login/images/:id/tags">()(named("ListImageTags"), (c) =>
  answerVisible(c, ({ tags }) => formatTags(tags)),
);

/** GetImageTag: the value alone. docs/contract.md#tags */
export const getImageTag = handlersOf<"/:login/images/:id/tags/:tag">()(named("GetImageTag"), (c) =>
  answerVisible(c, ({ tags }) => requireTag(parseTags(tags), c.req.param("tag"))),
);

/**
 * Reads the tags of a request from its body alone: no parameter of the query becomes a tag.
 *
 * @throws {CloudApiError} MissingParameter when the body holds no tags; ValidationFailed when it is JSON that was sent as a form
 */
async function readTags(c: Context<AppEnv>): Promise<RequestParameters> {
  const body = requireSet(c, "body");
  const tags = body.length > 0 ? await readBodyAlone(c) : {};
  const names = Object.keys(tags);
  const contentType = c.req.header("Content-Type") ?? "";
  const isForm = isFormType(contentType);
  // An empty JSON object alone means that the image is to have no tags: no value, and no part, means nothing.
  if (names.length === 0 && (isForm || isBlankOrNull(body))) {
    throw new CloudApiError("MissingParameter", "tags are a required argument: send them as the body, a JSON object");
  }
  if (isForm && names.length === 1 && /^\s*[{[]/.test(names[0] ?? "")) {
    const message = `tags is an object of JSON values; JSON was sent as ${readMediaType(contentType)}: send it with Content-Type: application/json`;
    throw new CloudApiError("ValidationFailed", "invalid image data: tags", {
      errors: [{ field: "tags", code: "Invalid", message }],
    });
  }
  return { tags };
}

/** Whether the text of a body that was read without a mistake is empty or `null`. */
const isBlankOrNull = (body: Uint8Array): boolean => /^(null)?$/.test(new TextDecoder().decode(body).trim());

/** AddImageTags: a sent tag joins the others, or replaces the one with its key. docs/contract.md#tags */
export const addImageTags = handlersOf<"/:login/images/:id/tags">()(
  named("AddImageTags"),
  readDryRun(readQuery, []),
  validate("image", makeAddedTagsSchema, readTags),
  async (c) => {
    const { value: tags, text } = c.req.valid("json").tags;
    const added = { tags, maxTagsBytes: findMaxTagsBytes(readConfiguration(c.env).maxTagsBytes) };
    const { outcome, request } = await runWrite(c, { operation: "AddImageTags", requested: text }, (db, write) =>
      writeTags(db, write, added),
    );
    return answerTags(c, judgeAddedTags(outcome, request, added));
  },
);

/** ReplaceImageTags: the image keeps only the sent tags. docs/contract.md#tags */
export const replaceImageTags = handlersOf<"/:login/images/:id/tags">()(
  named("ReplaceImageTags"),
  readDryRun(readQuery, []),
  validate("image", makeTagsSchema, readTags),
  async (c) => {
    const patch = c.req.valid("json");
    const { outcome, request } = await runWrite(c, { operation: "ReplaceImageTags", requested: patch }, (db, write) =>
      writeUpdate(db, write, patch),
    );
    return answerTags(c, judgeOwn(outcome, request));
  },
);

/** DeleteImageTags: all of them. docs/contract.md#tags */
export const deleteImageTags = handlersOf<"/:login/images/:id/tags">()(
  named("DeleteImageTags"),
  readDryRun(readQuery, []),
  (c) => deleteTags(c, "DeleteImageTags", null),
);

/** DeleteImageTag: one of them. docs/contract.md#tags */
export const deleteImageTag = handlersOf<"/:login/images/:id/tags/:tag">()(
  named("DeleteImageTag"),
  readDryRun(readQuery, []),
  (c) => deleteTags(c, "DeleteImageTag", c.req.param("tag")),
);

/** @param key null for all tags */
async function deleteTags(
  c: Context<AppEnv>,
  operation: "DeleteImageTag" | "DeleteImageTags",
  key: string | null,
): Promise<Response> {
  const { outcome, request } = await runWrite(c, { operation, requested: key }, (db, write) =>
    writeTagDeletion(db, write, key),
  );
  return answerNoContent(c, makeWrittenHeaders(c, judgeTagDeletion(outcome, request, key)));
}
