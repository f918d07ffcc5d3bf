import { CloudApiError } from "../errors.ts";

/**
 * D1's messages for errors after which it recommends a retry. Some can follow a write that was applied: every statement sent
 * through here must be idempotent. Its other errors say that a query is too large, or that there are too many: a retry makes
 * that worse.
 *
 * @see https://developers.cloudflare.com/d1/observability/debug-d1/
 */
const transientErrors: readonly RegExp[] = [
  /Network connection lost/i,
  /storage caused object to be reset/i,
  /reset because its code was updated/i,
  /transient issue on remote node/i,
  /request stream because client disconnected/i,
];

/**
 * The local D1's messages while another program, such as `npm run provision`, has the lock of its file. The transaction was
 * not applied. Under `wrangler dev` reads meet the lock too, because its D1 writes a bookmark after each of them.
 */
const lockError = /SQLITE_BUSY|database is locked|session commit token: internal error/i;

/** Waits before the first and the second retry, in ms, before the jitter. */
const backoffMs = [80, 800] as const;

/** How often a lock is tried again, after at most `longestLockWaitMs` before the jitter: about twenty seconds, longer than provisioning has it. */
const maxLockRetries = 40;
const longestLockWaitMs = 500;

const retryAfterSeconds = 1;

/** Joins the messages of an error and its causes. */
function joinMessages(error: unknown): string {
  return error instanceof Error ? `${error.message} ${joinMessages(error.cause)}` : "";
}

/** Finds how long to wait before the next try, in ms. Undefined if there is none. @param attempt how many tries failed before the one that failed last */
function findWait(error: unknown, attempt: number, isForLocksOnly: boolean): number | undefined {
  const text = joinMessages(error);
  if (lockError.test(text))
    return attempt < maxLockRetries ? Math.min(backoffMs[0] * 2 ** attempt, longestLockWaitMs) : undefined;
  return !isForLocksOnly && transientErrors.some((transient) => transient.test(text)) ? backoffMs[attempt] : undefined;
}

/**
 * Runs a round trip to D1, and retries it when the error is transient.
 *
 * @param isForLocksOnly retries nothing but another program's lock, for a health check: it must see the first failure
 * @throws {Error} D1's own: any other error, or that of the last retry
 */
export async function retry<Result>(call: () => Promise<Result>, isForLocksOnly: boolean): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const waitMs = findWait(error, attempt, isForLocksOnly);
      if (waitMs === undefined) throw error;
      // Jittered, so that requests that met the same lock do not meet again.
      await new Promise((resolve) => setTimeout(resolve, waitMs * (0.5 + Math.random())));
    }
  }
}

/**
 * Runs a round trip with retries.
 *
 * @throws {CloudApiError} ServiceUnavailableError with Retry-After, when the retries are used up, and at once for an error that is not
 * retried. A write may have been applied
 */
export const withRetry = <Result>(call: () => Promise<Result>): Promise<Result> =>
  retry(call, false).catch((cause: unknown) => {
    throw new CloudApiError("ServiceUnavailableError", "the database did not answer; try again", {
      headers: { "Retry-After": String(retryAfterSeconds) },
      cause,
    });
  });
