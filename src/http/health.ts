import type { Context, Handler } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { databaseFor } from "../db/client.ts";
import { CloudApiError, errorStatus } from "../errors.ts";
import { versions } from "../releases.ts";
import { answerJson } from "./answer.ts";
import { healthStatement } from "./health.sql.ts";

/** Ping: says that the service runs, and which versions it serves. Reads no Authorization, and does no I/O. */
export const ping: Handler<AppEnv> = (c) => {
  c.set("operation", "Ping");
  return answerJson(c, { ping: "pong", cloudapi: { versions } });
};

/** No isolate reads more often, however often it is asked. */
const intervalMs = 1000;
/** A read that takes longer has failed; the time that its request waited before counts, but for the last second. */
const limitMs = 5000;
/** How long one request waits before it looks again for what another reads: an isolate may not wait for another's I/O. */
const pollMs = 20;

/** One read: when it ended, on the clock of `Date.now()`, how long it took, and what went wrong. */
type Reading = { at: number; milliseconds: number; failure?: unknown };

/** The last reading, and when the newest one was begun, which may not have ended. */
type Health = { begunAt: number; last?: Reading };

const healths = new WeakMap<D1Database, Health>();

/**
 * Health: whether the database answers, by one read, at most one a second in an isolate. Reads no Authorization.
 * docs/contract.md#health
 */
export const health: Handler<AppEnv> = async (c) => {
  c.set("operation", "Health");
  const reading = await readLately(c);
  const age = Math.max(0, Date.now() - reading.at);
  const times = { milliseconds: Math.round(reading.milliseconds), age, readOnly: readConfiguration(c.env).isReadOnly };
  if (!("failure" in reading)) return answerJson(c, { healthy: true, ...times });
  const { code, message } = setRefusal(c, reading);
  const headers = { "Retry-After": String(intervalMs / 1000) };
  return answerJson(c, { code, message, healthy: false, ...times }, { status: errorStatus[code], headers });
};

/** For the log. */
function setRefusal(c: Context<AppEnv>, { failure }: Reading): CloudApiError {
  const refusal = new CloudApiError("ServiceUnavailableError", "the database does not answer", { cause: failure });
  c.set("refusal", refusal);
  return refusal;
}

/** A reading of the last second, or one that ended since this request came; else a new one. */
async function readLately(c: Context<AppEnv>): Promise<Reading> {
  const arrivedAt = Date.now();
  const known: Health = healths.get(c.env.DB) ?? { begunAt: Number.NEGATIVE_INFINITY };
  healths.set(c.env.DB, known);
  while (Date.now() - known.begunAt < intervalMs) {
    if (known.last && known.last.at >= Math.min(arrivedAt, known.begunAt)) return known.last;
    await wait(pollMs);
  }
  if (known.last && known.last.at >= arrivedAt) return known.last;
  known.begunAt = Date.now();
  known.last = await read(c, Math.max(intervalMs, arrivedAt + limitMs - known.begunAt));
  return known.last;
}

async function read(c: Context<AppEnv>, withinMs: number): Promise<Reading> {
  const startedAt = performance.now();
  const measure = () => ({ at: Date.now(), milliseconds: performance.now() - startedAt });
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  try {
    await Promise.race([databaseFor(c.env.DB, c.get("meter")).once(healthStatement.with({})), limit.promise]);
    return measure();
  } catch (failure) {
    return { ...measure(), failure };
  } finally {
    clearTimeout(timer);
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
