/** Measures what is served, and fails when its gzip passes a budget. `npm run size [-- --outdir DIR]` */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fromCaller, readOptions, runProgram } from "./running/program.ts";
import { bundleForProduction } from "./serving/bundle.ts";
import { measurePages } from "./web/page-sizes.ts";
import { makePages } from "./web/pages.ts";

const usage = `usage: npm run size [-- --outdir DIR]
  Measures the Worker that "npm run deploy" uploads, and the static pages. Fails if one is over its budget.
  --outdir DIR  keeps the Worker's bundle in this folder`;

/** Of the whole Worker, gzip. */
const budgetKib = 80;

async function measure(folder: string): Promise<number> {
  const bundle = readFileSync(bundleForProduction(folder));
  const kib = gzipSync(bundle, { level: 9 }).length / 1024;
  const minified = (bundle.length / 1024).toFixed(1);
  console.log(`Worker: ${kib.toFixed(1)} KiB gzip, ${minified} KiB minified; budget ${budgetKib} KiB gzip`);
  const sizes = measurePages(await makePages());
  for (const page of sizes)
    console.log(`${page.name}: ${page.kib.toFixed(1)} KiB gzip; budget ${page.budgetKib} KiB gzip`);
  // The Worker runs without `nodejs_compat`.
  const [nodeModule] = /(?:from|import|require)\s*\(?\s*["']node:[^"']+["']/.exec(bundle.toString()) ?? [];
  if (nodeModule) console.error(`the Worker uses a Node module: ${nodeModule}`);
  return nodeModule || kib > budgetKib || sizes.some((page) => page.kib > page.budgetKib) ? 1 : 0;
}

await runProgram(async () => {
  const { outdir } = readOptions(usage, { options: { outdir: { type: "string" } } }).values;
  if (outdir !== undefined) return await measure(fromCaller(outdir));
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-"));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
