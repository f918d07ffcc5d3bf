/** A statement as the service sent it. */
export type RecordedStatement = { sql: string; params: unknown[] };

/** A batch, and what D1 said it cost. */
export type RecordedBatch = { statements: RecordedStatement[]; rowsRead: number; rowsWritten: number };

/** Wraps a binding so that every batch is told to `record`. The service reaches D1 through `prepare` and `batch` only. */
export function recordedDatabase(db: D1Database, record: (batch: RecordedBatch) => void): D1Database {
  const recorded = new WeakMap<D1PreparedStatement, RecordedStatement>();
  const prepare = (sql: string): D1PreparedStatement => {
    const statement = db.prepare(sql);
    return new Proxy(statement, {
      get: (target, property) => {
        if (property !== "bind") throw new Error(`the service used a statement's ${String(property)}`);
        return (...params: unknown[]) => {
          const bound = target.bind(...params);
          recorded.set(bound, { sql, params });
          return bound;
        };
      },
    });
  };
  const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
    const results = await db.batch(statements);
    const sum = (of: "rows_read" | "rows_written") => results.reduce((total, { meta }) => total + meta[of], 0);
    record({
      statements: statements.flatMap((statement) => recorded.get(statement) ?? []),
      rowsRead: sum("rows_read"),
      rowsWritten: sum("rows_written"),
    });
    return results;
  };
  return new Proxy(db, { get: (_, property) => ({ prepare, batch })[String(property)] });
}
