/** Bundles the Worker as `wrangler deploy` would, minified, and fails when its gzip passes the budget. `npm run size`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Of the whole Worker, gzip of the minified bundle. */
const budgetKib = 64;

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-"));
try {
  const cli = `${root}/node_modules/wrangler/bin/wrangler.js`;
  execFileSync(process.execPath, [cli, "deploy", "--env", "production", "--dry-run", "--minify", "--outdir", folder], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const bundle = readFileSync(join(folder, "index.js"));
  const kib = gzipSync(bundle, { level: 9 }).length / 1024;
  const nodeModule = /(?:from|import|require)\s*\(?\s*["']node:[^"']+["']/.exec(bundle.toString());
  console.log(
    `Worker: ${kib.toFixed(1)} KiB gzip, ${(bundle.length / 1024).toFixed(1)} KiB minified; budget ${budgetKib} KiB gzip`,
  );
  if (nodeModule) console.error(`the Worker uses a Node module: ${nodeModule[0]}`);
  process.exitCode = kib > budgetKib || nodeModule ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
