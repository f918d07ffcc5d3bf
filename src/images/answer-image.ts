import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { renderImage } from "./image-json.ts";
import type { Written } from "./judge-write.ts";
import { formatEntityTag } from "./preconditions.ts";

/** Answers with the image as a write left it. docs/contract.md#image */
export function answerWritten(
  c: Context<AppEnv>,
  written: Written,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { image } = written;
  const release = c.get("release");
  const headers = { ETag: formatEntityTag(image.revision, release), ...makeReplayedHeader(written), ...more };
  return answerJson(c, renderImage(image, release), { headers });
}

/** Marks the answer of an earlier request with the same Idempotency-Key. docs/contract.md#idempotency */
export const makeReplayedHeader = ({ isReplayed }: Written): Record<string, string> =>
  isReplayed ? { "Idempotent-Replayed": "true" } : {};
