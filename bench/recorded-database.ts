/** A statement as the service sent it. */
export type RecordedStatement = { sql: string; params: unknown[] };

/** A batch, and what D1 said it cost. */
export type RecordedBatch = { statements: RecordedStatement[]; rowsRead: number; rowsWritten: number };

/**
 * Wraps a binding so that every round trip is passed to `record`. The service reaches D1 through `batch` and a statement's
 * `all` only.
 */
export function recordDatabase(db: D1Database, record: (batch: RecordedBatch) => void): D1Database {
  const originals = new WeakMap<D1PreparedStatement, RecordedStatement & { bound: D1PreparedStatement }>();
  const recordResults = (statements: readonly D1PreparedStatement[], results: readonly D1Result[]): void => {
    const sum = (of: "rows_read" | "rows_written") => results.reduce((total, { meta }) => total + meta[of], 0);
    record({
      statements: statements.flatMap((statement) => {
        const original = originals.get(statement);
        return original ? [{ sql: original.sql, params: original.params }] : [];
      }),
      rowsRead: sum("rows_read"),
      rowsWritten: sum("rows_written"),
    });
  };
  const wrapBound = (sql: string, params: unknown[], bound: D1PreparedStatement): D1PreparedStatement => {
    const all = async (): Promise<D1Result> => {
      const result = await bound.all();
      recordResults([wrapped], [result]);
      return result;
    };
    const wrapped: D1PreparedStatement = new Proxy(bound, { get: (_, property) => ({ all })[String(property)] });
    originals.set(wrapped, { sql, params, bound });
    return wrapped;
  };
  const prepare = (sql: string): D1PreparedStatement =>
    new Proxy(db.prepare(sql), {
      get: (target, property) => {
        if (property !== "bind") throw new Error(`the service used a statement's ${String(property)}`);
        return (...params: unknown[]) => wrapBound(sql, params, target.bind(...params));
      },
    });
  const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
    const results = await db.batch(statements.map((statement) => originals.get(statement)?.bound ?? statement));
    recordResults(statements, results);
    return results;
  };
  return new Proxy(db, { get: (_, property) => ({ prepare, batch })[String(property)] });
}
