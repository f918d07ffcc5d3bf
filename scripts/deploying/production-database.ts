import { join } from "node:path";

/** The database_id of wrangler.toml until a database was created. */
export const placeholderId = "00000000-0000-4000-8000-000000000000";

/** What is read of `wrangler.toml`. Wrangler's own type of it does not resolve outside its sources. */
type WorkerConfig = {
  name?: string;
  account_id?: string;
  compatibility_date?: string;
  d1_databases: { binding: string; database_name?: string; database_id?: string }[];
};

/** The D1 database that `[env.production]` declares, and what belongs to the Worker beside it. */
export type ProductionDatabase = Omit<WorkerConfig, "d1_databases"> & { database_name: string; database_id: string };

/**
 * Reads the database with the binding DB.
 *
 * @throws {Error} there is none, or it has no name or id
 */
export async function readProductionDatabase(): Promise<ProductionDatabase> {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config: WorkerConfig = readConfig({
    config: join(import.meta.dirname, "../../wrangler.toml"),
    env: "production",
  });
  const { database_name, database_id } = config.d1_databases.find(({ binding }) => binding === "DB") ?? {};
  if (!database_name || !database_id) {
    throw new Error(
      "[env.production] of wrangler.toml has no d1_databases entry with the binding DB, a name and an id",
    );
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

/** @throws {Error} no database was created yet: what to do */
export function assertDatabaseIsNamed({ database_name, database_id }: ProductionDatabase): void {
  if (database_id !== placeholderId) return;
  throw new Error(
    `the database_id under [[env.production.d1_databases]] of wrangler.toml is still the placeholder; run "npx wrangler d1 create ${database_name}" and put the id it prints there`,
  );
}
