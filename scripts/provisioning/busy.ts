/**
 * What D1 says while another program writes to the same files; the transaction was not made. The internal error is what
 * a local one becomes that met the lock when it opened its file: its own message only reaches workerd's stderr.
 */
const busyError = /SQLITE_BUSY|database is locked|internal error; reference/i;

const firstWaitMs = 25;
const longestWaitMs = 500;

/**
 * Runs a trip to D1, again while another program holds the database: the service may run on the same files.
 *
 * @param patienceMs how long it is tried
 * @throws {Error} that the database stayed locked
 */
export async function retryWhileBusy<Result>(trip: () => Promise<Result>, patienceMs = 10_000): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await trip();
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
