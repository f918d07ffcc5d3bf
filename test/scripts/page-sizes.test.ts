import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { listFirstLoad, listLoadedLater, measurePages } from "../../scripts/web/page-sizes.ts";

const html =
  '<link rel="stylesheet" href="console.css"><a href="/--docs/">Docs</a><script src="./console.js"></script>';
const pages = new Map([
  ["--console/index.html", html],
  ["--console/console.js", 'import{a}from"./chunk-A.js";const b=()=>import("./later-B.js");'],
  ["--console/chunk-A.js", 'import"./chunk-C.js";export{a}'],
  ["--console/chunk-C.js", 'import{a}from"./chunk-A.js"'],
  ["--console/later-B.js", 'import{a}from"./chunk-A.js"'],
  ["--console/console.css", "a{}"],
  ["--docs/docs.css", "b{}"],
]);

it("counts what a page needs at once, through every import, apart from what loads later", () => {
  expect(listFirstLoad(pages, "--console/").sort()).toEqual([
    "--console/chunk-A.js",
    "--console/chunk-C.js",
    "--console/console.css",
    "--console/console.js",
  ]);
  expect(listLoadedLater(pages, "--console/")).toEqual(["--console/later-B.js"]);
});

it("refuses a page that names no file, or one that is not built: an empty row would keep every budget", () => {
  expect(() => listFirstLoad(new Map(), "--console/")).toThrow("names no script");
  const { "--console/chunk-C.js": _, ...rest } = Object.fromEntries(pages);
  expect(() => listFirstLoad(new Map(Object.entries(rest)), "--console/")).toThrow("needs --console/chunk-C.js");
});

it("weighs gzip, and counts a chunk where it is loaded", () => {
  const noise = randomBytes(48 * 1024).toString("base64");
  const [first, later] = measurePages(new Map([...pages, ["--console/later-B.js", noise]]));
  expect(first?.kib).toBeLessThan(1);
  expect(later?.kib).toBeGreaterThan(later?.budgetKib ?? Number.POSITIVE_INFINITY);
});
