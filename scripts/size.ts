/** Measures what is served, and fails when its gzip passes a budget. `npm run size [-- --outdir DIR]` */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fromCaller, readOptions, runProgram, wranglerCli } from "./running/program.ts";
import { bundleForProduction } from "./serving/bundle.ts";
import { isOverBudget, measurePages } from "./web/page-sizes.ts";
import { makePages } from "./web/pages.ts";

const root = join(import.meta.dirname, "..");

const usage = `usage: npm run size [-- --outdir DIR]
  Measures the Worker that "npm run deploy" uploads, its start-up, and the static pages. Fails if a size is over its budget.
  --outdir DIR  keeps the Worker's bundle in this folder
  --bytes       leaves the start-up out, which takes seconds`;

/** Of the whole Worker, gzip. An isolate reads and compiles all of it before its first answer; 70 KiB until it read near its callers, 76 until it had a feed of changes. */
const budgetKib = 80;

/** The least and the most CPU of three starts of the Worker here, ms. Cloudflare's own measure comes with a deploy. */
function measureStarts(folder: string): string {
  const args = ["check", "startup", "--args=--env production", "--outfile", join(folder, "startup.cpuprofile")];
  const starts = [1, 2, 3].map(() => {
    const said = execFileSync(process.execPath, [wranglerCli, ...args], { cwd: root, encoding: "utf8", stdio: "pipe" });
    const [, active] = /Active: ([\d.]+) ms/.exec(said) ?? [];
    if (active === undefined) throw new Error(`wrangler check startup said nothing of its time: ${said}`);
    return Math.round(Number(active));
  });
  return `${Math.min(...starts)} to ${Math.max(...starts)}`;
}

const showKib = (kib: number): string => `${kib.toFixed(1)} KiB`;

async function measure(folder: string, withStarts: boolean): Promise<number> {
  const bundle = readFileSync(bundleForProduction(folder));
  const kib = gzipSync(bundle, { level: 9 }).length / 1024;
  const minified = (bundle.length / 1024).toFixed(1);
  console.log(`Worker: ${kib.toFixed(1)} KiB gzip, ${minified} KiB minified; budget ${budgetKib} KiB gzip`);
  if (withStarts)
    console.log(
      `Start-up: ${measureStarts(folder)} ms of CPU here, by wrangler check startup; Cloudflare's limit is 1 s`,
    );
  const sizes = measurePages(await makePages());
  for (const page of sizes)
    console.log(
      `${page.name}: ${showKib(page.kib.gzip)} gzip; budget ${page.budgetKib} KiB gzip; ${showKib(page.kib.br)} brotli, ${showKib(page.kib.identity)} not compressed`,
    );
  // The Worker runs without `nodejs_compat`.
  const [nodeModule] = /(?:from|import|require)\s*\(?\s*["']node:[^"']+["']/.exec(bundle.toString()) ?? [];
  if (nodeModule) console.error(`the Worker uses a Node module: ${nodeModule}`);
  return nodeModule || kib > budgetKib || sizes.some(isOverBudget) ? 1 : 0;
}

await runProgram(async () => {
  const options = { outdir: { type: "string" }, bytes: { type: "boolean" } } as const;
  const { outdir, bytes } = readOptions(usage, { options }).values;
  if (outdir !== undefined) return await measure(fromCaller(outdir), !bytes);
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-"));
  try {
    return await measure(folder, !bytes);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
