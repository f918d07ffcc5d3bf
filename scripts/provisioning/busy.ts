import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

/**
 * What D1 says while another program writes to the same files; the transaction was not applied. A local
 * database that met the lock when it opened its file answers the internal error; its own message reaches only workerd's
 * stderr.
 */
const busyError = /SQLITE_BUSY|database is locked|internal error; reference/i;

/**
 * Takes the lock, as the first statement of a batch, and changes nothing. A transaction that reads first and writes later
 * fails whenever another program has written meanwhile, however often it is tried; and D1 ends even a batch of reads with a
 * write of its own.
 *
 * @see https://www.sqlite.org/isolation.html
 */
export const takeLock = (db: SqlDatabase): SqlStatement =>
  db.prepare("UPDATE accounts SET login = login WHERE 0").bind();

const firstWaitMs = 25;
const longestWaitMs = 500;

/**
 * Runs a round trip to D1, and retries it while another program locks the database: the service may run on the same files.
 *
 * @param patienceMs how long to retry
 * @throws {Error} that the database stayed locked
 */
export async function retryWhileBusy<Result>(call: () => Promise<Result>, patienceMs = 10_000): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error && busyError.test(error.message))) throw error;
      if (performance.now() + waitMs > deadline) {
        throw new Error(
          `the database has been locked for ${patienceMs / 1000} seconds; nothing was changed, try again (${error.message})`,
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
