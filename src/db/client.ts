import { retry, withRetry } from "./retry.ts";
import type { Bound, Printed, StoredRow } from "./statement.ts";

/** The round trips of one request to D1, with retries, and their time. */
export type DatabaseMeter = { calls: number; milliseconds: number };

/** The database of one request. Each call is one round trip. */
export type Database = {
  /** Runs one read for a health check, which must see the first failure: only a lock is waited for. @throws {Error} D1's own */
  once: (read: Bound<unknown>) => Promise<void>;
  /** Runs one read. Returns its rows. */
  all: <Row>(read: Bound<Row>) => Promise<Row[]>;
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

/**
 * Makes the database of one request. Opens nothing.
 *
 * @throws {CloudApiError} from its functions: ServiceUnavailableError when D1 fails or stays busy after the retries
 */
export function databaseFor(binding: D1Database, meter: DatabaseMeter): Database {
  const measure = async <Result>(call: () => Promise<Result>, run = withRetry<Result>): Promise<Result> => {
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
  return {
    once: async (read) => {
      await measure(
        () => prepare(binding, read).all(),
        (call) => retry(call, true),
      );
    },
    all: async (read) => {
      const statement = prepare(binding, read);
      const { results } = await measure(() => statement.all<StoredRow>());
      return results.map(read.read);
    },
    batch: async <Rows extends readonly unknown[]>(
      statements: readonly [...{ [At in keyof Rows]: Bound<Rows[At]> }],
    ) => {
      const bound: readonly Bound<unknown>[] = statements;
      const prepared = bound.map((one) => prepare(binding, one));
      const results = await measure(() => binding.batch<StoredRow>(prepared));
      const rows = bound.map(({ read }, at) => results[at]?.results.map(read) ?? []);
      // One array of rows for each statement, read by that statement.
      return rows as { [At in keyof Rows]: Rows[At][] };
    },
  };
}
