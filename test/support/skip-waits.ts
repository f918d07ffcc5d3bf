import { afterEach, beforeEach, vi } from "vitest";
import { nearWaitMs } from "./client.ts";

/** Skips every wait of the service in the tests of a file, those before its retries for example. A limit is no wait. */
export function skipWaits(): void {
  beforeEach(() => {
    const setTimer = globalThis.setTimeout;
    const skipWait = (act: () => void, ms = 0) => setTimer(act, ms < nearWaitMs ? 0 : ms);
    vi.spyOn(globalThis, "setTimeout").mockImplementation(skipWait as typeof setTimeout);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
}
