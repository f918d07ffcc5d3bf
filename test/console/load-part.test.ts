import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const source = join(import.meta.dirname, "../../src/console");

it("every script of the console that loads later says why if it does not", () => {
  // The documentation's pages load theirs at once, from the build that made the page.
  const files = globSync("**/*.{ts,tsx}", { cwd: source }).filter((file) => !file.startsWith("docs"));
  const found = files.flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(/^(?!\s*(?:\*|\/[/*])).*\bimport\(.*/gm)].map(
      ([line]) => `${file}: ${line.trim()}`,
    ),
  );
  expect(found.length).toBeGreaterThan(2);
  expect(found.filter((line) => !line.includes("loadPart(() => import("))).toEqual([]);
});
