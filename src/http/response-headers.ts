import type { Context, MiddlewareHandler } from "hono";
import { version } from "../../package.json";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { makeAnswerHeaders } from "./answer.ts";
import { formatNames } from "./parameters.ts";

/** Ends with the version: one of triton's test suites parses it. */
const server = `cloudapi/${version}`;

const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/;

/** Chooses the client's id if it is 1 to 128 characters of `[A-Za-z0-9._-]`, else a new UUID. */
function chooseRequestId(sent: (string | undefined)[]): string {
  return sent.find((id) => id !== undefined && requestIdShape.test(id)) ?? crypto.randomUUID();
}

/** Starts the clock and chooses the request id. Sets the headers of every answer, errors too. docs/contract.md#headers */
export const setResponseHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("startedAt", performance.now());
  c.set("requestId", chooseRequestId([c.req.header("Request-Id"), c.req.header("X-Request-Id")]));
  c.set("meter", { calls: 0, milliseconds: 0 });
  c.set("nearMeter", { calls: 0, milliseconds: 0 });
  c.set("release", readConfiguration(c.env).defaultRelease);
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
  headers.set("Triton-Datacenter-Name", readConfiguration(c.env).datacenterName);
  headers.set("Server-Timing", formatServerTiming(c));
  headers.set("Date", new Date().toUTCString());
  if (c.get("isDryRun")) headers.set("Dry-Run", "true");
  const ignored = c.get("ignoredParameters");
  if (ignored) headers.set("Ignored-Parameters", formatNames(ignored));
  if (c.res.status === 401) headers.set("WWW-Authenticate", 'Signature realm="cloudapi",headers="date"');
};

/**
 * Says where the time went, in ms: `auth` until the caller was known, with its round trip to D1; `db` in all round trips;
 * `total`. Deployed, the clock moves only across I/O. @see https://www.w3.org/TR/server-timing/
 */
function formatServerTiming(c: Context<AppEnv>): string {
  const auth = c.get("authMilliseconds") ?? 0;
  const total = performance.now() - c.get("startedAt");
  const database = c.get("meter").milliseconds + c.get("nearMeter").milliseconds;
  return `auth;dur=${toTenths(auth)}, db;dur=${toTenths(database)}, total;dur=${toTenths(total)}`;
}

const toTenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/** Answers any OPTIONS with 204: a browser sends one before it signs by `x-date` (ours). */
export const answerPreflight: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: makeAnswerHeaders() });
  return await next();
};
