import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { run } from "../support/started.ts";

const runCost = (...args: string[]) => run(process.execPath, ["bench/cost.ts", ...args]);

it("docs/operating.md has the table that npm run cost prints", async () => {
  const { code, stdout } = await runCost();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\| In a month \|/);
  expect(readFileSync("docs/operating.md", "utf8")).toContain(stdout);
});

it("bills what passes the fee", async () => {
  const { stdout } = await runCost("--accounts", "0", "--updates", "60000000", "--gets", "0", "--lists", "0");
  // 60 million updates write 360 million rows: 310 million beyond the fee, a dollar each million.
  expect(stdout).toContain("| rows written | 360,000,000 | 50,000,000 | 310.00 |");
  expect(stdout).toContain("| requests | 60,000,000 | 10,000,000 | 15.00 |");
});

it("refuses what is no number", async () => {
  const { code, stderr } = await runCost("--updates", "1e6");
  expect(code).toBe(2);
  expect(stderr).toContain("--updates is a whole number; 1e6 was given");
});
