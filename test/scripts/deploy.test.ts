import { describe, expect, it } from "vitest";
import { explain } from "../../scripts/deploying/cloudflare.ts";
import { assertDatabaseIsNamed } from "../../scripts/deploying/production-database.ts";
import { listMigrations } from "../../scripts/provisioning/migrations.ts";
import { run } from "../support/started.ts";

const node = process.execPath;
const create = "npm run create-database -- --location … (or --jurisdiction …)";

describe("npm run deploy", () => {
  it("shows in a dry run what it would do, without Cloudflare, and uploads the bytes that npm run size measured", async () => {
    const measured = await run(node, ["scripts/size.ts", "--bytes"]);
    expect({ code: measured.code, stderr: measured.stderr }).toEqual({ code: 0, stderr: "" });
    const [, minified] = /gzip, ([\d.]+) KiB minified/.exec(measured.stdout) ?? [];
    const nowhere = { ...process.env, CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9" };
    const { code, stdout } = await run(node, ["scripts/deploy.ts", "--dry-run"], { env: nowhere });
    expect(code).toBe(0);
    expect(stdout).toContain(`Database cloudapi-edge, without an id: a deploy refuses. First ${create}\n`);
    expect(stdout).toContain(`\n   ${listMigrations().join("\n   ")}\n`);
    const [, uploaded] = /Total Upload: ([\d.]+) KiB/.exec(stdout) ?? [];
    expect(Math.abs(Number(uploaded) - Number(minified))).toBeLessThan(0.1); // Each is rounded on its own.
    for (const binding of ["env.DB", "env.ACCOUNT_LIMITER", "env.VERSION"]) expect(stdout).toContain(binding);
  });

  it("refuses while the id of the database is the placeholder", async () => {
    const { code, stdout, stderr } = await run(node, ["scripts/deploy.ts"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `npm run deploy: nothing was deployed: the database_id under [[env.production.d1_databases]] of wrangler.toml is still the placeholder; run ${create}\n`,
    );
    expect(() =>
      assertDatabaseIsNamed({ database_name: "n", database_id: "5e1cba1e-a8f8-4f5d-9b53-4d4a4a7c9f55" }),
    ).not.toThrow();
  });

  it.each([
    ["it's necessary to set a CLOUDFLARE_API_TOKEN environment variable", /^not logged in to Cloudflare; run "npx /],
    ["fetch failed", /^Cloudflare's API cannot be reached; this needs the network \(fetch failed\)$/],
    ["Authentication error [code: 10000]\nmore", /^Authentication error \[code: 10000\]$/],
  ])("says in one line what it needs: %s", (said, line) => {
    expect(explain(said)).toMatch(line);
  });
});
