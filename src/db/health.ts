import type { DatabaseMeter } from "./client.ts";

/** Reads one row, once: a health check shows what a retry would hide. @throws {Error} as D1 says it */
export async function readHealth(binding: D1Database, meter: DatabaseMeter): Promise<void> {
  const startedAt = performance.now();
  meter.calls += 1;
  try {
    await binding.prepare("SELECT uuid FROM accounts LIMIT 1").all();
  } finally {
    meter.milliseconds += performance.now() - startedAt;
  }
}
