import type { Context, MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { answerNoContent } from "./answer.ts";

const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/;

/** Chooses the client's id if it is 1 to 128 characters of `[A-Za-z0-9._-]`, else a new UUID. */
function chooseRequestId(sent: (string | undefined)[]): string {
  return sent.find((id) => id !== undefined && requestIdShape.test(id)) ?? crypto.randomUUID();
}

/** Starts the clock and chooses the request id. Sets the times of every answer, errors too. docs/contract.md#headers */
export const setResponseHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("startedAt", performance.now());
  c.set("requestId", chooseRequestId([c.req.header("Request-Id"), c.req.header("X-Request-Id")]));
  c.set("meter", { calls: 0, milliseconds: 0 });
  c.set("nearMeter", { calls: 0, milliseconds: 0 });
  c.set("release", readConfiguration(c.env).defaultRelease);
  await next();

  const { headers } = c.res;
  const total = performance.now() - c.get("startedAt");
  headers.set("Response-Time", String(Math.round(total)));
  headers.set("X-Response-Time", String(Math.round(total)));
  headers.set("Server-Timing", formatServerTiming(c, total));
};

/**
 * Says where the time went, in ms: `auth` until the caller was known, with its round trip to D1; `db` in all round trips;
 * `total`. Deployed, the clock moves only across I/O. @see https://www.w3.org/TR/server-timing/
 */
function formatServerTiming(c: Context<AppEnv>, total: number): string {
  const auth = c.get("authMilliseconds") ?? 0;
  const database = c.get("meter").milliseconds + c.get("nearMeter").milliseconds;
  return `auth;dur=${toTenths(auth)}, db;dur=${toTenths(database)}, total;dur=${toTenths(total)}`;
}

const toTenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/** Answers any OPTIONS with 204: a browser sends one before it signs by `x-date` (ours). */
export const answerPreflight: MiddlewareHandler<AppEnv> = async (c, next) =>
  c.req.method === "OPTIONS" ? answerNoContent(c) : await next();
