import { join } from "node:path";
import { formatMigrateCommand, listMigrations } from "../provisioning/migrations.ts";
import { explain, runWrangler } from "./cloudflare.ts";

/** The project's own wrangler.toml. */
export const projectFile = join(import.meta.dirname, "../../wrangler.toml");

/** The command that creates the database, for a message. */
export const createCommand = "npm run create-database -- --location … (or --jurisdiction …)";

/** The database_id of wrangler.toml before a database is created. */
export const placeholderId = "00000000-0000-4000-8000-000000000000";

/** The D1 database of `[env.production]`, and the Worker's own settings. */
export type ProductionDatabase = {
  name?: string | undefined;
  account_id?: string | undefined;
  compatibility_date?: string | undefined;
  database_name: string;
  database_id: string;
};

/** The part of `wrangler.toml` that is read. Wrangler's own type does not resolve outside its sources. */
type WorkerConfig = Omit<ProductionDatabase, "database_name" | "database_id"> & {
  d1_databases: { binding: string; database_name?: string; database_id?: string }[];
};

/** Reads the database with the binding DB. @throws {Error} no entry has this binding, a name and an id */
export async function readProductionDatabase(file = projectFile): Promise<ProductionDatabase> {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config: WorkerConfig = readConfig({ config: file, env: "production" });
  const { name, account_id, compatibility_date, d1_databases } = config;
  const { database_name, database_id } = d1_databases.find(({ binding }) => binding === "DB") ?? {};
  if (database_name && database_id) return { name, account_id, compatibility_date, database_name, database_id };
  throw new Error("[env.production] of wrangler.toml has no d1_databases entry with the binding DB, a name and an id");
}

/** @throws {Error} the id is still the placeholder; the message says what to do */
export function assertDatabaseIsNamed({ database_id }: ProductionDatabase): void {
  if (database_id !== placeholderId) return;
  throw new Error(
    `the database_id under [[env.production.d1_databases]] of wrangler.toml is still the placeholder; run ${createCommand}`,
  );
}

/** @throws {Error} the deployed database lacks migrations, or cannot be asked; the message says what to do */
export async function assertMigrated({ database_name }: ProductionDatabase): Promise<void> {
  const applied = await readApplied(database_name);
  const missing = listMigrations().filter((file) => !applied.has(file));
  if (missing.length === 0) return;
  throw new Error(
    `${missing.join(", ")} is not applied to the deployed database; run "${formatMigrateCommand(database_name)}"`,
  );
}

async function readApplied(name: string): Promise<ReadonlySet<string>> {
  const query = "SELECT name FROM d1_migrations";
  const args = ["d1", "execute", name, "--env=production", "--remote", "--json", "--command", query];
  const { stdout, stderr } = await runWrangler(args);
  return parseApplied(stdout, stderr);
}

type Said = { text?: string };

/**
 * Returns the migrations that wrangler's own table lists; none if the database has no such table.
 *
 * @param stdout of wrangler with --json: a result for each statement, or an error, whose reason is in its notes if Cloudflare gave one
 * @throws {Error} the reason, in one line
 */
export function parseApplied(stdout: string, stderr: string): ReadonlySet<string> {
  const printed = parseJson(stdout);
  if (Array.isArray(printed)) return new Set(printed.flatMap(({ results = [] }) => results.map((row) => row.name)));
  const reason = (printed.error?.notes?.[0] ?? printed.error)?.text ?? (stdout.trim() || stderr);
  if (reason.includes("no such table")) return new Set();
  throw new Error(`the deployed database cannot be asked which migrations it has: ${explain(reason)}`);
}

function parseJson(text: string): { results?: { name: string }[] }[] | { error?: Said & { notes?: Said[] } } {
  try {
    return JSON.parse(text.slice(text.search(/[[{]/)));
  } catch {
    return {};
  }
}
