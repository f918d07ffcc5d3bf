import { expect, it } from "vitest";
import { run } from "../support/started.ts";

it("npm run bench -- --distance prints the round trips to replica and primary, and milliseconds, before and now", async () => {
  const args = ["--distance", "2,0", "--rounds", "1", "--sizes", "201", "--before", "."];
  const { code, stdout } = await run(process.execPath, ["bench/bench.ts", ...args]);
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\d+ → \d+ \|/g, "ms |")).toBe(`| Request | caller | near + far | 2 ms | 0 ms |
|---|---|---|---|---|
| GetImage | cold | 1 + 1 → 1 + 1 | ms | ms |
| GetImage | warm | 0 + 1 → 0 + 1 | ms | ms |
| GetImage, \`max-stale=60\` | cold | 2 + 0 → 2 + 0 | ms | ms |
| GetImage, \`max-stale=60\` | warm | 1 + 0 → 1 + 0 | ms | ms |
| ListImages, 200 visible | cold | 1 + 1 → 1 + 1 | ms | ms |
| ListImages, 200 visible | warm | 0 + 1 → 0 + 1 | ms | ms |
| ListImages, 200 visible, \`max-stale=60\` | cold | 2 + 0 → 2 + 0 | ms | ms |
| ListImages, 200 visible, \`max-stale=60\` | warm | 1 + 0 → 1 + 0 | ms | ms |
| UpdateImage | cold | 1 + 1 → 1 + 1 | ms | ms |
| UpdateImage | warm | 0 + 1 → 0 + 1 | ms | ms |
| 401, wrong signature | cold | 1 + 1 → 1 + 1 | ms | ms |
| 401, wrong signature | warm | 1 + 1 → 1 + 1 | ms | ms |
`);
});
