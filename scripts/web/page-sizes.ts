import { gzipSync } from "node:zlib";
import type { PageFiles } from "./pages.ts";

/** Files of the static pages that share a budget, and the sum of their gzip sizes. */
export type PageSize = { name: string; files: readonly string[]; kib: number; budgetKib: number };

/** Weighs the static pages, a row for each budget. @throws {Error} a file is missing, or belongs to no budget */
export function measurePages(pages: PageFiles): PageSize[] {
  const all = [...pages.keys()];
  const first = listFirstLoad(pages, "--console/");
  const document = "--docs/openapi.json";
  const later = all.filter((file) => file.startsWith("--console/") && !first.includes(file));
  const docs = all.filter((file) => file.startsWith("--docs/") && file !== document);
  const sizes = [
    { name: "Console, first load", files: first, budgetKib: 40 },
    { name: "Console, loaded when needed", files: later, budgetKib: 26 },
    { name: "Documentation's page", files: docs, budgetKib: 40 },
    { name: "OpenAPI document", files: [document], budgetKib: 32 },
  ].map((row) => ({ ...row, kib: row.files.reduce((sum, file) => sum + weigh(pages, file), 0) / 1024 }));
  const left = all.filter((file) => !sizes.some(({ files }) => files.includes(file)));
  if (left.length > 0) throw new Error(`no budget in scripts/web/page-sizes.ts holds ${left.join(", ")}`);
  return sizes;
}

const weigh = (pages: PageFiles, file: string): number => gzipSync(readFile(pages, file), { level: 9 }).length;

function readFile(pages: PageFiles, file: string): string {
  const text = pages.get(file);
  if (text === undefined) throw new Error(`${file} is needed, and not built`);
  return text;
}

/** The files that a page needs before it shows anything: its HTML, the scripts and styles it names, and their imports. */
function listFirstLoad(pages: PageFiles, folder: string): string[] {
  const page = `${folder}index.html`;
  const found = new Set([page]);
  const add = (name: string) => {
    const file = `${folder}${name}`;
    if (found.has(file)) return;
    found.add(file);
    for (const imported of listNamed(readFile(pages, file), importedNames)) add(imported);
  };
  const named = listNamed(readFile(pages, page), linkedNames);
  if (named.length === 0) throw new Error(`${page} names no script and no style sheet`);
  for (const name of named) add(name);
  return [...found];
}

/** In HTML: `src="console.js"`, `href="./console.css"`, but no other page. */
const linkedNames = /\s(?:src|href)="(?:\.\/)?([^"/:]+\.(?:js|css))"/g;

/** In what esbuild writes: `from"./chunk-A.js"` and `import"./chunk-A.js"`, but not `import("./later.js")`. */
const importedNames = /\b(?:from|import)\s*"\.\/([^"]+)"/g;

const listNamed = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = ""]) => name);
