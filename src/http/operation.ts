import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.ts";

/** Names the operation for the log, in the documentation's words. */
export const operation =
  (name: string): MiddlewareHandler<AppEnv> =>
  (c, next) => {
    c.set("operation", name);
    return next();
  };
