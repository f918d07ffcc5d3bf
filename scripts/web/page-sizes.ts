import { type Codings, compress } from "./codings.ts";
import type { PageFiles } from "./first-load.ts";
import { listFirstLoad, readFile } from "./first-load.ts";

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
    { name: "Console, loaded when needed", ...makeRow(pages, others.filter(isOf("--console/"))), budgetKib: 62 },
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
