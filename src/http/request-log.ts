import type { MiddlewareHandler } from "hono";
import type { AppEnv, Variables } from "../env.ts";
import { shown } from "../errors.ts";

/**
 * One JSON line a request on the log, for `wrangler tail` and `wrangler dev`. Times in ms.
 * Never field values, headers or bound parameters.
 */
export const requestLog: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  // A refusal early on leaves the later ones unset.
  const refusal: Variables["refusal"] | undefined = c.get("refusal");
  const caller: Variables["caller"] | undefined = c.get("caller");
  const image: string | undefined = c.get("image");
  const meter = c.get("meter");
  const line = {
    requestId: c.get("requestId"),
    method: c.req.method,
    operation: c.get("operation"),
    account: caller?.account,
    actingFor: caller && caller.signer !== caller.account ? caller.signer : undefined,
    image: image && shown(image),
    release: c.get("release"),
    status: c.res.status,
    code: refusal?.code,
    changed: c.get("changedFields"),
    d1Calls: meter.calls,
    d1Ms: Math.round(meter.milliseconds),
    totalMs: Math.round(performance.now() - c.get("startedAt")),
    cause: c.res.status >= 500 ? causeOf(refusal) : undefined,
  };
  console.log(JSON.stringify(line));
};

/** The chain of causes of a 5xx. A DrizzleQueryError's own message holds the bound values, so only D1's below it is told. */
function causeOf(error: unknown): string {
  const causes: string[] = [];
  for (let at = error instanceof Error ? error.cause : error; at !== undefined && causes.length < 5; ) {
    if (!(at instanceof Error)) return [...causes, typeof at].join(" < ");
    if (!at.message.startsWith("Failed query")) causes.push(`${at.name}: ${at.message}`);
    at = at.cause;
  }
  return causes.join(" < ");
}
