import { env } from "cloudflare:workers";
import { wrapDatabase } from "./wrapped-database.ts";

/** What a replica has. Triggers fill some of them on the primary. */
const tables = ["accounts", "keys", "limited_keys", "images", "image_acl", "image_revisions", "heartbeat"] as const;

/** All rows of the primary at one moment. */
export type Copy = { at: number; rows: Record<(typeof tables)[number], Record<string, unknown>[]> };

/** How a replica answers: at all, with an error, or as one that was never migrated. */
export type ReplicaState = "works" | "fails" | "hangs" | "lacks a migration";

/**
 * D1 with one replica, as the platform has it: whatever is asked without a session goes to the primary, `withSession` to the
 * replica, which has what the primary had when the test last copied it. The test moves the clock: `pass` makes both
 * heartbeats older.
 */
export class ReplicatedDatabase {
  /** The binding of the service. */
  readonly db: D1Database;
  state: ReplicaState = "works";
  /** Milliseconds before each answer. */
  delays = { primary: 0, replica: 0 };
  /** Milliseconds that have passed since the start, by `pass` alone. */
  now = 0;
  trips = { primary: 0, replica: 0 };
  /** Trips that wrote on the replica. */
  replicaWrites = 0;
  /** Runs before the next trip to the primary. */
  beforePrimary: (() => Promise<unknown>) | undefined;
  readonly #pending = new Set<Promise<unknown>>();

  constructor() {
    const wait = (ms: number) => (ms > 0 ? scheduler.wait(ms) : undefined);
    const primary = wrapDatabase(env.DB, (run) => {
      this.trips.primary += 1;
      const trip = (async () => {
        await wait(this.delays.primary);
        const change = this.beforePrimary;
        this.beforePrimary = undefined;
        await change?.();
        return await run();
      })();
      const settled = trip.catch(() => undefined).finally(() => this.#pending.delete(settled));
      this.#pending.add(settled);
      return trip;
    });
    const replica = wrapDatabase(env.REPLICA, async (run) => {
      this.trips.replica += 1;
      await wait(this.delays.replica);
      if (this.state === "fails") throw new Error("D1_ERROR: the replica failed");
      if (this.state === "hangs") return await new Promise(() => undefined);
      if (this.state === "lacks a migration") throw new Error("D1_ERROR: no such table: heartbeat: SQLITE_ERROR");
      const results = await run();
      if (results.some(({ meta }) => meta.rows_written > 0)) this.replicaWrites += 1;
      return results;
    });
    this.db = new Proxy(primary.db, {
      get: (target, property) =>
        property === "withSession" ? () => replica.db : Reflect.get(target, property, target),
    });
  }

  /** Waits for what the service still sends to the primary after an answer. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Copies all rows of the primary. */
  async copy(): Promise<Copy> {
    const pages = await env.DB.batch<Record<string, unknown>>(
      tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
    );
    const rows = Object.fromEntries(tables.map((table, at) => [table, pages[at]?.results ?? []]));
    return { at: this.now, rows: rows as Copy["rows"] };
  }

  /** Makes the replica what the primary was. By default what it is. */
  async catchUp(copy?: Copy): Promise<void> {
    const { at, rows } = copy ?? (await this.copy());
    const fill = tables.flatMap((table) => {
      const [first] = rows[table];
      const columns = Object.keys(first ?? {});
      const values = columns.map((name) => `value ->> '$.${name}'`).join(", ");
      const text = JSON.stringify(rows[table]);
      return first
        ? [env.REPLICA.prepare(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM json_each(?)`).bind(text)]
        : [];
    });
    const empty = tables.toReversed().map((table) => env.REPLICA.prepare(`DELETE FROM ${table}`));
    const older = env.REPLICA.prepare("UPDATE heartbeat SET at = at - ?").bind(this.now - at);
    await env.REPLICA.batch([...empty, ...fill, older]);
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    const older = (db: D1Database) => db.prepare("UPDATE heartbeat SET at = at - ?").bind(ms).run();
    await Promise.all([older(env.DB), older(env.REPLICA)]);
  }
}

/** Makes the replica's tables, as replication does: no trigger of its own fires. */
export async function prepareReplica(): Promise<void> {
  const known = await env.REPLICA.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'heartbeat'").first(
    "n",
  );
  if (known) return;
  const { results } = await env.DB.prepare(
    "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index', 'view') AND sql IS NOT NULL AND name NOT LIKE 'd1_%' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
  ).all<{ sql: string }>();
  await env.REPLICA.batch(results.map(({ sql }) => env.REPLICA.prepare(sql)));
}
