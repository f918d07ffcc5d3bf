/**
 * Measures the bundle of `wrangler deploy --dry-run --env production`, which is what `npm run deploy` uploads, and fails
 * when its gzip passes the budget. `npm run size [-- --outdir DIR]`
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bundleForProduction, findNodeModule } from "./deploying/bundle.ts";

/** Of the whole Worker, gzip. */
const budgetKib = 70;

const { values } = parseArgs({ options: { outdir: { type: "string" } } });
const folder = values.outdir ?? mkdtempSync(join(tmpdir(), "cloudapi-edge-"));
try {
  const file = bundleForProduction(folder);
  const bundle = readFileSync(file);
  const kib = gzipSync(bundle, { level: 9 }).length / 1024;
  const nodeModule = findNodeModule(file);
  console.log(
    `Worker: ${kib.toFixed(1)} KiB gzip, ${(bundle.length / 1024).toFixed(1)} KiB minified; budget ${budgetKib} KiB gzip`,
  );
  if (nodeModule) console.error(`the Worker uses a Node module: ${nodeModule}`);
  process.exitCode = kib > budgetKib || nodeModule ? 1 : 0;
} finally {
  if (values.outdir === undefined) rmSync(folder, { recursive: true });
}
