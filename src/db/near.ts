import { eq, sql } from "drizzle-orm";
import { type Database, databaseFor } from "./client.ts";
import { heartbeat, now } from "./schema.ts";
import { type Bound, integer, query, statement } from "./statement.ts";

/** The age of the heartbeat as this replica has it, in ms. No row before the first move. */
export const heartbeatStatement = statement<Record<never, never>>().returnsRows(
  () => ({ age: integer(sql`${now} - ${heartbeat.at}`) }),
  (columns) => query.select(columns).from(heartbeat).where(eq(heartbeat.id, sql`1`)),
);

/** Moves the heartbeat if it is older than `halfMs`, or in the future because the clock was set back. */
export const moveHeartbeatStatement = statement<{ halfMs: number }>().returnsNone(
  ({ halfMs }) => sql`INSERT INTO ${heartbeat} (id, at) VALUES (1, ${now})
    ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE ${heartbeat.at} NOT BETWEEN excluded.at - ${halfMs} AND excluded.at`,
);

/** The near reads of a request. */
export type NearReads = {
  /** Undefined once the primary reads in its place. */
  db: Database | undefined;
  /** The age of the oldest answer that was used, in ms. */
  ageMs: number | undefined;
  isTooOld: boolean;
};

/** A replica is older than its reader allows, or does not say how old it is. */
export class TooOld extends Error {
  override readonly name = "TooOld";
}

/**
 * Bounds how old the answers of a near database may be. The heartbeat is read with each of them, in one transaction.
 *
 * @param note is told the age of each answer that is young enough, in ms
 * @throws {TooOld} from its functions
 */
export function boundAge(
  near: Database,
  { maxAgeMs, note }: { maxAgeMs: number; note: (ageMs: number) => void },
): Database {
  const batch = async (statements: readonly Bound<unknown>[]): Promise<unknown[][]> => {
    const [beats = [], ...rows] = await near.batch<unknown[]>([heartbeatStatement.with({}), ...statements]);
    const { age } = (beats[0] ?? { age: null }) as { age: number | null };
    if (age === null || age < 0 || age > maxAgeMs) throw new TooOld(`the replica's heartbeat is ${age} ms old`);
    note(age);
    return rows;
  };
  return {
    all: async <Row>(read: Bound<Row>) => (await batch([read]))[0] as Row[],
    batch: batch as Database["batch"],
  };
}

/** Moves the heartbeat on the primary, for readers who allow an age of `maxAgeMs`. One round trip; usually no row is written. */
export async function moveHeartbeat(binding: D1Database, maxAgeMs: number): Promise<void> {
  const unread = { calls: 0, milliseconds: 0 };
  await databaseFor(binding, unread).all(moveHeartbeatStatement.with({ halfMs: maxAgeMs / 2 }));
}
