import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { retryWhileBusy, type SqlDatabase } from "./sql-database.ts";
import { DatabaseSync } from "./sqlite.ts";

const folder = join(import.meta.dirname, "../../migrations");

/** The names of the files in `migrations/`, in the order in which they are applied. */
export const listMigrations = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();

/** Wrangler's own table of what it applied, as wrangler 4 creates it. */
const createTable = `CREATE TABLE IF NOT EXISTS "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

const selectTable = "SELECT 1 FROM sqlite_schema WHERE name = 'd1_migrations'";
const selectApplied = "SELECT name FROM d1_migrations";

const subtract = (applied: readonly { [column: string]: unknown }[]): string[] => {
  const names = new Set(applied.map(({ name }) => name));
  return listMigrations().filter((name) => !names.has(name));
};

/** Lists the files of `migrations/` that are not applied to the database, in order. */
export async function listUnapplied(db: SqlDatabase): Promise<string[]> {
  const table = await db.prepare(selectTable).all();
  return subtract(table.results.length === 0 ? [] : (await db.prepare(selectApplied).all()).results);
}

/** The command that applies them to the deployed database, for a message. */
export const formatMigrateCommand = (database: string): string =>
  `npx wrangler d1 migrations apply ${database} --env production --remote`;

/**
 * Creates the file of a local D1 if it is missing and applies the missing migrations, with SQLite alone: wrangler would take
 * seconds. One transaction: another program that starts on the same file waits, then finds nothing to do.
 *
 * @throws {Error} a migration failed, and none was applied; or the file stayed locked
 */
export async function migrateFile(file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await retryWhileBusy(async () => {
    const db = new DatabaseSync(file);
    try {
      migrate(db);
    } finally {
      db.close();
    }
  });
}

function migrate(db: DatabaseSync): void {
  // Without a lock: the usual start finds nothing to do, and must not wait for another program that writes.
  if (db.prepare(selectTable).get() && subtract(db.prepare(selectApplied).all()).length === 0) return;
  // workerd opens its databases in this mode; it lasts.
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("BEGIN IMMEDIATE");
  db.exec(createTable);
  for (const name of subtract(db.prepare(selectApplied).all())) {
    try {
      db.exec(readFileSync(join(folder, name), "utf8"));
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      throw new Error(`migrations/${name} could not be applied: ${reason}`, { cause: error });
    }
    db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").run(name);
  }
  db.exec("COMMIT");
}

/** Every migration with its SQL, in the order in which they are applied. */
export const readMigrations = (): { name: string; sql: string }[] =>
  listMigrations().map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));

/** Makes an empty database in memory with every migration applied. */
export function openMigrated(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  for (const { sql } of readMigrations()) db.exec(sql);
  return db;
}
