import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { formatImage } from "./rules/image-json.ts";
import type { Written } from "./rules/judge.ts";
import { formatEntityTag } from "./rules/preconditions.ts";
import { formatTags } from "./rules/tags.ts";

/** Answers with the image as a write made it, and with what it changed. docs/contract.md#image */
export const answerWritten = (c: Context<AppEnv>, written: Written): Promise<Response> =>
  answerJson(c, formatImage(written.image, c.get("release")), { headers: makeWrittenHeaders(c, written) });

/** Answers with a clone. It has no changed fields. docs/contract.md#cloneimage */
export function answerCloned(c: Context<AppEnv>, written: Written): Promise<Response> {
  const release = c.get("release");
  const headers = { ETag: formatEntityTag(written.image.revision, release), ...makeReplayHeaders(written) };
  return answerJson(c, formatImage(written.image, release), { headers });
}

/** Answers with the tags as a write made them. docs/contract.md#tags */
export const answerTags = (c: Context<AppEnv>, written: Written): Promise<Response> =>
  answerJson(c, formatTags(written.image.tags), { headers: makeWrittenHeaders(c, written) });

/** Makes the headers of a write's answer: the new ETag, what changed, and whether it is a replay. Tells the log what changed. */
export function makeWrittenHeaders(c: Context<AppEnv>, written: Written): Record<string, string> {
  const { image, changedFields } = written;
  c.set("changedFields", changedFields);
  return {
    ETag: formatEntityTag(image.revision, c.get("release")),
    "Changed-Fields": changedFields.join(", "),
    ...makeReplayHeaders(written),
  };
}

/**
 * Idempotent-Replayed: an earlier request with the same Idempotency-Key made the write. Revision-Not-Kept: the revision that it made,
 * if that was removed since. docs/contract.md#idempotency
 */
export const makeReplayHeaders = ({ isReplayed, unkeptRevision }: Written): Record<string, string> => ({
  ...(isReplayed && { "Idempotent-Replayed": "true" }),
  ...(unkeptRevision !== null && { "Revision-Not-Kept": String(unkeptRevision) }),
});
