import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { retryWhileBusy } from "./busy.ts";
import type { SqlDatabase } from "./sql-database.ts";

const root = join(import.meta.dirname, "../..");

/** The files of `migrations/` that are not applied to the database, in order. */
export async function listUnapplied(db: SqlDatabase): Promise<string[]> {
  const files = readdirSync(join(root, "migrations")).filter((name) => name.endsWith(".sql"));
  const applied = await retryWhileBusy(() => readApplied(db));
  return files.filter((name) => !applied.has(name)).sort();
}

/** wrangler's own table, made by the first migration it applies. */
async function readApplied(db: SqlDatabase): Promise<ReadonlySet<string>> {
  const table = await db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'd1_migrations'").all();
  if (table.results.length === 0) return new Set();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  return new Set(results.map(({ name }) => name));
}

/** The command that applies them, for a message; `where` is `--remote`, or `--local --persist-to DIR`. */
export const formatMigrateCommand = (database: string, where: readonly string[]): string =>
  ["npx wrangler d1 migrations apply", database, ...where].join(" ");

/**
 * Applies them to a local database, as `formatMigrateCommand` does.
 *
 * @throws {Error} wrangler failed: the command, and the end of what it said
 */
export async function migrateLocal(database: string, state: string): Promise<void> {
  const where = ["--local", "--persist-to", state];
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  const wrangler = promisify(execFile)(
    process.execPath,
    [cli, "d1", "migrations", "apply", database, ...where],
    // On a terminal it prompts; without one it assumes yes.
    { cwd: root, env: { ...process.env, WRANGLER_LOG: "error", CI: "true", NO_COLOR: "1" } },
  );
  wrangler.child.stdin?.end();
  try {
    await wrangler;
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error);
    throw new Error(`the migrations could not be applied; run: ${formatMigrateCommand(database, where)} (${said})`, {
      cause: error,
    });
  }
}
