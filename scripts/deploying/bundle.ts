import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/**
 * Writes what `npm run deploy` uploads into a folder: wrangler's own bundle of `[env.production]`. No account is needed.
 *
 * @returns the path of its only module
 */
export function bundleForProduction(folder: string): string {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  const args = ["deploy", "--env", "production", "--dry-run", "--outdir", folder];
  execFileSync(process.execPath, [cli, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return join(folder, "index.js");
}

/** A Node module that the bundle imports, as it is written there: the Worker runs without `nodejs_compat`. */
export const findNodeModule = (bundle: string): string | undefined =>
  /(?:from|import|require)\s*\(?\s*["']node:[^"']+["']/.exec(readFileSync(bundle, "utf8"))?.[0];
