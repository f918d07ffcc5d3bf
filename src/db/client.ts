import { withRetry } from "./retry.ts";
import type { Bound, Printed, StoredRow } from "./statement.ts";

/** Counts the round trips of one request to D1, retries included, and the time they took. */
export type DatabaseMeter = { calls: number; milliseconds: number };

/** The database for one request. Each call is one round trip. */
export type Database = {
  /** Runs one read without a retry, which would hide what a health check is to show. @throws {Error} as D1 says it */
  once: (read: Bound<unknown>) => Promise<void>;
  /** Answers the rows of one read. */
  all: <Row>(read: Bound<Row>) => Promise<Row[]>;
  /** Runs statements in one transaction, in this order; answers the rows of each. */
  batch: <Rows extends readonly unknown[]>(
    statements: readonly [...{ [At in keyof Rows]: Bound<Rows[At]> }],
  ) => Promise<{ [At in keyof Rows]: Rows[At][] }>;
};

/** The only row of a read that always answers one. @throws {Error} there is none */
export function readOnlyRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error("a read that always answers a row answered none");
  return row;
}

/** What a database prepared, as long as its binding lives: one entry a statement of this program. */
const preparedBy = new WeakMap<D1Database, Map<Printed, D1PreparedStatement>>();

function prepare(binding: D1Database, { printed, parameters }: Bound<unknown>): D1PreparedStatement {
  const prepared = preparedBy.get(binding) ?? new Map<Printed, D1PreparedStatement>();
  preparedBy.set(binding, prepared);
  const statement = prepared.get(printed) ?? binding.prepare(printed.text);
  prepared.set(printed, statement);
  return statement.bind(...parameters);
}

/**
 * The database behind `c.env.DB`, for one request.
 *
 * @throws {CloudApiError} from its functions: ServiceUnavailableError when D1 fails or stays busy after the retries
 */
export function connect(binding: D1Database, meter: DatabaseMeter): Database {
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
        (call) => call(),
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
      const answers = await measure(() => binding.batch<StoredRow>(prepared));
      const rows = bound.map(({ read }, at) => answers[at]?.results.map(read) ?? []);
      // One array of rows for each statement, read by that statement.
      return rows as { [At in keyof Rows]: Rows[At][] };
    },
  };
}
