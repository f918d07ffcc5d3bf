import type { MiddlewareHandler } from "hono";
import type { HonoBase } from "hono/hono-base";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { findUndecodablePart } from "../syntax/raw-target.ts";
import { makeAnswerHeaders } from "./answer.ts";

/** Whether a Host names one host. With any other the URL is another than the client's. RFC 9112 §3.2 */
const isHost = (host: string): boolean => /^[\w.:[\]~-]+$/.test(host) && URL.canParse(`http://${host}`);

/**
 * Checks that Host names a host, that the path decodes, and that an operation has the path and the method. The first of all checks. Asks the router
 * of the finished application, so that no route is listed twice. docs/contract.md#paths
 *
 * @throws {CloudApiError} BadRequest on a bad Host, or an escape that cannot be decoded; ResourceNotFound when no operation has the
 * path; MethodNotAllowedError, with `Allow`, when none has the method.
 */
export const checkRoute =
  (app: () => HonoBase<AppEnv>): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const host = c.req.header("Host");
    if (host !== undefined && !isHost(host))
      throw new CloudApiError("BadRequest", `Host is no host name: ${show(host)}`);
    const undecodable = findUndecodablePart(c.req.raw.url);
    if (undecodable !== undefined) {
      throw new CloudApiError("BadRequest", `the path part ${show(undecodable)} has an escape that cannot be decoded`);
    }
    const isOf = isRouteOf(c.req.path);
    const route = matchedRoutes(c).find(({ method, path }) => method !== "ALL" && isOf(path));
    if (route) {
      c.set("route", route.path);
      return next();
    }

    const allowed = listAllowedMethods(app(), c.req.path);
    if (allowed.length === 0) throw new CloudApiError("ResourceNotFound", `${show(c.req.path)} does not exist`);
    const allow = allowed.join(", ");
    throw new CloudApiError("MethodNotAllowedError", `${show(c.req.method)} is not allowed here; allowed: ${allow}`, {
      headers: { Allow: allow },
    });
  };

const welcomePage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>cloudapi-edge</title>
<h1>cloudapi-edge</h1><p>Triton CloudAPI's image endpoints. <a href="/--docs/">Documentation</a> · <a href="/--console/">Console</a></p></html>
`;

/** Leads a browser at `/` to the pages. For every other client `/` is no path. */
export const welcomeBrowser: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isBrowser = c.req.method === "GET" && c.req.path === "/" && c.req.header("Accept")?.includes("text/html");
  if (!isBrowser) return await next();
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" };
  return new Response(welcomePage, { headers: makeAnswerHeaders(c, headers) });
};

/** Paths that start with /-- are the service's own; /:login must not match them. */
const isRouteOf = (path: string): ((pattern: string) => boolean) =>
  path.startsWith("/--") ? (pattern) => pattern === path : () => true;

/** Lists the methods that operations have at this path. HEAD comes with GET. */
function listAllowedMethods(app: HonoBase<AppEnv>, path: string): string[] {
  const isOf = isRouteOf(path);
  const methods = new Set(app.routes.map((route) => route.method));
  return [...methods]
    .filter((method) => method !== "ALL")
    .filter((method) =>
      app.router.match(method, path)[0].some(([[, route]]) => route.method === method && isOf(route.path)),
    )
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
