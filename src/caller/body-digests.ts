import type { MiddlewareHandler } from "hono";
import { type AppEnv, requireSet } from "../context.ts";
import { computeMd5, computeSha256 } from "../digest.ts";
import { CloudApiError, show } from "../errors.ts";
import { hasBody } from "../http/has-body.ts";

/**
 * Compares the body with its Content-MD5, and with its Digest where that is signed.
 *
 * @throws {CloudApiError} BadDigest
 */
export const checkBodyDigests: MiddlewareHandler<AppEnv> = async (c, next) => {
  const body = requireSet(c, "body");
  const contentMd5 = c.req.header("Content-MD5");
  if (contentMd5 && hasBody(c.req.method) && contentMd5.trim() !== (await computeMd5(body))) {
    throw new CloudApiError("BadDigest", `Content-MD5 ${show(contentMd5)} is not the body's`);
  }
  if (requireSet(c, "signed").signsDigest) {
    const sent = c.req.header("Digest") ?? "";
    const [, sha256] = /(?:^|,)\s*sha-256=([^,\s]+)/i.exec(sent) ?? [];
    if (sha256 !== (await computeSha256(body))) {
      throw new CloudApiError("BadDigest", `Digest ${show(sent)} does not hold the body's SHA-256`);
    }
  }
  await next();
};
