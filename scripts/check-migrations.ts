/**
 * Checks that every migration after the first takes nothing from the release before it: that release runs on the newer
 * tables until it is replaced, and again after a roll back. CONTRIBUTING.md#migrations. Part of `npm run check`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMigrations } from "./provisioning/migrations.ts";
import { DatabaseSync } from "./provisioning/sqlite.ts";

type Migration = ReturnType<typeof readMigrations>[number];

type Column = { type: string; isRequired: boolean; hasDefault: boolean };

/** What statements rely on: columns by `table.column`, tables, and for each unique index and CHECK its table. */
type Shape = { columns: Map<string, Column>; tables: Set<string>; bounds: Map<string, string> };

/**
 * Lists what each migration takes from the release before it, as sentences.
 *
 * A migration may drop a column or table that no release has used since VERSION, with the line
 * `-- unused since VERSION: table.column` (or `table`). VERSION must not be `current`, the release being made.
 */
export function findTakenAway(migrations: readonly Migration[], current: string): string[] {
  const db = new DatabaseSync(":memory:");
  let before: Shape | undefined;
  const mistakes: string[] = [];
  for (const { name, sql } of migrations) {
    db.exec(sql);
    const after = readShape(db);
    const taken = before ? compareShapes(before, after, readExcuses(sql, current)) : [];
    mistakes.push(...taken.map((mistake) => `${name}: ${mistake}`));
    before = after;
  }
  db.close();
  return mistakes;
}

/** @returns whether a migration may drop `table.column` or `table` */
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
  // A view may take the place of a table: statements read it the same.
  const made = "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'";
  const uniqueIndexes = "SELECT name FROM pragma_index_list(?) WHERE \"unique\" AND origin <> 'pk'";
  for (const { name, sql } of rows(made)) {
    const table = String(name);
    tables.add(table);
    for (const row of rows('SELECT name, type, "notnull" AS required, dflt_value FROM pragma_table_xinfo(?)', table)) {
      columns.set(`${table}.${row["name"]}`, {
        type: String(row["type"]).toLowerCase(),
        isRequired: row["required"] === 1,
        hasDefault: row["dflt_value"] !== null,
      });
    }
    for (const { name: index } of rows(uniqueIndexes, table))
      bounds.set(`the unique index ${index} of ${table}`, table);
    for (const [check] of String(sql).matchAll(/CHECK\s*\(.*\)/gi)) {
      bounds.set(`the ${check.replace(/,?\s*$/, "").replace(/[`"]/g, "")} of ${table}`, table);
    }
  }
  return { columns, tables, bounds };
}

const tableOf = (column: string): string => column.replace(/\..*/, "");

function compareShapes(before: Shape, after: Shape, isExcused: (what: string) => boolean): string[] {
  const added = [...after.columns].filter(([name]) => !before.columns.has(name) && before.tables.has(tableOf(name)));
  // The release before does not write new columns, so their bounds do not concern it.
  const namesAdded = (bound: string) =>
    added.some(([name]) => new RegExp(`\\b${name.replace(/.*\./, "")}\\b`).test(bound));
  const left = [...before.columns].filter(([name]) => !isExcused(name) && !isExcused(tableOf(name)));
  return [
    ...left.filter(([name]) => !after.columns.has(name)).map(([name]) => `${name} is dropped or renamed`),
    ...[...before.columns].flatMap(([name, column]) => compareColumn(name, column, after.columns.get(name))),
    ...added.flatMap(([name, { isRequired, hasDefault }]) =>
      isRequired && !hasDefault ? `${name} is new and NOT NULL without a default` : [],
    ),
    ...[...after.bounds].flatMap(([bound, table]) =>
      before.tables.has(table) && !before.bounds.has(bound) && !namesAdded(bound) ? `${bound} is new` : [],
    ),
  ];
}

function compareColumn(name: string, before: Column, after: Column | undefined): string[] {
  if (!after) return [];
  if (after.type !== before.type) return [`${name} was ${before.type} and becomes ${after.type}`];
  if (after.isRequired && !before.isRequired) return [`${name} becomes NOT NULL`];
  return after.isRequired && before.hasDefault && !after.hasDefault ? [`${name} loses its default`] : [];
}

/** What D1 would do in silence. */
const forbidden = [
  // D1 ignores it, and ON DELETE CASCADE then deletes the children of a rebuilt table.
  [/foreign_keys\s*=\s*off/i, "PRAGMA foreign_keys=OFF does nothing on D1"],
  [/on delete cascade/i, "no foreign key may CASCADE"],
] as const;

if (import.meta.main) {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
  const migrations = readMigrations();
  const mistakes = [
    ...migrations.flatMap(({ name, sql }) =>
      forbidden.flatMap(([pattern, reason]) => (pattern.test(sql) ? `${name}: ${reason}` : [])),
    ),
    ...findTakenAway(migrations, version).map((mistake) => `${mistake}; the release before would fail on it`),
  ];
  for (const mistake of mistakes) console.error(`migrations/${mistake}`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
