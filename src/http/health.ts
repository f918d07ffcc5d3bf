import type { Context, Handler } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { checkPrimary, within } from "../db/client.ts";
import { CloudApiError, errorStatus } from "../errors.ts";
import { versions } from "../releases.ts";
import { answerJson } from "./answer.ts";

/** Ping: says that the service runs, and which versions it serves. Reads no Authorization, and does no I/O. */
export const ping: Handler<AppEnv> = (c) => {
  c.set("operation", "Ping");
  return answerJson(c, { ping: "pong", cloudapi: { versions } });
};

/** The least time between two reads of an isolate. */
const intervalMs = 1000;
/** A read that takes longer has failed. */
const limitMs = 5000;

/** One read: when it ended, how long it took, and what went wrong. */
type Reading = { at: number; milliseconds: number; failure?: unknown };

type Health = { last?: Reading; underWay?: { begunAt: number; reading: Promise<Reading> } };

const healths = new WeakMap<D1Database, Health>();

/**
 * Health: says whether the database answers, by one read, at most one a second in an isolate. Reads no Authorization.
 * docs/contract.md#health
 */
export const health: Handler<AppEnv> = async (c) => {
  c.set("operation", "Health");
  const reading = await readOrReuse(c);
  const age = Math.max(0, Date.now() - reading.at);
  const times = { milliseconds: Math.round(reading.milliseconds), age, readOnly: readConfiguration(c.env).isReadOnly };
  if (!("failure" in reading)) return answerJson(c, { healthy: true, ...times });
  const refusal = new CloudApiError("ServiceUnavailableError", "the database does not answer", {
    cause: reading.failure,
  });
  c.set("refusal", refusal);
  const { code, message } = refusal;
  const headers = { "Retry-After": String(intervalMs / 1000) };
  return answerJson(c, { code, message, healthy: false, ...times }, { status: errorStatus[code], headers });
};

/** Reuses a reading under 1 s old, or joins the one under way; otherwise reads. */
async function readOrReuse(c: Context<AppEnv>): Promise<Reading> {
  const known: Health = healths.get(c.env.DB) ?? {};
  healths.set(c.env.DB, known);
  const { last, underWay } = known;
  // A clock that is set back makes an age negative: such a reading is not reused.
  if (last && isWithin(last.at, intervalMs)) return last;
  // A reading never ends if its own request is cancelled: other requests wait for it no longer than its limit.
  const leftMs = underWay && isWithin(underWay.begunAt, limitMs) ? underWay.begunAt + limitMs - Date.now() : 0;
  if (underWay && leftMs > 0) return await measureWithin(leftMs, underWay.reading);
  const read = (async () => {
    await c.env.checkStorage?.();
    await checkPrimary(c.env.DB, c.get("meter"));
    return undefined;
  })();
  const reading = measureWithin(limitMs, read);
  known.underWay = { begunAt: Date.now(), reading };
  known.last = await reading;
  delete known.underWay;
  return known.last;
}

const isWithin = (at: number, ms: number): boolean => Date.now() >= at && Date.now() - at < ms;

/** Measures a read. It fails if it takes longer than `ms`. */
async function measureWithin(ms: number, read: Promise<Reading | undefined>): Promise<Reading> {
  const startedAt = performance.now();
  const measure = () => ({ at: Date.now(), milliseconds: performance.now() - startedAt });
  try {
    return (await within(ms, () => read)) ?? measure();
  } catch (failure) {
    return { ...measure(), failure };
  }
}
