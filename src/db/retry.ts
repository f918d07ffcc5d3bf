import { CloudApiError } from "../errors.ts";

/**
 * D1's messages for errors after which a retry may succeed. Some can follow a write that was applied: every statement sent
 * through here must be idempotent.
 *
 * @see https://developers.cloudflare.com/d1/observability/debug-d1/
 */
const transientErrors: readonly RegExp[] = [
  /SQLITE_BUSY|database is locked/i,
  /Network connection lost/i,
  /storage caused object to be reset/i,
  /reset because its code was updated/i,
];

/** Waits before the first and the second retry, in ms. The second is about as long as provisioning locks the local database. */
const backoffMs = [80, 800] as const;

const retryAfterSeconds = 1;

/** Joins the messages of an error and its causes. */
function joinMessages(error: unknown): string {
  return error instanceof Error ? `${error.message} ${joinMessages(error.cause)}` : "";
}

/**
 * Runs a round trip to D1, and retries it when the error is transient.
 *
 * @throws {CloudApiError} ServiceUnavailableError with Retry-After on another error, or when the last retry fails
 */
export async function withRetry<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const waitMs = backoffMs[attempt];
      const text = joinMessages(error);
      if (waitMs === undefined || !transientErrors.some((transient) => transient.test(text))) {
        throw new CloudApiError("ServiceUnavailableError", "the database did not answer; try again", {
          headers: { "Retry-After": String(retryAfterSeconds) },
          cause: error,
        });
      }
      // Jittered, so that requests that met the same lock do not meet again.
      await new Promise((resolve) => setTimeout(resolve, waitMs * (0.5 + Math.random())));
    }
  }
}
