import type { Context, MiddlewareHandler } from "hono";
import { name, version } from "../../package.json";
import { type AppEnv, configuration } from "../env.ts";
import { answerHeaders } from "./fixed-headers.ts";

const server = `cloudapi/${version} (${name})`;

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
  const elapsed = String(Math.round(performance.now() - c.get("startedAt")));
  for (const [name, value] of [
    ["Request-Id", c.get("requestId")],
    ["Api-Version", c.get("release")],
    ["Response-Time", elapsed],
  ] as const) {
    headers.set(name, value);
    headers.set(`X-${name}`, value);
  }
  headers.set("Server", server);
  headers.set("Triton-Datacenter-Name", configuration(c.env).datacenterName);
  headers.set("Server-Timing", serverTiming(c));
  headers.set("Date", new Date().toUTCString());
  if (c.res.status === 401) headers.set("WWW-Authenticate", 'Signature realm="cloudapi",headers="date"');
};

/**
 * Where the time went, in ms: `auth` until the caller was known, its trip to D1 included; `db` all trips; `total`.
 * Deployed, the clock moves only across I/O. @see https://www.w3.org/TR/server-timing/
 */
function serverTiming(c: Context<AppEnv>): string {
  const auth: number | undefined = c.get("authMilliseconds");
  const total = performance.now() - c.get("startedAt");
  return `auth;dur=${tenths(auth ?? 0)}, db;dur=${tenths(c.get("meter").milliseconds)}, total;dur=${tenths(total)}`;
}

const tenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/** Any OPTIONS is 204: a browser asks before it signs by `x-date` (ours). */
export const preflight: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: answerHeaders() });
  return await next();
};
