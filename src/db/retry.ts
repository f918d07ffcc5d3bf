import { CloudApiError } from "../errors.ts";

/**
 * What D1 says when a trip may go better a moment later. After some of these a write may have been made all the same:
 * every statement sent through here must bear being sent twice.
 *
 * @see https://developers.cloudflare.com/d1/observability/debug-d1/
 */
const transientErrors: readonly RegExp[] = [
  /SQLITE_BUSY|database is locked/i,
  /Network connection lost/i,
  /storage caused object to be reset/i,
  /reset because its code was updated/i,
];

/** Waits before the second and the third try, in ms. The last is about as long as provisioning holds the local database. */
const backoffMs = [80, 800] as const;

const retryAfterSeconds = 1;

/** The error and what it was caused by, as one text. */
function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}` : "";
}

/**
 * Runs a trip to D1, again when its error is transient.
 *
 * @throws {CloudApiError} ServiceUnavailableError with Retry-After when D1 fails otherwise or for too long
 */
export async function withRetry<Result>(trip: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await trip();
    } catch (error) {
      const waitMs = backoffMs[attempt];
      const text = messagesOf(error);
      if (waitMs === undefined || !transientErrors.some((transient) => transient.test(text))) {
        throw new CloudApiError("ServiceUnavailableError", "the database did not answer; try again", {
          headers: { "Retry-After": String(retryAfterSeconds) },
          cause: error,
        });
      }
      // Spread out, so that those who met the same lock do not meet again.
      await new Promise((resolve) => setTimeout(resolve, waitMs * (0.5 + Math.random())));
    }
  }
}
