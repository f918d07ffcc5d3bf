import { DatabaseSync } from "../provisioning/sqlite.ts";

/** A migration: the name of its file, and its SQL. */
export type Migration = { name: string; sql: string };

type Column = { type: string; isRequired: boolean; hasDefault: boolean };

/** What statements of the release before rely on: columns by `table.column`, unique indexes, and CHECKs. */
type Shape = { columns: Map<string, Column>; tables: Set<string>; bounds: Map<string, string> };

/**
 * What each migration takes from the release that ran before it, as sentences. Between `migrations apply` and the deploy,
 * and after a roll back, the older Worker runs on the newer tables: a migration therefore only adds.
 *
 * A column or table that no release has used since VERSION may go in a migration with the line
 * `-- unused since VERSION: table.column` (or `table`), where VERSION is not `current`, the release being made.
 */
export function findTakenAway(migrations: readonly Migration[], current: string): string[] {
  const db = new DatabaseSync(":memory:");
  let before: Shape | undefined;
  const mistakes: string[] = [];
  for (const { name, sql } of migrations) {
    db.exec(sql);
    const after = readShape(db);
    if (before) {
      const isExcused = readExcuses(sql, current);
      mistakes.push(...compareShapes(before, after, isExcused).map((mistake) => `${name}: ${mistake}`));
    }
    before = after;
  }
  db.close();
  return mistakes;
}

/** Whether a migration may take `table.column` or `table`. */
function readExcuses(sql: string, current: string): (what: string) => boolean {
  const excused = [...sql.matchAll(/^-- unused since (\d+\.\d+\.\d+): (\S+)$/gm)]
    .filter(([, version]) => version !== current)
    .map(([, , what]) => what);
  return (what) => excused.includes(what);
}

function readShape(db: DatabaseSync): Shape {
  const rows = (query: string, ...values: string[]) => db.prepare(query).all(...values);
  const columns = new Map<string, Column>();
  const tables = new Set<string>();
  const bounds = new Map<string, string>();
  for (const { name, sql } of rows(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )) {
    const table = String(name);
    tables.add(table);
    for (const row of rows('SELECT name, type, "notnull" AS required, dflt_value FROM pragma_table_xinfo(?)', table)) {
      columns.set(`${table}.${row["name"]}`, {
        type: String(row["type"]).toLowerCase(),
        isRequired: row["required"] === 1,
        hasDefault: row["dflt_value"] !== null,
      });
    }
    for (const { name: index } of rows(
      "SELECT name FROM pragma_index_list(?) WHERE \"unique\" AND origin <> 'pk'",
      table,
    )) {
      bounds.set(`the unique index ${index} of ${table}`, table);
    }
    for (const [check] of String(sql).matchAll(/CHECK\s*\(.*\)/gi)) {
      bounds.set(`the ${check.replace(/,?\s*$/, "").replace(/[`"]/g, "")} of ${table}`, table);
    }
  }
  return { columns, tables, bounds };
}

const compareShapes = (before: Shape, after: Shape, isExcused: (what: string) => boolean): string[] => [
  ...listLost(before, after)
    .filter((name) => !isExcused(name) && !isExcused(name.replace(/\..*/, "")))
    .map((name) => `${name} is dropped or renamed`),
  ...[...before.columns].flatMap(([name, column]) => compareColumn(name, column, after.columns.get(name))),
  ...listNew(before, after)
    .filter(([, { isRequired, hasDefault }]) => isRequired && !hasDefault)
    .map(([name]) => `${name} is new and NOT NULL without a default`),
  ...[...after.bounds]
    .filter(([bound, table]) => before.tables.has(table) && !before.bounds.has(bound))
    .filter(([bound]) => !namesNewColumn(bound, before, after))
    .map(([bound]) => `${bound} is new`),
];

const listLost = (before: Shape, after: Shape): string[] =>
  [...before.columns.keys()].filter((name) => !after.columns.has(name));

/** New columns of tables that were there before. */
const listNew = (before: Shape, after: Shape): [string, Column][] =>
  [...after.columns].filter(([name]) => !before.columns.has(name) && before.tables.has(name.replace(/\..*/, "")));

function compareColumn(name: string, before: Column, after: Column | undefined): string[] {
  if (!after) return [];
  if (after.type !== before.type) return [`${name} was ${before.type} and becomes ${after.type}`];
  if (after.isRequired && !before.isRequired) return [`${name} becomes NOT NULL`];
  return after.isRequired && before.hasDefault && !after.hasDefault ? [`${name} loses its default`] : [];
}

/** The release before does not write the columns that are new, so what bounds them does not bind it. */
const namesNewColumn = (bound: string, before: Shape, after: Shape): boolean =>
  listNew(before, after).some(([name]) => new RegExp(`\\b${name.replace(/.*\./, "")}\\b`).test(bound));
