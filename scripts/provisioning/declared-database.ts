import { join } from "node:path";

/** What is read of `wrangler.toml`. Wrangler's own type of it does not resolve outside its sources. */
type WorkerConfig = {
  name?: string;
  account_id?: string;
  compatibility_date?: string;
  d1_databases: { binding: string; database_name?: string; database_id?: string }[];
};

/** A D1 database as `wrangler.toml` declares it, and what belongs to the Worker beside it. */
export type DeclaredDatabase = Omit<WorkerConfig, "d1_databases"> & { database_name: string; database_id: string };

/**
 * Reads the database with the binding DB.
 *
 * @param environment of wrangler.toml; the local database's is none
 * @throws {Error} there is none, or it has no name or id
 */
export async function readDeclaredDatabase(environment?: "production"): Promise<DeclaredDatabase> {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config: WorkerConfig = readConfig({
    config: join(import.meta.dirname, "../../wrangler.toml"),
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
