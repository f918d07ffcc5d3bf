import { Refusal } from "./refusal.ts";

const maxTries = 3;
const firstWaitMs = 400;
/** Whoever is asked to wait for longer is told so, and decides. */
const longestWaitMs = 10_000;

/**
 * Tries a request that is safe to send again, at most three times, while no answer comes or the service is busy. Never
 * sends it before Retry-After is over.
 *
 * @throws {Refusal} the last attempt's
 */
export async function retry<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const waitMs = error instanceof Refusal ? findWait(error, attempt) : null;
      if (waitMs === null || attempt === maxTries) throw error;
      await new Promise((done) => setTimeout(done, waitMs));
    }
  }
}

/** Null where another try is no use, or only after a long time. */
function findWait({ status, retryAfterSeconds }: Refusal, attempt: number): number | null {
  if (![0, 429, 502, 503, 504].includes(status)) return null;
  const waitMs = retryAfterSeconds === null ? firstWaitMs * 2 ** attempt : retryAfterSeconds * 1000;
  return waitMs > longestWaitMs ? null : waitMs;
}
