import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { parsePreconditions } from "./rules/preconditions.ts";

/**
 * Reads the image of the path and the preconditions on it. A malformed id matches no row, so it is not validated.
 *
 * @throws {CloudApiError} InvalidHeader: If-Match or If-None-Match is malformed
 */
export const readImagePath: MiddlewareHandler<AppEnv, "/:login/images/:id"> = (c, next) => {
  c.set("image", c.req.param("id"));
  const sent = { ifMatch: c.req.header("If-Match"), ifNoneMatch: c.req.header("If-None-Match") };
  c.set("preconditions", parsePreconditions(sent, c.get("release")));
  return next();
};
