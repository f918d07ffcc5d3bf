import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertDatabaseIsNamed, readProductionDatabase } from "../deploying/production-database.ts";
import { databaseNote, makeFolder } from "../running/state-folder.ts";
import { findDatabaseFile } from "../serving/database-file.ts";
import { formatMigrateCommand, listUnapplied, migrateFile, openMigrated } from "./migrations.ts";
import type { OpenDatabase } from "./sql-database.ts";
import { explainFailure, localDatabaseSection, openSqliteFile, wrapSqlite } from "./sqlite.ts";

const root = join(import.meta.dirname, "../..");

/** Where `wrangler dev` keeps local data by default. */
export const defaultState = join(root, ".wrangler/state");

/** The local database under a state folder (wrangler's `--persist-to`), or the deployed one. */
export type DatabaseTarget = { state: string } | { remote: true };

/**
 * Opens the local database, or the deployed one. Creates and migrates a local one if needed; the service may run on the same
 * folder.
 *
 * @param missing what to do without a local database: `rehearse` opens an empty one in memory
 * @throws {Error} one line for the user: no login, no database, missing migrations
 */
export async function openDatabase(
  target: DatabaseTarget,
  { missing = "create" }: { missing?: "create" | "refuse" | "rehearse" } = {},
): Promise<OpenDatabase & { isNew: boolean }> {
  if ("remote" in target) return { ...(await openRemote()), isNew: false };
  const file = findDatabaseFile(target.state);
  assertIsThere(target.state, file);
  const isNew = !existsSync(file);
  if (isNew && missing === "refuse") throw new Error(`${target.state}: it holds no database`);
  if (isNew && missing === "rehearse") return { ...wrapSqlite(openMigrated(), file), isNew };
  makeFolder(target.state);
  await explainFailure(file, () => migrateFile(file));
  const note = join(target.state, databaseNote);
  if (!existsSync(note)) writeFileSync(note, noteText);
  return { ...openSqliteFile(file), isNew };
}

const noteText = `This folder has a database below v3/d1. While this note is here, no empty one takes its place:
${localDatabaseSection}
`;

/** @throws {Error} the folder had a database, and the file is gone or empty: a start would begin anew, and nobody could sign in */
function assertIsThere(state: string, file: string): void {
  const note = join(state, databaseNote);
  const bytes = statSync(file, { throwIfNoEntry: false })?.size;
  if (!existsSync(note) || (bytes ?? 0) > 0) return;
  throw new Error(
    `${file} is ${bytes === undefined ? "gone" : "empty"}, and the folder had a database: ${localDatabaseSection}; restore a backup, or remove ${note} to begin with an empty one`,
  );
}

/**
 * Opens the database of `[env.production]` through wrangler. Writes a configuration for it, because in the project's own the
 * database is local. Close it: wrangler runs it in another process.
 */
async function openRemote(): Promise<OpenDatabase> {
  // The file turns off what would use the network. wrangler reads these variables when it is loaded.
  process.loadEnvFile(join(root, ".env"));
  process.env["WRANGLER_LOG"] ??= "none";
  // As if without a terminal: wrangler then reports a missing login and opens no browser.
  process.env["CI"] ??= "true";
  const declared = await readProductionDatabase();
  assertDatabaseIsNamed(declared);
  const { database_name, database_id, ...worker } = declared;
  const database = { binding: "DB", database_name, database_id, remote: true };
  const configPath = join(root, ".local", `remote-database-${process.pid}.json`);
  mkdirSync(join(root, ".local"), { recursive: true });
  writeFileSync(configPath, JSON.stringify({ ...worker, d1_databases: [database] }));
  try {
    const { getPlatformProxy } = await import("wrangler");
    const options: { configPath: string; persist: false } = { configPath, persist: false };
    const { env, dispose } = await getPlatformProxy<{ DB: D1Database }>(options);
    const opened = { db: env.DB, close: dispose };
    await assertMigrated(opened, database_name);
    return opened;
  } catch (error) {
    throw new Error(`--remote: ${explainRemoteFailure(error)}`, { cause: error });
  } finally {
    rmSync(configPath);
  }
}

/** Returns wrangler's own words, except for a missing login: they name only tokens. */
function explainRemoteFailure(error: unknown): string | undefined {
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
  return reason?.includes("CLOUDFLARE_API_TOKEN")
    ? 'not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN'
    : reason;
}

/** Closes the database on failure: an open one would keep the program running. */
async function assertMigrated({ db, close }: OpenDatabase, name: string): Promise<void> {
  try {
    const unapplied = await listUnapplied(db);
    if (unapplied.length > 0)
      throw new Error(`${unapplied.join(", ")} is not applied; run: ${formatMigrateCommand(name)}`);
  } catch (error) {
    await close();
    throw error;
  }
}
