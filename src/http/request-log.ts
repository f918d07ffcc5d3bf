import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { show } from "../errors.ts";
import { toAsciiJson } from "./ascii-json.ts";
import { listCauses } from "./causes.ts";

/**
 * Writes one JSON line a request to the log, for `wrangler tail` and `wrangler dev`. Times in ms. Never field values,
 * headers or bound parameters. docs/operating.md#monitor
 */
export const logRequest: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const refusal = c.get("refusal");
  const caller = c.get("caller");
  const image = c.get("image");
  const meter = c.get("meter");
  const line = {
    requestId: c.get("requestId"),
    method: c.req.method,
    operation: c.get("operation"),
    account: caller?.account,
    actingFor: caller && caller.signer !== caller.account ? caller.signer : undefined,
    image: image && show(image),
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
