import { execFile } from "node:child_process";
import { join } from "node:path";
import { formatMigrateCommand, listMigrations } from "../provisioning/migrations.ts";
import type { ProductionDatabase } from "./production-database.ts";

const root = join(import.meta.dirname, "../..");

/** @throws {Error} migrations are missing in the deployed database, or it cannot be asked: what to do */
export async function assertMigrated({ database_name }: ProductionDatabase): Promise<void> {
  const applied = await readApplied(database_name);
  const missing = listMigrations().filter((file) => !applied.has(file));
  if (missing.length === 0) return;
  throw new Error(
    `${missing.join(", ")} is not applied to the deployed database; run "${formatMigrateCommand(database_name)}"`,
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
