/**
 * Checks that `migrations/` makes the tables that `src/db/schema.ts` declares. It makes both databases: one from the
 * migrations, one from what drizzle-kit prints for the schema. Drizzle cannot declare STRICT, WITHOUT ROWID, triggers and views:
 * these are compared with `tables` below and with `schema/triggers.ts`. Part of `npm run check`.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openMigrated } from "./provisioning/migrations.ts";
import { DatabaseSync } from "./provisioning/sqlite.ts";
import { triggers, views } from "./schema/triggers.ts";

/** The tables: true for those WITHOUT ROWID. All are STRICT. */
const tables = {
  account_history: true,
  account_writes: true,
  accounts: false,
  heartbeat: false,
  image_acl: true,
  image_revisions: false,
  image_trims: true,
  images: false,
  keys: true,
  limited_keys: true,
};

const root = join(import.meta.dirname, "..");

function applySchema(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  const cli = `${root}/node_modules/drizzle-kit/bin.cjs`;
  db.exec(execFileSync(process.execPath, [cli, "export"], { cwd: root, encoding: "utf8" }));
  return db;
}

type Row = Record<string, unknown>;

/** What must be the same in both databases, as lines. */
function describe(db: DatabaseSync): string[] {
  const rows = (query: string, ...values: string[]): Row[] => db.prepare(query).all(...values);
  const names = rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
  return names.flatMap(({ name }) => {
    const table = String(name);
    const [{ sql } = {}] = rows("SELECT sql FROM sqlite_schema WHERE name = ?", table);
    const checks = [...String(sql).matchAll(/CONSTRAINT\s+["`]\w+["`]\s+CHECK\s*\(.*\)/gi)].map(([text]) => text);
    return [
      ...rows('SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', table),
      ...rows('SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY name', table),
      ...rows(
        "SELECT l.name AS of, x.seqno, x.name, x.desc, x.coll FROM pragma_index_list(?) l, pragma_index_xinfo(l.name) x WHERE x.key ORDER BY 1, 2",
        table,
      ),
      ...rows('SELECT "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?)', table),
      ...checks.map((text) => ({ check: text.replace(/,?\s*$/, "") })),
    ].map((row) => `${table}: ${JSON.stringify(row, lowerCaseType)}`);
  });
}

/** SQLite keeps the case of a type, and Drizzle writes lower case. */
const lowerCaseType = (key: string, value: unknown): unknown =>
  key === "type" && typeof value === "string" ? value.toLowerCase() : value;

/** Compares what Drizzle cannot declare. */
function compareUndeclared(db: DatabaseSync): string[] {
  const list = db.prepare(
    "SELECT name, strict, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const made = Object.fromEntries(list.all().map(({ name, strict, wr }) => [String(name), { strict, wr }]));
  const wanted = Object.fromEntries(Object.entries(tables).map(([name, wr]) => [name, { strict: 1, wr: wr ? 1 : 0 }]));
  const readTexts = (type: string) =>
    db
      .prepare("SELECT sql FROM sqlite_schema WHERE type = ? ORDER BY name")
      .all(type)
      .map(({ sql }) => String(sql));
  return [
    ...compare("table", toLines(made), toLines(wanted)),
    ...compare("trigger", readTexts("trigger"), triggers),
    ...compare("view", readTexts("view"), views),
  ];
}

const toLines = (record: Record<string, unknown>): string[] =>
  Object.entries(record).map(([name, value]) => `${name} ${JSON.stringify(value)}`);

function compare(what: string, migrated: readonly string[], declared: readonly string[]): string[] {
  return [
    ...migrated.filter((line) => !declared.includes(line)).map((line) => `${what} only in migrations/: ${line}`),
    ...declared.filter((line) => !migrated.includes(line)).map((line) => `${what} missing in migrations/: ${line}`),
  ];
}

const migrations = openMigrated();
const mistakes = [
  ...compare("schema", describe(migrations), describe(applySchema())),
  ...compareUndeclared(migrations),
];
for (const mistake of mistakes) console.error(mistake);
process.exitCode = mistakes.length > 0 ? 1 : 0;
