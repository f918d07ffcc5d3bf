import { type Codings, compress } from "./codings.ts";
import type { PageFiles } from "./pages.ts";

/** Files of the static pages that share a budget, and the sum of their sizes in each coding. The budget is for gzip. */
export type PageSize = {
  name: string;
  files: readonly string[];
  kib: Readonly<Record<keyof Codings, number>>;
  budgetKib: number;
};

export const isOverBudget = ({ kib, budgetKib }: PageSize): boolean => kib.gzip > budgetKib;

/** Weighs the static pages, a row for each budget. @throws {Error} a file is missing, or belongs to no budget */
export function measurePages(pages: PageFiles): PageSize[] {
  const all = [...pages.keys()];
  const console = listFirstLoad(pages, "--console/index.html");
  const [contract, document] = ["--docs/contract.html", "--docs/openapi.json"];
  // A visit loads one page, and what all pages share.
  const docs = all
    .filter((file) => /^--docs\/.*\.html$/.test(file) && file !== contract)
    .map((page) => makeRow(pages, listFirstLoad(pages, page)));
  const listed = [...console, ...docs.flatMap(({ files }) => files), contract, document];
  const others = all.filter((file) => !listed.includes(file));
  const rows = [
    { name: "Console, first load", ...makeRow(pages, console), budgetKib: 44 },
    { name: "Console, loaded when needed", ...makeRow(pages, others.filter(isOf("--console/"))), budgetKib: 52 },
    { name: "Documentation, largest page", ...findLargest(docs), budgetKib: 10 },
    { name: "Documentation, loaded when needed", ...makeRow(pages, others.filter(isOf("--docs/"))), budgetKib: 24 },
    { name: "Documentation, the contract", ...makeRow(pages, [contract]), budgetKib: 24 },
    { name: "OpenAPI document", ...makeRow(pages, [document]), budgetKib: 24 },
  ];
  const left = others.filter((file) => !rows.some(({ files }) => files.includes(file)));
  if (left.length > 0) throw new Error(`no budget in scripts/web/page-sizes.ts holds ${left.join(", ")}`);
  return rows;
}

type Row = Pick<PageSize, "files" | "kib">;

function makeRow(pages: PageFiles, files: readonly string[]): Row {
  const compressed = files.map((file) => compress(file, readFile(pages, file)));
  const sum = (coding: keyof Codings) => compressed.reduce((total, bytes) => total + bytes[coding].length, 0) / 1024;
  return { files, kib: { identity: sum("identity"), gzip: sum("gzip"), br: sum("br") } };
}

const findLargest = (rows: readonly Row[]): Row =>
  rows.toSorted((a, b) => b.kib.gzip - a.kib.gzip)[0] ?? makeRow(new Map(), []);

const isOf = (folder: string) => (file: string) => file.startsWith(folder);

function readFile(pages: PageFiles, file: string): string {
  const text = pages.get(file);
  if (text === undefined) throw new Error(`${file} is needed, and not built`);
  return text;
}

/** The files that a page needs before it shows anything: its HTML, the scripts and styles it names, and their imports. */
function listFirstLoad(pages: PageFiles, page: string): string[] {
  const folder = page.slice(0, page.lastIndexOf("/") + 1);
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
