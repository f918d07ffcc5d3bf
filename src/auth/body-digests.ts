import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";
import { md5Base64, sha256Base64 } from "./digest.ts";

/**
 * Compares the body with its Content-MD5, and with its Digest where that is signed.
 *
 * @throws {CloudApiError} BadDigest
 */
export const bodyDigests: MiddlewareHandler<AppEnv> = async (c, next) => {
  const body = c.get("body");
  const contentMd5 = c.req.header("Content-MD5");
  if (contentMd5 && c.req.method === "POST" && contentMd5.trim() !== (await md5Base64(body))) {
    throw new CloudApiError("BadDigest", `Content-MD5 ${shown(contentMd5)} is not the body's`);
  }
  if (c.get("signed").signsDigest) {
    const sent = c.req.header("Digest") ?? "";
    const [, sha256] = /(?:^|,)\s*sha-256=([^,\s]+)/i.exec(sent) ?? [];
    if (sha256 !== (await sha256Base64(body))) {
      throw new CloudApiError("BadDigest", `Digest ${shown(sent)} does not hold the body's SHA-256`);
    }
  }
  await next();
};
