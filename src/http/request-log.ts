import { tracing } from "cloudflare:workers";
import type { MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
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

/** Names the request's own span after its operation. @returns the id of the trace; undefined if Cloudflare traces no such request */
function nameSpan(operation: string | undefined): string | undefined {
  const span = tracing.getActiveSpan();
  if (!span?.isTraced) return undefined;
  if (operation) span.updateName(operation);
  return span.spanContext().traceId;
}

/** Writes one JSON line a request to the log. Times in ms. Never field values, headers or bound parameters, but the names in the keyId. docs/operating.md#monitor */
export const logRequest: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { status } = c.res;
  const refusal = c.get("refusal");
  const claimed = c.get("claimed");
  const caller = c.get("caller");
  const imageId = c.get("imageId");
  const meter = c.get("meter");
  const nearMeter = c.get("nearMeter");
  const line = {
    time: new Date().toISOString(),
    level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
    requestId: c.get("requestId"),
    traceId: nameSpan(c.get("operation")),
    version: c.env.VERSION?.id,
    method: c.req.method,
    route: c.get("route"),
    operation: c.get("operation"),
    login: claimed && show(claimed.keyIdLogin),
    key: caller?.fingerprintSha256 ?? (claimed && show(claimed.keyIdKey)),
    address: readConfiguration(c.env).logsAddress ? c.req.header("CF-Connecting-IP") : undefined,
    account: caller?.account,
    actingFor: caller && caller.signer !== caller.account ? caller.signer : undefined,
    image: imageId && show(imageId),
    release: c.get("release"),
    status,
    code: refusal?.code,
    reason: refusal?.reason,
    rateLimit: c.env.ACCOUNT_LIMITER ? undefined : "off",
    changed: c.get("changedFields"),
    d1Calls: meter.calls,
    d1Ms: Math.round(meter.milliseconds),
    ...(nearMeter.calls && { nearCalls: nearMeter.calls, nearMs: Math.round(nearMeter.milliseconds) }),
    nearFailure: c.get("nearFailure"),
    totalMs: Math.round(performance.now() - c.get("startedAt")),
    cause: status >= 500 ? listCauses(refusal?.cause) : undefined,
  };
  console.log(toAsciiJson(line));
};
