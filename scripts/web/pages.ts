import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { makeDocument } from "../openapi/document.ts";
import { makeSite } from "./docs/site.ts";
import { type PageFiles, preloadImports } from "./first-load.ts";

const source = join(import.meta.dirname, "../../src/console");

/** Makes every file of the static pages: the console, the documentation, the OpenAPI document. */
export async function makePages(): Promise<PageFiles> {
  const document = makeDocument();
  const [docs, console] = await Promise.all([
    bundlePage("--docs", ["docs/docs.ts", "docs/docs.css"]),
    bundlePage("--console", ["console.tsx", "console.css"]),
  ]);
  const pages = new Map([
    ...[...makeSite(document)].map(([file, text]) => [`--docs/${file}`, nameBundles(text, docs)] as const),
    ...docs,
    ["--docs/openapi.json", `${JSON.stringify(document)}\n`],
    ["--console/index.html", nameBundles(readFileSync(join(source, "index.html"), "utf8"), console)],
    ...console,
  ]);
  const page = "--console/index.html";
  return pages.set(page, preloadImports(pages, page));
}

/** What esbuild puts into the names of scripts and styles: a hash of the contents, and of what they import. */
const hashed = /-[A-Z0-9]{8}(?=\.(?:js|css)$)/;

/** Gives the scripts and styles that the HTML names, `docs.js`, the names that they were written under, `docs-HASH.js`. */
function nameBundles(html: string, bundles: PageFiles): string {
  const names = new Map([...bundles.keys()].map((file) => [basename(file).replace(hashed, ""), basename(file)]));
  return html.replace(/(?<=\s(?:src|href)=")[\w-]+\.(?:js|css)(?=")/g, (name) => {
    const written = names.get(name);
    if (written === undefined) throw new Error(`a page names ${name}, which is not built`);
    return written;
  });
}

const [keep, askAgain] = ["public, max-age=31536000, immutable", "no-cache"] as const;

/** How long a browser keeps a file: for ever if a hash is in its name; else it asks each time whether the file is still the same. */
export const cacheControlOf = (file: string): typeof keep | typeof askAgain => (hashed.test(file) ? keep : askAgain);

/** Bundles the scripts and styles of a page. Scripts that only some visits load are files of their own. @returns the texts by path */
async function bundlePage(folder: string, entries: readonly string[]): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => join(source, entry)),
    entryNames: "[name]-[hash]",
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

const formatHeaders = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join("");

const maxRules = 100;

/**
 * The headers in the form of Workers' `_headers`. All rules of a path count; `!` takes a header of an earlier one away. A rule
 * for each hashed file: a pattern would let a browser keep a 404 for ever.
 *
 * @see https://developers.cloudflare.com/workers/static-assets/headers/
 */
function formatHeadersFile(pages: PageFiles): string {
  const folders = ["console", "docs"].map(
    (folder) => `/--${folder}/*\n${formatHeaders({ "Cache-Control": askAgain, ...pageHeaders })}`,
  );
  const kept = [...pages.keys()]
    .filter((file) => cacheControlOf(file) === keep)
    .map((file) => `/${file}\n  ! Cache-Control\n${formatHeaders({ "Cache-Control": keep })}`);
  const rules = [...folders, ...kept];
  if (rules.length > maxRules) throw new Error(`_headers has ${rules.length} rules; Workers read ${maxRules}`);
  return rules.join("\n");
}

/** Writes the static pages to the folder that `[assets]` serves. Unchanged files stay: `wrangler dev` watches them. */
export async function buildPublic(folder: string): Promise<void> {
  const pages = await makePages();
  const files = new Map([...pages, ["_headers", formatHeadersFile(pages)]]);
  // The pages last: whoever reads one finds what it names.
  for (const [path, text] of [...files].toReversed()) writeChanged(join(folder, path), text);
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
