import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { show } from "../errors.ts";
import { toAsciiJson } from "../text.ts";

const maxCauses = 5;

/** An error and the causes behind it, outermost first, for the log. */
export function listCauses(error: unknown): string {
  const causes: string[] = [];
  for (let at = error; at !== undefined && causes.length < maxCauses; ) {
    if (!(at instanceof Error)) return [...causes, typeof at].join(" < ");
    causes.push(`${at.name}: ${at.message}`);
    at = at.cause;
  }
  return causes.join(" < ");
}

/** Writes one JSON line a request to the log. Times in ms. Never field values, headers or bound parameters. docs/operating.md#monitor */
export const logRequest: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const refusal = c.get("refusal");
  const caller = c.get("caller");
  const imageId = c.get("imageId");
  const meter = c.get("meter");
  const line = {
    requestId: c.get("requestId"),
    method: c.req.method,
    operation: c.get("operation"),
    account: caller?.account,
    actingFor: caller && caller.signer !== caller.account ? caller.signer : undefined,
    image: imageId && show(imageId),
    release: c.get("release"),
    status: c.res.status,
    code: refusal?.code,
    reason: refusal?.reason,
    rateLimit: c.env.ACCOUNT_LIMITER ? undefined : "off",
    changed: c.get("changedFields"),
    d1Calls: meter.calls,
    d1Ms: Math.round(meter.milliseconds),
    totalMs: Math.round(performance.now() - c.get("startedAt")),
    cause: c.res.status >= 500 ? listCauses(refusal?.cause) : undefined,
  };
  console.log(toAsciiJson(line));
};
