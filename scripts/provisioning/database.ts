import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../running/state-folder.ts";
import { findDatabaseFile } from "../serving/database-file.ts";
import { readSettings } from "../serving/settings.ts";
import { migrateFile } from "./migrations.ts";
import type { OpenDatabase } from "./sql-database.ts";
import { openSqliteFile } from "./sqlite-file.ts";

/** Where `wrangler dev` keeps local data by default. */
export const defaultState = join(import.meta.dirname, "../../.wrangler/state");

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
  if ("remote" in target) return await (await import("./remote-database.ts")).openRemote();
  const file = findDatabaseFile(target.state, readSettings().databaseId);
  if (!create && !existsSync(file)) throw new Error(`${target.state}: it holds no database`);
  makeFolder(target.state);
  await migrateFile(file);
  return openSqliteFile(file);
}
