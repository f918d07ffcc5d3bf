import { gzipSync } from "node:zlib";
import type { PageFiles } from "./page-files.ts";

/** Files of the static pages that have a budget together, and what they weigh: gzip, each file by itself. */
export type PageSize = { name: string; files: readonly string[]; kib: number; budgetKib: number };

type Budget = { name: string; list: (pages: PageFiles) => readonly string[]; budgetKib: number };

const consoleFolder = "--console/";

const budgets: readonly Budget[] = [
  { name: "Console, first load", list: (pages) => listFirstLoad(pages, consoleFolder), budgetKib: 40 },
  { name: "Console, loaded when needed", list: (pages) => listLoadedLater(pages, consoleFolder), budgetKib: 24 },
];

/** Weighs the static pages, a row for each budget. */
export const measurePages = (pages: PageFiles): PageSize[] =>
  budgets.map(({ name, list, budgetKib }) => {
    const files = list(pages);
    return { name, files, kib: files.reduce((sum, file) => sum + weigh(pages, file), 0) / 1024, budgetKib };
  });

const weigh = (pages: PageFiles, file: string): number => gzipSync(pages.get(file) ?? "", { level: 9 }).length;

/**
 * The scripts and style sheets that a page needs before it shows anything: those that its HTML names, and what these import.
 *
 * @param folder of the page, such as `--console/`
 * @throws {Error} one of them is not there, so that no budget is kept by a file that nobody finds
 */
export function listFirstLoad(pages: PageFiles, folder: string): string[] {
  const found = new Set<string>();
  const add = (file: string) => {
    const text = pages.get(file);
    if (text === undefined) throw new Error(`${folder}index.html needs ${file}, which is not built`);
    if (found.has(file)) return;
    found.add(file);
    for (const name of listNamed(text, imported)) add(`${folder}${name}`);
  };
  const named = listNamed(pages.get(`${folder}index.html`) ?? "", linked);
  if (named.length === 0) throw new Error(`${folder}index.html names no script and no style sheet`);
  for (const name of named) add(`${folder}${name}`);
  return [...found];
}

/** The scripts and style sheets of a page's folder that only some visits load. */
export function listLoadedLater(pages: PageFiles, folder: string): string[] {
  const first = new Set(listFirstLoad(pages, folder));
  return [...pages.keys()].filter((file) => file.startsWith(folder) && /\.(?:js|css)$/.test(file) && !first.has(file));
}

/** In HTML: `src="console.js"`, `href="./console.css"`, but no other page. */
const linked = /\s(?:src|href)="(?:\.\/)?([^"/:]+\.(?:js|css))"/g;

/** In what esbuild writes: `from"./chunk-A.js"` and `import"./chunk-A.js"`, but not `import("./later.js")`. */
const imported = /\b(?:from|import)\s*"\.\/([^"]+)"/g;

const listNamed = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = ""]) => name);
