/**
 * Checks that `migrations/` makes the tables that `src/db/schema.ts` declares, by making both databases: one from the
 * migrations, one from what drizzle-kit prints for the schema. What Drizzle cannot declare (STRICT, WITHOUT ROWID, the
 * text of the triggers) is compared with what stands here and in `schema/triggers.ts`. Part of `npm run check`.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "./provisioning/sqlite.ts";
import { triggers } from "./schema/triggers.ts";

/** The tables, and whether each is WITHOUT ROWID. All are STRICT. */
const tables = {
  account_writes: true,
  accounts: false,
  image_acl: true,
  image_history: false,
  image_trims: true,
  images: false,
  keys: true,
};

const root = join(import.meta.dirname, "..");

function applyMigrations(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  const files = readdirSync(`${root}/migrations`).filter((name) => name.endsWith(".sql"));
  for (const name of files.sort()) {
    const sql = readFileSync(`${root}/migrations/${name}`, "utf8");
    // D1 ignores it, and ON DELETE CASCADE then deletes the children of a rebuilt table without a word.
    if (/foreign_keys\s*=\s*off/i.test(sql)) throw new Error(`${name}: PRAGMA foreign_keys=OFF does nothing on D1`);
    if (/on delete cascade/i.test(sql)) throw new Error(`${name}: no foreign key may CASCADE`);
    db.exec(sql);
  }
  return db;
}

function applySchema(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  const cli = `${root}/node_modules/drizzle-kit/bin.cjs`;
  db.exec(execFileSync(process.execPath, [cli, "export"], { cwd: root, encoding: "utf8" }));
  return db;
}

type Row = Record<string, unknown>;

/** What the two databases must agree on, as lines. */
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

/** SQLite prints the type of a STRICT column as it was written; Drizzle writes lower case. */
const lowerCaseType = (key: string, value: unknown): unknown =>
  key === "type" && typeof value === "string" ? value.toLowerCase() : value;

/** Compares what only the migrations hold. */
function compareUndeclared(db: DatabaseSync): string[] {
  const list = db.prepare(
    "SELECT name, strict, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
  );
  const made = Object.fromEntries(list.all().map(({ name, strict, wr }) => [String(name), { strict, wr }]));
  const wanted = Object.fromEntries(Object.entries(tables).map(([name, wr]) => [name, { strict: 1, wr: wr ? 1 : 0 }]));
  const triggerRows = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name").all();
  return [
    ...compare("table", toLines(made), toLines(wanted)),
    ...compare(
      "trigger",
      triggerRows.map(({ sql }) => String(sql)),
      triggers,
    ),
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

const migrations = applyMigrations();
const mistakes = [
  ...compare("schema", describe(migrations), describe(applySchema())),
  ...compareUndeclared(migrations),
];
for (const mistake of mistakes) console.error(mistake);
process.exitCode = mistakes.length > 0 ? 1 : 0;
