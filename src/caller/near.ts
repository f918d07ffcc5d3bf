import { waitUntil } from "cloudflare:workers";
import type { Context } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { type Database, databaseFor, nearDatabaseFor } from "../db/client.ts";
import { boundAge, moveHeartbeat, type NearReads, TooOld } from "../db/near.ts";
import { listCauses } from "../http/request-log.ts";
import { readMaxStale } from "../syntax/cache-control.ts";
import { toAsciiJson } from "../text.ts";

/** What a replica near the caller may answer. docs/performance.md#near-reads */

/**
 * A request that allows fewer seconds is answered by the primary. When a read finds its replica too old, the heartbeat moves if it is
 * older than half the allowed age: so never more often than every 2.5 s.
 */
const leastSeconds = 5;

/** Returns the near database of this request: one session. */
export function openNear(c: Context<AppEnv>): Database {
  const { nearWaitMs } = readConfiguration(c.env);
  const near = c.get("near") ?? nearDatabaseFor(c.env.DB, c.get("nearMeter"), nearWaitMs);
  c.set("near", near);
  return near;
}

/** Notes for the log why a near read failed. The primary answers in its place: the client sees nothing of it. */
export const noteNearFailure = (c: Context<AppEnv>, error: unknown): void => c.set("nearFailure", listCauses(error));

/**
 * Answers a read from a replica if the request allows an old answer (`max-stale`), else from the primary. A replica gives a 200 or a
 * 304. If it would refuse, the primary is asked, and answers.
 *
 * @param answer makes the answer, and reads by `asCaller` and `fromReader` alone: where the replica fails, they read from the primary.
 * If it throws after a replica was read, it runs again with the primary
 */
export async function answerNear(c: Context<AppEnv>, answer: () => Promise<Response>): Promise<Response> {
  const seconds = readMaxStale(c.req.header("Cache-Control"), readConfiguration(c.env).maxStaleness);
  if (seconds < leastSeconds) return await answer();
  const near: NearReads = { db: undefined, ageMs: undefined, isTooOld: false };
  near.db = boundAge(openNear(c), { maxAgeMs: seconds * 1000, note: (ageMs) => noteAge(near, ageMs) });
  c.set("nearReads", near);
  try {
    return await answerFirst(near, answer);
  } finally {
    if (near.isTooOld && !readConfiguration(c.env).isReadOnly) waitUntil(moveLogged(c, seconds * 1000));
  }
}

const noteAge = (near: NearReads, ageMs: number): void => {
  near.ageMs = Math.max(ageMs, near.ageMs ?? 0);
};

/** Makes the answer, and makes it again with the primary if it throws after a replica was read. */
async function answerFirst(near: NearReads, answer: () => Promise<Response>): Promise<Response> {
  try {
    const answered = await answer();
    if (near.ageMs !== undefined) answered.headers.set("Age", String(Math.ceil(near.ageMs / 1000)));
    return answered;
  } catch (error) {
    // No age: the answer used nothing from a replica. So the primary has refused.
    if (near.ageMs === undefined) throw error;
  }
  near.db = undefined;
  near.ageMs = undefined;
  return await answer();
}

/** Moves the heartbeat, so that the next such request finds a younger replica. @param maxAgeMs what this one allowed */
const moveLogged = (c: Context<AppEnv>, maxAgeMs: number): Promise<void> =>
  moveHeartbeat(c.env.DB, maxAgeMs).catch((error: unknown) =>
    console.log(toAsciiJson({ requestId: c.get("requestId"), heartbeat: "not moved", cause: listCauses(error) })),
  );

/** Whether the answer's data came from a replica. */
export const isAnsweredByReplica = (c: Context<AppEnv>): boolean => c.get("nearReads")?.ageMs !== undefined;

/** Reads from the replica if `answerNear` allows it and it succeeds, else from the primary. */
export async function fromReader<Result>(c: Context<AppEnv>, read: (db: Database) => Promise<Result>): Promise<Result> {
  return (await tryNear(c, read)) ?? (await read(databaseFor(c.env.DB, c.get("meter"))));
}

/**
 * Reads from the replica. Undefined if `answerNear` does not allow it, or it fails: the primary then reads all that follows.
 *
 * @param read throws if what it read is not to be used
 */
export async function tryNear<Result>(
  c: Context<AppEnv>,
  read: (db: Database) => Promise<Result>,
): Promise<Result | undefined> {
  const near = c.get("nearReads");
  if (!near?.db) return undefined;
  const { ageMs } = near;
  try {
    return await read(near.db);
  } catch (error) {
    Object.assign(near, { db: undefined, ageMs, isTooOld: error instanceof TooOld });
    noteNearFailure(c, error);
    return undefined;
  }
}
