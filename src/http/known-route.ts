import type { Hono, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { findUndecodablePart } from "../syntax/raw-target.ts";

/**
 * First of all checks: the path decodes, some operation has it, and one has the method. docs/contract.md#paths
 *
 * Asks the router of the finished application: no route is listed twice.
 *
 * @throws {CloudApiError} BadRequest on an escape that cannot be decoded; ResourceNotFound when no operation has the
 * path; MethodNotAllowedError, with `Allow`, when none has the method.
 */
export const checkRoute =
  (app: () => Hono<AppEnv>): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const undecodable = findUndecodablePart(c.req.raw.url);
    if (undecodable !== undefined) {
      throw new CloudApiError("BadRequest", `the path part ${show(undecodable)} has an escape that cannot be decoded`);
    }
    const isOf = isRouteOf(c.req.path);
    if (matchedRoutes(c).some((route) => route.method !== "ALL" && isOf(route.path))) return next();

    const allowed = listAllowedMethods(app(), c.req.path);
    if (allowed.length === 0) throw new CloudApiError("ResourceNotFound", `${show(c.req.path)} does not exist`);
    const allow = allowed.join(", ");
    throw new CloudApiError("MethodNotAllowedError", `${show(c.req.method)} is not allowed here; allowed: ${allow}`, {
      headers: { Allow: allow },
    });
  };

/** No account is named `--…`: such a path is the service's own, and `/:login` does not have it. */
const isRouteOf = (path: string): ((pattern: string) => boolean) =>
  path.startsWith("/--") ? (pattern) => pattern === path : () => true;

/** The methods that some operation has at this path; HEAD wherever GET is. */
function listAllowedMethods(app: Hono<AppEnv>, path: string): string[] {
  const isOf = isRouteOf(path);
  const methods = new Set(app.routes.map((route) => route.method));
  return [...methods]
    .filter((method) => method !== "ALL")
    .filter((method) =>
      app.router.match(method, path)[0].some(([[, route]]) => route.method === method && isOf(route.path)),
    )
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
