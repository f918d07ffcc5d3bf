import type { MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { answerNoContent } from "./answer.ts";

const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/;

/** Chooses the client's id if it is 1 to 128 characters of `[A-Za-z0-9._-]`, else a new UUID. */
function chooseRequestId(sent: (string | undefined)[]): string {
  return sent.find((id) => id !== undefined && requestIdShape.test(id)) ?? crypto.randomUUID();
}

/** Starts the clock and chooses the request id, for the headers of every answer. docs/contract.md#headers */
export const beginRequest: MiddlewareHandler<AppEnv> = (c, next) => {
  c.set("startedAt", performance.now());
  c.set("requestId", chooseRequestId([c.req.header("Request-Id"), c.req.header("X-Request-Id")]));
  c.set("meter", { calls: 0, milliseconds: 0 });
  c.set("nearMeter", { calls: 0, milliseconds: 0 });
  c.set("release", readConfiguration(c.env).defaultRelease);
  return next();
};

/** Answers any OPTIONS with 204: a browser sends one before it signs by `x-date` (ours). */
export const answerPreflight: MiddlewareHandler<AppEnv> = async (c, next) =>
  c.req.method === "OPTIONS" ? answerNoContent(c) : await next();
