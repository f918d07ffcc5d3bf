import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { wranglerCli } from "../running/program.ts";
import { compress } from "../web/codings.ts";
import { cacheControlOf, makePages, pageHeaders } from "../web/pages.ts";
import type { Page } from "./answer-page.ts";

const root = join(import.meta.dirname, "../..");
const shared = { format: "esm", target: "es2024", logLevel: "silent" } as const;

/**
 * Bundles a Worker into a file, in a fifth of a second, with the options that wrangler deploys it with. A test compares the
 * bytes. Writes nothing else: the project's folder may be read-only.
 *
 * @param entry its module, from the project's folder
 * @param isMinified false for a bundle that a person reads
 * @returns the file
 */
export function bundleWorker(entry: string, file: string, isMinified = true): string {
  const { outputFiles } = buildSync({
    ...shared,
    entryPoints: [resolve(root, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    outdir: "/",
    sourcemap: true,
    minify: isMinified,
    keepNames: false,
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:workers"],
    define: { "process.env.NODE_ENV": '"production"', "navigator.userAgent": '"Cloudflare-Workers"' },
  });
  const output = outputFiles.find(({ path }) => path.endsWith(".js"));
  if (!output) throw new Error("esbuild wrote no bundle");
  writeFileSync(file, output.contents);
  return file;
}

/** Writes what `npm run deploy` uploads, wrangler's own bundle, into a folder. Needs no account. @returns its only module */
export function bundleForProduction(folder: string): string {
  const args = [wranglerCli, "deploy", "--env", "production", "--dry-run", "--outdir", folder];
  execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return join(folder, "index.js");
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Writes the static pages for a Worker's folder: `front.js`, which answers with them, and `pages.json`, their bytes in each coding. */
export async function writePages(folder: string): Promise<void> {
  const pages = Object.fromEntries([...(await makePages())].map(([file, text]) => [`/${file}`, makePage(file, text)]));
  writeFileSync(join(folder, "pages.json"), JSON.stringify(pages));
  bundleModule("front.ts", join(folder, "front.js"));
}

/** Bundles a module of this folder that runs in workerd. */
export function bundleModule(name: string, outfile: string): void {
  const entryPoints = [join(import.meta.dirname, name)];
  buildSync({ ...shared, entryPoints, bundle: true, external: ["cloudflare:workers"], outfile });
}

/** @param file its path, such as `--docs/index.html` */
export function makePage(file: string, text: string): Page {
  const { identity, gzip, br } = compress(file, text);
  return {
    hash: createHash("sha256").update(text).digest("hex").slice(0, 32),
    bodies: { identity: identity.toString("base64"), gzip: gzip.toString("base64"), br: br.toString("base64") },
    headers: {
      "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream",
      "Cache-Control": cacheControlOf(file),
      ...pageHeaders,
    },
  };
}
