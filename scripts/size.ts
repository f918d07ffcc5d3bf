/**
 * Measures what is served, and fails when its gzip passes a budget: the bundle of `wrangler deploy --dry-run --env
 * production`, which is what `npm run deploy` uploads, and the files of the static pages. `npm run size [-- --outdir DIR]`
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bundleForProduction, findNodeModule } from "./deploying/bundle.ts";
import { makePages } from "./web/build-public.ts";
import { measurePages } from "./web/page-sizes.ts";

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
  const sizes = measurePages(await makePages());
  for (const page of sizes) {
    console.log(`${page.name}: ${page.kib.toFixed(1)} KiB gzip; budget ${page.budgetKib} KiB gzip`);
  }
  if (nodeModule) console.error(`the Worker uses a Node module: ${nodeModule}`);
  const isOver = kib > budgetKib || sizes.some((page) => page.kib > page.budgetKib);
  process.exitCode = isOver || nodeModule ? 1 : 0;
} finally {
  if (values.outdir === undefined) rmSync(folder, { recursive: true });
}
