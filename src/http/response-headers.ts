import type { MiddlewareHandler } from "hono";
import { name, version } from "../../package.json";
import { type AppEnv, configuration, type Variables } from "../env.ts";

const server = `cloudapi/${version} (${name})`;

/** The headers that are the same on every answer. CONTRACT §3. */
const fixedHeaders: Readonly<Record<string, string>> = {
  Server: server,
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE, OPTIONS",
  "Access-Control-Allow-Headers":
    "Authorization, X-Date, Accept-Version, Api-Version, X-Api-Version, Content-Type, Content-MD5, Request-Id, X-Request-Id, If-Match, If-None-Match, Idempotency-Key",
  "Access-Control-Expose-Headers":
    "Api-Version, X-Api-Version, Request-Id, X-Request-Id, Response-Time, X-Response-Time, Content-MD5, Date, Server, Triton-Datacenter-Name, Location, Allow, Retry-After, WWW-Authenticate, ETag, Changed-Fields, Idempotent-Replayed, Server-Timing",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "private, no-cache, no-transform",
};

const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/;

/** The client's own id when it is 1 to 128 characters of `[A-Za-z0-9._-]`, else a new UUID. */
function requestIdFrom(sent: (string | undefined)[]): string {
  return sent.find((id) => id !== undefined && requestIdShape.test(id)) ?? crypto.randomUUID();
}

/** Clock and request id on the way in; on the way out the headers of CONTRACT §3, on errors too. */
export const responseHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("startedAt", performance.now());
  c.set("requestId", requestIdFrom([c.req.header("Request-Id"), c.req.header("X-Request-Id")]));
  c.set("meter", { calls: 0, milliseconds: 0 });
  c.set("release", configuration(c.env).defaultRelease);
  await next();

  const { headers } = c.res;
  const elapsed = String(Math.round(performance.now() - c.var.startedAt));
  for (const [header, value] of Object.entries(fixedHeaders)) headers.set(header, value);
  for (const prefix of ["", "X-"]) {
    headers.set(`${prefix}Request-Id`, c.var.requestId);
    headers.set(`${prefix}Api-Version`, c.var.release);
    headers.set(`${prefix}Response-Time`, elapsed);
  }
  headers.set("Triton-Datacenter-Name", configuration(c.env).datacenterName);
  headers.set("Server-Timing", serverTiming(c.var));
  headers.set("Date", new Date().toUTCString());
  if (c.res.status === 401) headers.set("WWW-Authenticate", 'Signature realm="cloudapi",headers="date"');
};

/**
 * Where the time went, in ms: `auth` until the caller was known, its trip to D1 included; `db` all trips; `total`.
 * Deployed, the clock moves only across I/O. @see https://www.w3.org/TR/server-timing/
 */
function serverTiming({
  authMilliseconds,
  meter,
  startedAt,
}: Pick<Variables, "meter" | "startedAt"> & Partial<Variables>): string {
  const times = { auth: authMilliseconds ?? 0, db: meter.milliseconds, total: performance.now() - startedAt };
  return Object.entries(times)
    .map(([name, milliseconds]) => `${name};dur=${Number(milliseconds.toFixed(1))}`)
    .join(", ");
}

/** Any OPTIONS is 204: a browser asks before it signs by `x-date` (ours). */
export const preflight: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204 });
  return await next();
};
