import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { Operation } from "../operations.ts";

/** Names the operation that a chain runs; the log line shows it. */
export const named =
  (operation: Operation): MiddlewareHandler<AppEnv> =>
  (c, next) => {
    c.set("operation", operation);
    return next();
  };
