import { afterEach, beforeEach, vi } from "vitest";

/** Skips every wait of the service in the tests of a file, those before its retries for example. */
export function skipWaits(): void {
  beforeEach(() => {
    const setTimer = globalThis.setTimeout;
    const skipWait = (act: () => void) => setTimer(act, 0);
    vi.spyOn(globalThis, "setTimeout").mockImplementation(skipWait as typeof setTimeout);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
}
