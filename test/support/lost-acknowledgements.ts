import { type WrappedDatabase, wrapDatabase } from "./wrapped-database.ts";

/** Which round trips to D1 fail, and how. */
export type Loss = {
  /** Where the connection breaks: nothing was applied, or all of it. */
  when: "before the batch" | "after the commit";
  /** Whether this round trip fails, counted from 1. A request that is not cached reads its credentials first, and retries count. */
  isLost: (call: number) => boolean;
  /** What D1 says. The service retries this one. */
  message?: string;
  /** What happens before the service hears of the failure. */
  meanwhile?: () => Promise<unknown>;
};

/** The database with some of its acknowledgements lost. */
export function loseAcknowledgements(
  db: D1Database,
  { when, isLost, message = "Network connection lost.", meanwhile }: Loss,
): WrappedDatabase {
  return wrapDatabase(db, async (run, call) => {
    if (!isLost(call)) return await run();
    if (when === "after the commit") await run();
    await meanwhile?.();
    throw new Error(`D1_ERROR: ${message}`);
  });
}
