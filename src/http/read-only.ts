import type { MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { CloudApiError } from "../errors.ts";

const retryAfterSeconds = 60;

/**
 * Refuses every write while `READ_ONLY` is on, by its method: no body is read, and no database is asked.
 * README.md#configuration
 *
 * @throws {CloudApiError} ServiceUnavailableError with Retry-After
 */
export const refuseWrites: MiddlewareHandler<AppEnv> = (c, next) => {
  if (readConfiguration(c.env).isReadOnly && c.req.method !== "GET" && c.req.method !== "HEAD") {
    throw new CloudApiError(
      "ServiceUnavailableError",
      "the service is read-only for maintenance; nothing was changed",
      {
        headers: { "Retry-After": String(retryAfterSeconds) },
        reason: "read-only",
      },
    );
  }
  return next();
};
