import type { Context, MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { toAsciiJson } from "./ascii-json.ts";

/**
 * Refuses an address that sends too much, before its signature is verified. Off unless ADDRESS_LIMITER is bound.
 *
 * @throws {CloudApiError} RequestThrottled
 */
export const limitAddress: MiddlewareHandler<AppEnv> = async (c, next) => {
  const limiter = c.env.ADDRESS_LIMITER;
  const key = c.req.header("CF-Connecting-IP");
  if (limiter && key) await count(c, limiter, { what: "address", key });
  return await next();
};

/**
 * Refuses an account that sends too much: counted by who signed, before the operation's statements. Off unless
 * ACCOUNT_LIMITER is bound. docs/contract.md#errors
 *
 * @throws {CloudApiError} RequestThrottled
 */
export const limitAccount: MiddlewareHandler<AppEnv> = async (c, next) => {
  const limiter = c.env.ACCOUNT_LIMITER;
  if (limiter) await count(c, limiter, { what: "account", key: requireSet(c, "caller").signer });
  return await next();
};

async function count(
  c: Context<AppEnv>,
  limiter: RateLimit,
  { what, key }: { what: "account" | "address"; key: string },
): Promise<void> {
  if (await isWithin(c, limiter, key)) return;
  const { requests, seconds } = readConfiguration(c.env).rateLimits[what];
  throw new CloudApiError(
    "RequestThrottled",
    `this ${what} sent more than ${requests} requests in ${seconds} seconds; try again after ${seconds} seconds`,
    { headers: { "Retry-After": String(seconds), "RateLimit-Policy": `"${what}";q=${requests};w=${seconds}` } },
  );
}

/** Whether the limiter lets the request pass; one that fails does, and the log says so. */
async function isWithin(c: Context<AppEnv>, limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    console.log(toAsciiJson({ requestId: c.get("requestId"), rateLimit: "failed", cause: String(error) }));
    return true;
  }
}
