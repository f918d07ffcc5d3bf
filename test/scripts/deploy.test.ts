import { describe, expect, it } from "vitest";
import { assertDatabaseIsNamed, parseApplied } from "../../scripts/deploying/production-database.ts";
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

  it("reads which migrations are applied, of what wrangler prints: none before the first", () => {
    const failed = (text: string, notes: object = {}) => JSON.stringify({ error: { text, ...notes } });
    const request = "A request to the Cloudflare API (/accounts/a/d1/database/b/query) failed.";
    const noTable = { notes: [{ text: "no such table: d1_migrations: SQLITE_ERROR [code: 7500]" }] };
    expect(parseApplied(failed(request, noTable), "")).toEqual(new Set());
    expect(parseApplied('\n[{"results":[{"name":"0000_initial.sql"}],"success":true}]', "")).toEqual(
      new Set(["0000_initial.sql"]),
    );
    const asked = "the deployed database cannot be asked which migrations it has: ";
    expect(() =>
      parseApplied(failed(request, { notes: [{ text: "Authentication error [code: 10000]" }] }), ""),
    ).toThrow(`${asked}Authentication error [code: 10000]`);
    expect(() => parseApplied(failed("fetch failed"), "")).toThrow(
      `${asked}Cloudflare's API cannot be reached; this needs the network (fetch failed)`,
    );
    const needs = "it's necessary to set a CLOUDFLARE_API_TOKEN environment variable";
    expect(() => parseApplied("", needs)).toThrow(
      `${asked}not logged in to Cloudflare; run "npx wrangler login", or set CLOUDFLARE_API_TOKEN`,
    );
  });
});
