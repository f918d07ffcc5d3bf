import { sql } from "drizzle-orm";
import { accounts } from "./account-schema.ts";
import { retry, withRetry } from "./retry.ts";
import { type Bound, type Printed, type StoredRow, statement } from "./statement.ts";

/** The round trips of one request to D1, with retries, and their time. */
export type DatabaseMeter = { calls: number; milliseconds: number };

/** The database of one request. Each call is one round trip. */
export type Database = {
  /** Runs one statement. Returns its rows. */
  all: <Row>(statement: Bound<Row>) => Promise<Row[]>;
  /** Runs statements in this order, as one transaction. Returns the rows of each. */
  batch: <Rows extends readonly unknown[]>(
    statements: readonly [...{ [At in keyof Rows]: Bound<Rows[At]> }],
  ) => Promise<{ [At in keyof Rows]: Rows[At][] }>;
};

/** Returns the single row. @throws {Error} no row */
export function requireRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error("a statement that always returns a row returned none");
  return row;
}

/** Prepared statements, cached per binding. */
const preparedBy = new WeakMap<D1Database, Map<Printed, D1PreparedStatement>>();

function prepare(binding: D1Database, { printed, parameters }: Bound<unknown>): D1PreparedStatement {
  const prepared = preparedBy.get(binding) ?? new Map<Printed, D1PreparedStatement>();
  preparedBy.set(binding, prepared);
  const statement = prepared.get(printed) ?? binding.prepare(printed.text);
  prepared.set(printed, statement);
  return statement.bind(...parameters);
}

/** Runs a round trip, once or with retries. */
type Run = <Result>(call: () => Promise<Result>) => Promise<Result>;

/** Counts and times each round trip, with its retries. */
const measured =
  (run: Run, meter: DatabaseMeter): Run =>
  async (call) => {
    const startedAt = performance.now();
    try {
      return await run(() => {
        meter.calls += 1;
        return call();
      });
    } finally {
      meter.milliseconds += performance.now() - startedAt;
    }
  };

type Preparer = (bound: Bound<unknown>) => D1PreparedStatement;

function makeDatabase(source: D1Database | D1DatabaseSession, prepareOn: Preparer, run: Run): Database {
  return {
    all: async (read) => {
      const statement = prepareOn(read);
      const { results } = await run(() => statement.all<StoredRow>());
      return results.map(read.read);
    },
    batch: async <Rows extends readonly unknown[]>(
      statements: readonly [...{ [At in keyof Rows]: Bound<Rows[At]> }],
    ) => {
      const bound: readonly Bound<unknown>[] = statements;
      const prepared = bound.map(prepareOn);
      const results = await run(() => source.batch<StoredRow>(prepared));
      const rows = bound.map(({ read }, at) => results[at]?.results.map(read) ?? []);
      // One array of rows for each statement, read by that statement.
      return rows as { [At in keyof Rows]: Rows[At][] };
    },
  };
}

/**
 * Makes the primary database of one request. Opens nothing.
 *
 * @throws {CloudApiError} from its functions: ServiceUnavailableError when D1 fails; a transient error is retried first
 */
export const databaseFor = (binding: D1Database, meter: DatabaseMeter): Database =>
  makeDatabase(binding, (bound) => prepare(binding, bound), measured(withRetry, meter));

/** Reads one row. */
export const healthStatement = statement<Record<never, never>>().returnsRows(
  () => ({ uuid: accounts.uuid }),
  () => sql`SELECT ${accounts.uuid} FROM ${accounts} LIMIT 1`,
);

/**
 * Reads one row on the primary for a health check, which must see the first failure: only a lock is waited for.
 *
 * @throws {Error} D1's own
 */
export async function checkPrimary(binding: D1Database, meter: DatabaseMeter): Promise<void> {
  const run = measured((call) => retry(call, true), meter);
  await run(() => prepare(binding, healthStatement.with({})).all());
}

/** Runs a call once. @throws {Error} it takes longer than `ms` */
export async function within<Result>(ms: number, call: () => Promise<Result>): Promise<Result> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([call(), limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Makes the near database of one request: D1 lets any replica answer, also one that is behind. For reads alone. One session,
 * so that a later read is not older than an earlier one. Tries once: whoever asks goes to the primary next.
 *
 * @param waitMs how long an answer is waited for, in ms
 * @throws {Error} from its functions: D1's own, or no answer in time
 * @see https://developers.cloudflare.com/d1/best-practices/read-replication/
 */
export function nearDatabaseFor(binding: D1Database, meter: DatabaseMeter, waitMs: number): Database {
  const session = binding.withSession("first-unconstrained");
  const prepareOn: Preparer = ({ printed, parameters }) => session.prepare(printed.text).bind(...parameters);
  return makeDatabase(
    session,
    prepareOn,
    measured((call) => within(waitMs, call), meter),
  );
}
