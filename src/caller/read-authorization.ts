import type { MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { readSignedRequest } from "../signature/signed-request.ts";
import { readTarget } from "../syntax/raw-target.ts";

/**
 * Reads the Authorization header: its syntax, what it covers and when it was made. No I/O.
 *
 * @throws {CloudApiError} InvalidCredentials, InvalidHeader
 */
export const readAuthorization: MiddlewareHandler<AppEnv> = (c, next) => {
  const { method, url, headers } = c.req.raw;
  const signed = readSignedRequest({
    authorization: headers.get("Authorization") ?? undefined,
    request: { method, target: readTarget(url), headers },
    now: Date.now(),
    isRequestTargetRequired: readConfiguration(c.env).isRequestTargetRequired,
  });
  c.set("signed", signed);
  return next();
};
