import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { assertDatabaseIsNamed, explain } from "../../scripts/deploying/production-database.ts";
import { run } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-deploy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = process.execPath;
const wrangler = "node_modules/wrangler/bin/wrangler.js";

describe("npm run deploy", () => {
  it("uploads the very bytes that npm run size measured", async () => {
    const measured = await run(node, ["scripts/size.ts", "--outdir", join(folder, "measured")]);
    expect({ code: measured.code, stderr: measured.stderr }).toEqual({ code: 0, stderr: "" });
    const uploaded = ["deploy", "--dry-run", "--env", "production", "--outdir", join(folder, "uploaded")];
    expect((await run(node, [wrangler, ...uploaded])).code).toBe(0);
    const [first, second] = ["measured", "uploaded"].map((name) => readFileSync(join(folder, name, "index.js")));
    expect(first?.length).toBeGreaterThan(100_000);
    expect(second?.equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(measured.stdout).toContain(`${((second?.length ?? 0) / 1024).toFixed(1)} KiB minified`);
  });

  it("refuses while the id of the database is the placeholder", async () => {
    const { code, stdout, stderr } = await run(node, ["scripts/deploy.ts"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      'npm run deploy: nothing was deployed: the database_id under [[env.production.d1_databases]] of wrangler.toml is still the placeholder; run "npx wrangler d1 create cloudapi-edge" and put the id it prints there\n',
    );
    expect(() =>
      assertDatabaseIsNamed({ database_name: "n", database_id: "5e1cba1e-a8f8-4f5d-9b53-4d4a4a7c9f55" }),
    ).not.toThrow();
  });

  it.each([
    ["it's necessary to set a CLOUDFLARE_API_TOKEN environment variable", /^not logged in to Cloudflare; run "npx /],
    ["fetch failed", /^Cloudflare's API cannot be reached; this needs the network \(fetch failed\)$/],
    ["Authentication error [code: 10000]\nmore", /which migrations it has: Authentication error \[code: 10000\]$/],
  ])("says in one line what it needs: %s", (said, line) => {
    expect(explain(said)).toMatch(line);
  });
});
