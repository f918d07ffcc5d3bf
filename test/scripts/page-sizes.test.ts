import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isOverBudget, measurePages } from "../../scripts/web/page-sizes.ts";
import { makePages } from "../../scripts/web/pages.ts";

const html =
  '<link rel="stylesheet" href="console.css"><a href="/--docs/">Docs</a><script src="./console.js"></script>';
const pages = {
  "--console/index.html": html,
  "--console/console.js": 'import{a}from"./chunk-A.js";const b=()=>import("./later-B.js");',
  "--console/chunk-A.js": 'import"./chunk-C.js";export{a}',
  "--console/chunk-C.js": 'import{a}from"./chunk-A.js"',
  "--console/later-B.js": 'import{a}from"./chunk-A.js"',
  "--console/console.css": "a{}",
  "--docs/index.html": '<link href="docs.css"><p>the first page',
  "--docs/GetImage.html": '<link href="docs.css"><p>the larger page of an operation, whose words repeat nothing',
  "--docs/contract.html": '<link href="docs.css">',
  "--docs/search.json": "[]",
  "--docs/docs.css": "b{}",
  "--docs/openapi.json": "{}",
};

const measure = (files: object) => measurePages(new Map(Object.entries(files)));

describe("the sizes of the pages", () => {
  it("count what a page needs at once, through every import, apart from what loads later", () => {
    const files = measure(pages).map(({ name, files }) => [name, files.toSorted()]);
    expect(Object.fromEntries(files)).toEqual({
      "Console, first load": [
        "--console/chunk-A.js",
        "--console/chunk-C.js",
        "--console/console.css",
        "--console/console.js",
        "--console/index.html",
      ],
      "Console, loaded when needed": ["--console/later-B.js"],
      "Documentation, largest page": ["--docs/GetImage.html", "--docs/docs.css"],
      "Documentation, loaded when needed": ["--docs/search.json"],
      "Documentation, the contract": ["--docs/contract.html"],
      "OpenAPI document": ["--docs/openapi.json"],
    });
  });

  it("refuse a page that names no script, a file that is not built, and one without a budget", () => {
    expect(() => measure({ ...pages, "--console/index.html": "" })).toThrow("names no script");
    const { "--console/chunk-C.js": _, ...rest } = pages;
    expect(() => measure(rest)).toThrow("--console/chunk-C.js is needed, and not built");
    expect(() => measure({ ...pages, "--other/x.js": "" })).toThrow("holds --other/x.js");
  });

  it.each<[keyof typeof pages, string]>([
    ["--console/chunk-C.js", "Console, first load"],
    ["--console/later-B.js", "Console, loaded when needed"],
    ["--docs/docs.css", "Documentation, largest page"],
    ["--docs/GetImage.html", "Documentation, largest page"],
    ["--docs/search.json", "Documentation, loaded when needed"],
    ["--docs/contract.html", "Documentation, the contract"],
    ["--docs/openapi.json", "OpenAPI document"],
  ])("are over the budget when %s grows, in the row %s alone", (file, row) => {
    const noise = randomBytes(96 * 1024).toString("base64");
    const over = measure({ ...pages, [file]: `${pages[file]}${noise}` }).filter(isOverBudget);
    expect(over.map(({ name }) => name)).toEqual([row]);
  });

  it("have a budget for every file that is built, and keep it", async () => {
    for (const { name, kib, budgetKib } of measurePages(await makePages())) {
      expect(kib.gzip, name).toBeGreaterThan(0);
      expect(kib.gzip, name).toBeLessThanOrEqual(budgetKib);
      // What a browser gets is what is printed: the smaller, the better it is compressed.
      expect([kib.br, kib.gzip, kib.identity], name).toEqual(
        [kib.br, kib.gzip, kib.identity].toSorted((a, b) => a - b),
      );
    }
  });
});
