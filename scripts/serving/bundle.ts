import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { build } from "esbuild";
import { wranglerCli } from "../running/program.ts";
import { makePages, pageHeaders } from "../web/pages.ts";
import type { Page } from "./front.ts";

const root = join(import.meta.dirname, "../..");

/**
 * Bundles the Worker into a file, in a fifth of a second, with the options that wrangler deploys it with. A test compares
 * the bytes. Writes nothing else: the project's folder may be read-only.
 */
export async function bundleService(file: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/index.ts")],
    absWorkingDir: root,
    bundle: true,
    write: false,
    outdir: "/",
    sourcemap: true,
    format: "esm",
    target: "es2024",
    minify: true,
    keepNames: false,
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:workers"],
    define: { "process.env.NODE_ENV": '"production"', "navigator.userAgent": '"Cloudflare-Workers"' },
    logLevel: "silent",
  });
  const output = outputFiles.find(({ path }) => path.endsWith(".js"));
  if (!output) throw new Error("esbuild wrote no bundle");
  writeFileSync(file, output.contents);
}

/** Bundles any Worker as `wrangler deploy` would, minified unless a person reads it. @returns the file */
export function bundleWorker(entry: string, folder: string, how: "--minify" | "--no-minify" = "--minify"): string {
  rehearseDeploy(folder, [resolve(root, entry), "--env=", how]);
  return join(folder, `${basename(entry, ".ts")}.js`);
}

/** Bundles what `npm run deploy` uploads. @returns the path of its only module */
export function bundleForProduction(folder: string): string {
  rehearseDeploy(folder, ["--env", "production"]);
  return join(folder, "index.js");
}

/** Writes wrangler's own bundle into a folder. Needs no account. */
function rehearseDeploy(folder: string, args: readonly string[]): void {
  const all = [wranglerCli, "deploy", ...args, "--dry-run", "--outdir", folder];
  execFileSync(process.execPath, all, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Writes the static pages for a Worker's folder: `front.js`, which answers with them, and `pages.json`, their text. */
export async function writePages(folder: string): Promise<void> {
  const pages = Object.fromEntries([...(await makePages())].map(([file, text]) => [`/${file}`, makePage(file, text)]));
  writeFileSync(join(folder, "pages.json"), JSON.stringify(pages));
  await build({
    entryPoints: [join(import.meta.dirname, "front.ts")],
    outfile: join(folder, "front.js"),
    format: "esm",
    target: "es2024",
    logLevel: "silent",
  });
}

const makePage = (file: string, text: string): Page => ({
  text,
  headers: {
    "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream",
    "Cache-Control": "public, max-age=0, must-revalidate",
    ETag: `"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"`,
    ...pageHeaders,
  },
});
