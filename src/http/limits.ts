import type { Context, MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { toAsciiJson } from "../text.ts";

/**
 * Refuses an address that sends too much, before its signature is verified. Off unless ADDRESS_LIMITER is bound.
 *
 * @throws {CloudApiError} RequestThrottled
 */
export const limitAddress: MiddlewareHandler<AppEnv> = async (c, next) => {
  const limiter = c.env.ADDRESS_LIMITER;
  const key = c.req.header("CF-Connecting-IP");
  if (limiter && key) await assertBelowLimit(c, limiter, { what: "address", key });
  return await next();
};

/**
 * Refuses an account that sends too much, before the operation's statements. Counts by the account that signed. Off unless
 * ACCOUNT_LIMITER is bound. docs/contract.md#errors
 *
 * @throws {CloudApiError} RequestThrottled
 */
export const limitAccount: MiddlewareHandler<AppEnv> = async (c, next) => {
  const limiter = c.env.ACCOUNT_LIMITER;
  if (limiter) await assertBelowLimit(c, limiter, { what: "account", key: requireSet(c, "caller").signer });
  return await next();
};

async function assertBelowLimit(
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

/** Whether the limiter lets the request pass. If the limiter fails, the request passes, and the log has the error. */
async function isWithin(c: Context<AppEnv>, limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    console.log(toAsciiJson({ requestId: c.get("requestId"), rateLimit: "failed", cause: String(error) }));
    return true;
  }
}

/** The most streamed answers that may be open at once, in an isolate of 128 MB. Each holds less than a megabyte. */
const maxStreams = { account: 8, all: 64 };

/** Streamed answers that are open, by the account that signed. */
const openStreams = new Map<string, number>();

/**
 * Counts a streamed answer as open until the returned function is called: a client may leave it unread.
 *
 * @throws {CloudApiError} RequestThrottled: the account, or the isolate, has as many as it may
 */
export function openStream(account: string): () => void {
  const own = openStreams.get(account) ?? 0;
  const all = [...openStreams.values()].reduce((sum, count) => sum + count, 0);
  if (own >= maxStreams.account || all >= maxStreams.all) {
    throw new CloudApiError(
      "RequestThrottled",
      "too many long answers are still being read; read one to its end, or close it",
      {
        headers: { "Retry-After": "1" },
      },
    );
  }
  openStreams.set(account, own + 1);
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    const left = (openStreams.get(account) ?? 1) - 1;
    if (left > 0) openStreams.set(account, left);
    else openStreams.delete(account);
  };
}

const retryAfterSeconds = 60;

/**
 * Refuses every write while `READ_ONLY` is on. Decides by the method, before the body and the database are read.
 * docs/configuration.md
 *
 * @throws {CloudApiError} ServiceUnavailableError with Retry-After
 */
export const refuseWrites: MiddlewareHandler<AppEnv> = (c, next) => {
  if (readConfiguration(c.env).isReadOnly && c.req.method !== "GET" && c.req.method !== "HEAD") {
    throw new CloudApiError(
      "ServiceUnavailableError",
      "the service is read-only for maintenance; nothing was changed",
      { headers: { "Retry-After": String(retryAfterSeconds) }, reason: "read-only" },
    );
  }
  return next();
};
