/** A statement of SQL and the values that it is bound to. D1's prepared statement is one. */
export type SqlStatement = {
  bind(...values: (string | number | null)[]): SqlStatement;
  all<Row = Record<string, unknown>>(): Promise<{ results: Row[] }>;
};

/** What the commands need of a database: D1 itself, or the file of a local one. A batch is one transaction. */
export type SqlDatabase = {
  prepare(sql: string): SqlStatement;
  batch<Row = Record<string, unknown>>(statements: SqlStatement[]): Promise<{ results: Row[] }[]>;
};

/** A database that must be closed. */
export type OpenDatabase = { db: SqlDatabase; close: () => Promise<void> };
