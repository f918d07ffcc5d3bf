import type { OpenDatabase, SqlStatement } from "./sql-database.ts";
import { DatabaseSync } from "./sqlite.ts";

type Value = string | number | null;

/** How long SQLite itself waits for a lock; `retryWhileBusy` goes on from there. */
const timeout = 500;

/**
 * Opens the file of a local D1 with SQLite itself: without workerd between, which takes seconds to start and sends what it
 * is given as one message. The service may run on the same file: SQLite's locks and its log hold for both.
 */
export function openSqliteFile(file: string): OpenDatabase {
  const sqlite = new DatabaseSync(file, { timeout });

  // The rows are what the statement's own text names; `Row` is the caller's word for it, as with D1.
  const run = <Row>(sql: string, values: readonly Value[]) => ({
    results: sqlite.prepare(sql).all(...values) as Row[],
  });

  class Statement implements SqlStatement {
    readonly #sql: string;
    readonly #values: readonly Value[];

    constructor(sql: string, values: readonly Value[] = []) {
      this.#sql = sql;
      this.#values = values;
    }

    bind(...values: Value[]): SqlStatement {
      return new Statement(this.#sql, values);
    }

    async all<Row>(): Promise<{ results: Row[] }> {
      return run<Row>(this.#sql, this.#values);
    }
  }

  const batch = async <Row>(statements: SqlStatement[]): Promise<{ results: Row[] }[]> => {
    sqlite.exec("BEGIN IMMEDIATE");
    try {
      const answers: { results: Row[] }[] = [];
      for (const statement of statements) {
        answers.push(await statement.all<Row>());
        // What was long is told meanwhile, and Ctrl-C works.
        await new Promise((resolve) => setImmediate(resolve));
      }
      sqlite.exec("COMMIT");
      return answers;
    } catch (error) {
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      throw error;
    }
  };

  return { db: { prepare: (sql) => new Statement(sql), batch }, close: async () => sqlite.close() };
}
