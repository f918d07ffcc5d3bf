import { setTimeout as wait } from "node:timers/promises";
import { Unavailable } from "./cloud-api.ts";

/** When to try again, when to look for news, and when to stop. */
export type Pace = {
  /** Aborted by a signal to end. */
  stop: AbortSignal;
  /** Ends where another run would wait. */
  isOnce: boolean;
  intervalMs: number;
};

const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** Prints a line for a person: nothing that a server said moves the terminal's cursor. */
export const tell = (line: string): boolean => process.stderr.write(`${line.replace(/[^ -~]/g, "?")}\n`);

/** Waits until it is time to look for news. */
export const rest = ({ stop, intervalMs }: Pace): Promise<void> => wait(intervalMs, undefined, { signal: stop });

/**
 * Does something that may be done twice until an answer comes, with longer and longer pauses. Prints why it waits.
 *
 * @throws {Unavailable} no answer came, and this run does not wait
 */
export async function persist<Result>({ stop, isOnce }: Pace, act: () => Promise<Result>): Promise<Result> {
  let told: Unavailable | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      const result = await act();
      if (told) tell(`${told.api}: it answers again`);
      return result;
    } catch (error) {
      if (!(error instanceof Unavailable) || isOnce) throw error;
      if (error.message !== told?.message) tell(`${error.message}; trying again`);
      told = error;
      await wait(Math.max(pauseMs, error.retryAfterMs), undefined, { signal: stop });
    }
  }
}
