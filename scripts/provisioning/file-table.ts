import { isTooLargeForJson, toJsonChunks } from "./json-chunks.ts";
import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

type Value = string | number | boolean | null;

/** Makes a statement of SQL that reads the table `file`. */
type Prepare = (sql: string) => SqlStatement;

/** Rows of a file as the table `file` of statements, which are few: each binds as many rows as fit into one value. */
export type FileTable<Row> = (
  db: SqlDatabase,
  rows: readonly Row[],
  make: (prepare: Prepare) => readonly SqlStatement[],
) => SqlStatement[];

/** The table of rows of these columns. Large rows are bound each alone. */
export function makeFileTable<Column extends string>(columns: readonly Column[]): FileTable<Record<Column, Value>> {
  const fromJson = `WITH file (${columns.join()}) AS MATERIALIZED (
  SELECT ${columns.map((_, at) => `value ->> ${at}`).join()} FROM json_each(?)
)`;
  const fromValues = `WITH file (${columns.join()}) AS (VALUES (${columns.map(() => "?").join()}))`;
  return (db, rows, make) => {
    const all = rows.map((row) => columns.map((column) => row[column]));
    const large = new Set(all.filter(isTooLargeForJson));
    const chunks = toJsonChunks(all.filter((row) => !large.has(row)));
    return [
      ...chunks.flatMap((chunk) => make((sql) => db.prepare(`${fromJson} ${sql}`).bind(chunk))),
      ...[...large].flatMap((row) => make((sql) => db.prepare(`${fromValues} ${sql}`).bind(...row.map(toBindable)))),
    ];
  };
}

const toBindable = (value: Value): string | number | null => (typeof value === "boolean" ? Number(value) : value);
