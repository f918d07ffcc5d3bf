import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertDatabaseIsNamed } from "../deploying/readiness.ts";
import { makeFolder } from "../running/state-folder.ts";
import { formatMigrateCommand, listUnapplied, migrateLocal } from "./migrations.ts";

const root = join(import.meta.dirname, "../..");

/** Where `wrangler dev` keeps local data by default. */
export const defaultState = join(root, ".wrangler/state");

/** The local database under a state folder (wrangler's `--persist-to`), or the deployed one. */
export type DatabaseTarget = { state: string } | { remote: true };

/** The binding of the Worker, outside it. It must be closed: it runs on a process of its own. */
export type OpenDatabase = { db: D1Database; close: () => Promise<void> };

/**
 * Opens the database of `wrangler.toml`, the deployed one that of `[env.production]`. A local one is made and migrated when it needs to be; `wrangler dev` may run
 * on the same folder.
 *
 * @param create whether a local database that is missing is made
 * @throws {Error} with one line for the user: no login, no database, migrations that are missing
 */
export async function openDatabase(target: DatabaseTarget, { create = true } = {}): Promise<OpenDatabase> {
  // Read before wrangler is: it turns off what would reach for the network.
  process.loadEnvFile(join(root, ".env"));
  process.env["WRANGLER_LOG"] ??= "none";
  if ("remote" in target) return await openRemote();
  if (!create && !existsSync(join(target.state, "v3/d1"))) throw new Error(`${target.state}: it holds no database`);
  return await openLocal(target.state);
}

async function openLocal(state: string): Promise<OpenDatabase> {
  makeFolder(state);
  const configPath = join(root, "wrangler.toml");
  const options = { configPath, persist: { path: join(state, "v3") }, remoteBindings: false };
  // A folder without a database is not opened: that saves a second of a first start.
  if (existsSync(join(options.persist.path, "d1"))) {
    const opened = await openProxy(options);
    if ((await findUnapplied(opened)).length === 0) return opened;
    await opened.close();
  }
  try {
    await migrateLocal((await readDeclaredDatabase()).database_name, state);
  } catch (error) {
    if (!(error instanceof Error && appliedMeanwhile.test(error.message))) throw error;
    return await openMigrated(options, error);
  }
  return await openProxy(options);
}

/** What SQLite says of a migration that another program applies, or has just applied. */
const appliedMeanwhile =
  /already exists|duplicate column name|UNIQUE constraint failed: d1_migrations|SQLITE_BUSY|locked/;

const migratedWithinMs = 10_000;

/**
 * Opens the database once another program has applied the migrations: of two that start on a new folder at once, the
 * slower one finds tables that are there already.
 *
 * @param failure why this program could not; thrown when nobody else could either
 */
async function openMigrated(options: ProxyOptions, failure: unknown): Promise<OpenDatabase> {
  const opened = await openProxy(options);
  for (const deadline = Date.now() + migratedWithinMs; (await findUnapplied(opened)).length > 0; ) {
    if (Date.now() > deadline) {
      await opened.close();
      throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return opened;
}

/** By a configuration of its own, because the project's leaves the database local in development. */
async function openRemote(): Promise<OpenDatabase> {
  // As if without a terminal: wrangler then reports a missing login and opens no browser.
  process.env["CI"] ??= "true";
  const declared = await readDeclaredDatabase("production");
  assertDatabaseIsNamed({ name: declared.database_name, id: declared.database_id });
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

/** What is read of `wrangler.toml`. Wrangler's own type of it does not resolve outside its sources. */
type WorkerConfig = {
  name?: string;
  account_id?: string;
  compatibility_date?: string;
  d1_databases: { binding: string; database_name?: string; database_id?: string }[];
};

type DeclaredDatabase = Omit<WorkerConfig, "d1_databases"> & { database_name: string; database_id: string };

const makeRemoteConfig = ({ database_name, database_id, ...worker }: DeclaredDatabase): object => ({
  ...worker,
  d1_databases: [{ binding: "DB", database_name, database_id, remote: true }],
});

async function assertMigrated(opened: OpenDatabase, database: string): Promise<OpenDatabase> {
  const unapplied = await findUnapplied(opened);
  if (unapplied.length === 0) return opened;
  await opened.close();
  throw new Error(
    `${unapplied.join(", ")} is not applied; run: ${formatMigrateCommand(database, ["--env production", "--remote"])}`,
  );
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

/** @param environment of wrangler.toml; the local database's is none */
async function readDeclaredDatabase(environment?: "production"): Promise<DeclaredDatabase> {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config: WorkerConfig = readConfig({
    config: join(root, "wrangler.toml"),
    ...(environment && { env: environment }),
  });
  const { database_name, database_id } = config.d1_databases.find(({ binding }) => binding === "DB") ?? {};
  if (!database_name || !database_id) {
    throw new Error("wrangler.toml declares no D1 database with the binding DB, a database_name and a database_id");
  }
  const { name, account_id, compatibility_date } = config;
  return {
    ...(name && { name }),
    ...(account_id && { account_id }),
    ...(compatibility_date && { compatibility_date }),
    database_name,
    database_id,
  };
}

type ProxyOptions = { configPath: string; persist: false | { path: string }; remoteBindings?: boolean };

async function openProxy(options: ProxyOptions): Promise<OpenDatabase> {
  const { getPlatformProxy } = await import("wrangler");
  const { env, dispose } = await getPlatformProxy<{ DB: D1Database }>(options);
  return { db: env.DB, close: dispose };
}
