import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { makeDocument } from "../openapi/document.ts";
import { makeSite } from "./docs/site.ts";

/** The static pages: the path of each file in the folder that is served, such as `--docs/index.html`, and its text. */
export type PageFiles = ReadonlyMap<string, string>;

const source = join(import.meta.dirname, "../../src/console");

/** Makes every file of the static pages: the console, the documentation, the OpenAPI document. */
export async function makePages(): Promise<PageFiles> {
  const document = makeDocument();
  const [docs, console] = await Promise.all([
    bundlePage("--docs", ["docs/docs.ts", "docs/docs.css"]),
    bundlePage("--console", ["console.tsx", "console.css"]),
  ]);
  return new Map([
    ...[...makeSite(document)].map(([file, text]) => [`--docs/${file}`, text] as const),
    ...docs,
    ["--docs/openapi.json", `${JSON.stringify(document)}\n`],
    ["--console/index.html", readFileSync(join(source, "index.html"), "utf8")],
    ...console,
  ]);
}

/** Bundles the scripts and styles of a page. Scripts that only some visits load are files of their own. @returns the texts by path */
async function bundlePage(folder: string, entries: readonly string[]): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => join(source, entry)),
    entryNames: "[name]",
    absWorkingDir: source,
    outdir: join(source, "out"),
    bundle: true,
    write: false,
    splitting: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
    chunkNames: "[name]-[hash]",
    logLevel: "silent",
  });
  return new Map(outputFiles.map(({ path, text }) => [`${folder}/${basename(path)}`, text]));
}

/** A page loads from its own origin alone, and asks nothing else. */
const policy: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  // No text becomes script, because the console's key signs in this origin.
  "require-trusted-types-for": "'script'",
  "trusted-types": "'none'",
};

/** The headers of every static page. Console and documentation share an origin, and with it the key that signs. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
};

/** The headers in the form of Workers' `_headers`. @see https://developers.cloudflare.com/workers/static-assets/headers/ */
const formatHeadersFile = (): string => {
  const lines = Object.entries(pageHeaders).map(([name, value]) => `  ${name}: ${value}\n`);
  return ["console", "docs"].map((folder) => `/--${folder}/*\n${lines.join("")}`).join("\n");
};

/** Writes the static pages to the folder that `[assets]` serves. Unchanged files stay: `wrangler dev` watches them. */
export async function buildPublic(folder: string): Promise<void> {
  const files = new Map([...(await makePages()), ["_headers", formatHeadersFile()]]);
  for (const [path, text] of files) writeChanged(join(folder, path), text);
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const isStale = !files.has(path.replaceAll("\\", "/")) && statSync(join(folder, path)).isFile();
    if (isStale) rmSync(join(folder, path));
  }
}

/** Replaces the file at once: another start may read it meanwhile. */
function writeChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, file);
}
