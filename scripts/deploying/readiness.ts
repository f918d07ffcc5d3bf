import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { placeholderId } from "./placeholder.ts";

const root = join(import.meta.dirname, "../..");

/** The database that `[env.production]` of wrangler.toml names. */
export type ProductionDatabase = { name: string; id: string };

/** @throws {Error} `[env.production]` declares no database for the binding DB */
export async function readProductionDatabase(): Promise<ProductionDatabase> {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config: { d1_databases: { binding: string; database_name?: string; database_id?: string }[] } = readConfig({
    config: join(root, "wrangler.toml"),
    env: "production",
  });
  const { database_name: name, database_id: id } = config.d1_databases.find(({ binding }) => binding === "DB") ?? {};
  if (name && id) return { name, id };
  throw new Error("[env.production] of wrangler.toml has no d1_databases entry with the binding DB, a name and an id");
}

/** @throws {Error} no database was created yet: what to do */
export function assertDatabaseIsNamed({ name, id }: ProductionDatabase): void {
  if (id !== placeholderId) return;
  throw new Error(
    `the database_id under [[env.production.d1_databases]] of wrangler.toml is still the placeholder; run "npx wrangler d1 create ${name}" and put the id it prints there`,
  );
}

/** @throws {Error} migrations are missing in the deployed database, or it cannot be asked: what to do */
export async function assertMigrated({ name }: ProductionDatabase): Promise<void> {
  const applied = await readApplied(name);
  const files = readdirSync(join(root, "migrations")).filter((file) => file.endsWith(".sql"));
  const missing = files.filter((file) => !applied.has(file)).sort();
  if (missing.length === 0) return;
  throw new Error(
    `${missing.join(", ")} is not applied to the deployed database; run "npx wrangler d1 migrations apply ${name} --env production --remote"`,
  );
}

/** What wrangler prints with --json: a result for each statement, or what went wrong. */
type Printed = { results?: { name?: unknown }[] }[] | { error?: { text?: string } };

/** The migrations that wrangler's own table lists; none where there is no such table. */
async function readApplied(name: string): Promise<ReadonlySet<string>> {
  const query = "SELECT name FROM d1_migrations";
  const text = await runWrangler(["d1", "execute", name, "--env=production", "--remote", "--json", "--command", query]);
  const printed = parsePrinted(text);
  if (Array.isArray(printed)) {
    return new Set(printed.flatMap(({ results = [] }) => results.map((row) => String(row.name))));
  }
  const reason = printed.error?.text ?? text.trim();
  if (reason.includes("no such table")) return new Set();
  throw new Error(explain(reason));
}

function parsePrinted(text: string): Printed {
  try {
    return JSON.parse(text.slice(text.search(/[[{]/)));
  } catch {
    return {};
  }
}

/** One line: what is missing where wrangler speaks of tokens or of fetch alone. */
export function explain(reason: string): string {
  if (reason.includes("CLOUDFLARE_API_TOKEN")) {
    return 'not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN';
  }
  if (/fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(reason)) {
    return `Cloudflare's API cannot be reached; this needs the network (${firstLine(reason)})`;
  }
  return `the deployed database cannot be asked which migrations it has: ${firstLine(reason) || "wrangler said nothing"}`;
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

/** Runs wrangler as if without a terminal: it opens no browser, and asks nothing. @returns what it printed on stdout */
function runWrangler(args: readonly string[]): Promise<string> {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [cli, ...args],
      { cwd: root, timeout: 60_000, env: { ...process.env, CI: "true", NO_COLOR: "1" } },
      (error, stdout, stderr) => resolve(stdout.trim() ? stdout : stderr.trim() || String(error ?? "")),
    );
    child.stdin?.end();
  });
}
