import type { Hono, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";
import { undecodablePart } from "./raw-target.ts";

/**
 * First of all checks: the path decodes, some operation has it, and one has the method.
 *
 * `app` is the finished application, whose own router is asked; nothing is listed twice.
 *
 * @throws {CloudApiError} BadRequest on an escape that cannot be decoded; ResourceNotFound when no operation has the
 * path; MethodNotAllowedError, with `Allow`, when none has the method.
 */
export const knownRoute =
  (app: () => Hono<AppEnv>): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const undecodable = undecodablePart(c.req.raw.url);
    if (undecodable !== undefined) {
      throw new CloudApiError("BadRequest", `the path part ${shown(undecodable)} has an escape that cannot be decoded`);
    }
    if (matchedRoutes(c).some((route) => route.method !== "ALL")) return next();

    const allowed = allowedMethods(app(), c.req.path);
    if (allowed.length === 0) throw new CloudApiError("ResourceNotFound", `${shown(c.req.path)} does not exist`);
    const allow = allowed.join(", ");
    throw new CloudApiError("MethodNotAllowedError", `${shown(c.req.method)} is not allowed here; allowed: ${allow}`, {
      headers: { Allow: allow },
    });
  };

/** The methods that some operation has at this path; HEAD wherever GET is. */
function allowedMethods(app: Hono<AppEnv>, path: string): string[] {
  const methods = new Set(app.routes.map((route) => route.method));
  return [...methods]
    .filter((method) => method !== "ALL")
    .filter((method) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method))
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
