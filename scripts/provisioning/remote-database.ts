import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  assertDatabaseIsNamed,
  type ProductionDatabase,
  readProductionDatabase,
} from "../deploying/production-database.ts";
import { formatMigrateCommand, listUnapplied } from "./migrations.ts";
import type { OpenDatabase } from "./sql-database.ts";

const root = join(import.meta.dirname, "../..");

/**
 * Opens the deployed database, that of `[env.production]`, through wrangler: by a configuration of its own, because the
 * project's leaves the database local in development. It must be closed: it runs on a process of its own.
 *
 * @throws {Error} with one line for the user: no login, no database, migrations that are missing
 */
export async function openRemote(): Promise<OpenDatabase> {
  // Before wrangler is read: it turns off what would reach for the network.
  process.loadEnvFile(join(root, ".env"));
  process.env["WRANGLER_LOG"] ??= "none";
  // As if without a terminal: wrangler then reports a missing login and opens no browser.
  process.env["CI"] ??= "true";
  const declared = await readProductionDatabase();
  assertDatabaseIsNamed(declared);
  const configPath = join(root, ".local", `remote-database-${process.pid}.json`);
  mkdirSync(join(root, ".local"), { recursive: true });
  writeFileSync(configPath, JSON.stringify(makeRemoteConfig(declared)));
  try {
    return await assertMigrated(await openProxy({ configPath, persist: false }), declared.database_name);
  } catch (error) {
    throw new Error(`--remote: ${explainRemoteFailure(error)}`, { cause: error });
  } finally {
    rmSync(configPath);
  }
}

/** Wrangler's own words, which speak of tokens alone, unless there is no login. */
function explainRemoteFailure(error: unknown): string | undefined {
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
  return reason?.includes("CLOUDFLARE_API_TOKEN")
    ? 'not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN'
    : reason;
}

const makeRemoteConfig = ({ database_name, database_id, ...worker }: ProductionDatabase): object => ({
  ...worker,
  d1_databases: [{ binding: "DB", database_name, database_id, remote: true }],
});

async function assertMigrated(opened: OpenDatabase, database: string): Promise<OpenDatabase> {
  const unapplied = await findUnapplied(opened);
  if (unapplied.length === 0) return opened;
  await opened.close();
  throw new Error(`${unapplied.join(", ")} is not applied; run: ${formatMigrateCommand(database)}`);
}

/** Closes the database when it does not answer: left open, it would keep the program running. */
async function findUnapplied({ db, close }: OpenDatabase): Promise<string[]> {
  try {
    return await listUnapplied(db);
  } catch (error) {
    await close();
    throw error;
  }
}

type ProxyOptions = { configPath: string; persist: false };

async function openProxy(options: ProxyOptions): Promise<OpenDatabase> {
  const { getPlatformProxy } = await import("wrangler");
  const { env, dispose } = await getPlatformProxy<{ DB: D1Database }>(options);
  return { db: env.DB, close: dispose };
}
