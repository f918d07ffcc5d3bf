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
  // 60 million updates write 420 million rows: 370 million beyond the fee, a dollar each million.
  expect(stdout).toContain("| rows written | 420,000,000 | 50,000,000 | 370.00 |");
  expect(stdout).toContain("| requests | 60,000,000 | 10,000,000 | 15.00 |");
});

it("bills a line for each request, and the spans of one in ten, with the rows of finding the caller", async () => {
  const { stdout } = await runCost("--accounts", "0", "--updates", "0", "--gets", "30000000", "--lists", "0");
  // Four spans: the request, the rate limiter, and the round trips of a cold get, one near, one to the primary: 20 + 4 rows.
  expect(stdout).toContain("| log lines and spans | 42,000,000 | 20,000,000 | 13.20 |");
  expect(stdout).toContain("| rows read | 720,000,000 | 25,000,000,000 | 0.00 |");
});

it("says when the database would be full, and keeps to the bounds of a history", async () => {
  const full = await runCost(
    "--accounts",
    "1000000",
    "--images",
    "100",
    "--updates",
    "0",
    "--gets",
    "0",
    "--lists",
    "0",
  );
  expect(full.stdout).toContain("| storage, GB | 10.0 | 5 | 3.75 |");
  expect(full.stdout).toMatch(
    /\n\nThis is [\d.]+ GB, and a database holds 10: writes are 503 then\. docs\/operating\.md#limits\n$/,
  );
  // 1 000 revisions of one image.
  const one = await runCost(
    "--accounts",
    "1",
    "--images",
    "1",
    "--updates",
    "900000000",
    "--gets",
    "0",
    "--lists",
    "0",
  );
  expect(one.stdout).toContain("| storage, GB | 0.0 | 5 | 0.00 |");
});

it("refuses what is no number", async () => {
  const { code, stderr } = await runCost("--updates", "1e6");
  expect(code).toBe(2);
  expect(stderr).toContain("--updates is a whole number; 1e6 was given");
});
