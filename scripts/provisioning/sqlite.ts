import type { OpenDatabase, SqlStatement } from "./sql-database.ts";

/**
 * Node's own SQLite. Node 22 warns on stderr that it is experimental, which a user of the service cannot act on.
 *
 * @see https://nodejs.org/docs/latest-v22.x/api/sqlite.html
 */
const { emitWarning } = process;
process.emitWarning = () => {};
export const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
process.emitWarning = emitWarning;

export type DatabaseSync = InstanceType<typeof DatabaseSync>;

export const localDatabaseSection = "docs/operating.md#the-local-database-fails";

/** What SQLite's result codes mean for the file. @see https://www.sqlite.org/rescode.html */
const failures: Readonly<Record<number, string>> = {
  8: "cannot be written to by this user",
  10: "cannot be read or written: the disk fails",
  11: "is damaged",
  13: "cannot grow: the disk is full",
  14: "cannot be opened by this user",
  26: "is damaged",
};

/** Does something with the file. @throws {Error} one line, with the file and what to read, where the file or the disk is at fault */
export async function explainFailure<Result>(file: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : 0;
    const failure = failures[code];
    if (failure === undefined || !(cause instanceof Error)) throw cause;
    throw new Error(`${file} ${failure} (${cause.message}): ${localDatabaseSection}`, { cause });
  }
}

/** How long SQLite itself waits for a lock; `retryWhileBusy` goes on from there. */
const timeout = 500;

/**
 * Opens the file of a local D1 without workerd, which takes seconds to start and is sent everything as one message. The
 * service may run on the same file: SQLite's locks and its log hold for both.
 */
export const openSqliteFile = (file: string): OpenDatabase => wrapSqlite(new DatabaseSync(file, { timeout }), file);

/** @param file for messages */
export function wrapSqlite(sqlite: DatabaseSync, file: string): OpenDatabase {
  const prepare = (sql: string, values: readonly (string | number | null)[] = []): SqlStatement => ({
    bind: (...bound) => prepare(sql, bound),
    // The statement's own text names the columns. `Row` is the caller's word for them, as with D1.
    all: <Row>() => explainFailure(file, async () => ({ results: sqlite.prepare(sql).all(...values) as Row[] })),
  });

  const batch = async <Row>(statements: SqlStatement[]): Promise<{ results: Row[] }[]> => {
    // The first statement decides: one that writes takes the lock at once, reads take none.
    sqlite.exec("BEGIN");
    try {
      const answers: { results: Row[] }[] = [];
      for (const statement of statements) {
        answers.push(await statement.all<Row>());
        // Lets a long load print its step, and end on Ctrl-C.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await explainFailure(file, async () => sqlite.exec("COMMIT"));
      return answers;
    } catch (error) {
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      throw error;
    }
  };

  return { db: { prepare, batch }, close: async () => sqlite.close() };
}
