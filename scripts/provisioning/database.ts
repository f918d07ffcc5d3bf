import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../running/state-folder.ts";
import { findDatabaseFile, isMigrated } from "../serving/database-file.ts";
import { readSettings } from "../serving/settings.ts";
import { readDeclaredDatabase } from "./declared-database.ts";
import { migrateLocal } from "./migrations.ts";
import { openRemote } from "./remote-database.ts";
import type { OpenDatabase } from "./sql-database.ts";
import { openSqliteFile } from "./sqlite-file.ts";

const root = join(import.meta.dirname, "../..");
const migrations = join(root, "migrations");

/** Where `wrangler dev` keeps local data by default. */
export const defaultState = join(root, ".wrangler/state");

/** The local database under a state folder (wrangler's `--persist-to`), or the deployed one. */
export type DatabaseTarget = { state: string } | { remote: true };

/**
 * Opens the database of `wrangler.toml`, the deployed one that of `[env.production]`. A local one is made and migrated when it
 * needs to be; the service may run on the same folder.
 *
 * @param create whether a local database that is missing is made
 * @throws {Error} with one line for the user: no login, no database, migrations that are missing
 */
export async function openDatabase(target: DatabaseTarget, { create = true } = {}): Promise<OpenDatabase> {
  // Read before wrangler is: it turns off what would reach for the network.
  process.loadEnvFile(join(root, ".env"));
  process.env["WRANGLER_LOG"] ??= "none";
  if ("remote" in target) return await openRemote();
  const file = findDatabaseFile(target.state, readSettings().databaseId);
  if (!create && !existsSync(file)) throw new Error(`${target.state}: it holds no database`);
  makeFolder(target.state);
  if (!isMigrated(file, migrations)) await migrate(file, target.state);
  return openSqliteFile(file);
}

/** What SQLite says of a migration that another program applies, or has just applied. */
const appliedMeanwhile =
  /already exists|duplicate column name|UNIQUE constraint failed: d1_migrations|SQLITE_BUSY|locked/;

const migratedWithinMs = 10_000;

/** Applies the migrations, or waits until another program has: of two that start on a new folder at once, one is slower. */
async function migrate(file: string, state: string): Promise<void> {
  try {
    await migrateLocal((await readDeclaredDatabase()).database_name, state);
  } catch (error) {
    if (!(error instanceof Error && appliedMeanwhile.test(error.message))) throw error;
    for (const deadline = Date.now() + migratedWithinMs; !isMigrated(file, migrations); ) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
