import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createDatabase, type Place } from "../../scripts/deploying/create-database.ts";
import { CloudflareApi } from "../support/cloudflare-api.ts";
import { run } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-create-"));
const file = join(folder, "wrangler.toml");
const original = readFileSync("wrangler.toml", "utf8");
const placeholder = "00000000-0000-4000-8000-000000000000";
const id = "c0ffee00-0000-4000-8000-000000000000";
const place: Place = { kind: "location", name: "weur" };

let api: CloudflareApi;
let url: string;
beforeEach(async () => {
  api = new CloudflareApi();
  url = await api.start();
  vi.stubEnv("CLOUDFLARE_API_BASE_URL", url);
  vi.stubEnv("CLOUDFLARE_API_TOKEN", "token");
  writeFileSync(file, original);
  return () => api.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The file with the id in [env.production], and nowhere else. */
const named = original.replace(new RegExp(`(\\[\\[env\\.production\\.d1_databases[^]*?)${placeholder}`), `$1${id}`);

/** What is told, and the message of a failure. */
async function create(at = place): Promise<string[]> {
  const told: string[] = [];
  const failure = await createDatabase(at, file, (line) => told.push(line)).then(
    () => [],
    (error: Error) => [error.message],
  );
  return [...told, ...failure];
}

const isOn = `read replication is on. Next: npx wrangler d1 migrations apply cloudapi-edge --env production --remote`;
const exists = (what: string) =>
  `nothing was created, as far as is known: the account has a database cloudapi-edge that ${what}. To use it, write its id ${id} into wrangler.toml; for another, change database_name there. Then run this command again`;

describe("npm run create-database", () => {
  it("creates with wrangler, names the id in wrangler.toml, replicates, and goes on where it stopped", async () => {
    api.refusesPut = true;
    const put = `${url}/accounts/${api.account}/d1/database/${id}`;
    expect(await create()).toEqual([
      `database cloudapi-edge is ${id}, and wrangler.toml names it`,
      `database ${id} is created and named in wrangler.toml; read replication is not switched on: Cloudflare answered 403: Authentication error [code: 10000]. Run this command again, or: curl -X PUT ${put} -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" -H "Content-Type: application/json" -d '{"read_replication":{"mode":"auto"}}'`,
    ]);
    expect(readFileSync(file, "utf8")).toBe(named);
    const post = `POST /accounts/${api.account}/d1/database {"name":"cloudapi-edge","primary_location_hint":"weur"}`;
    expect(api.asked).toContain(post);

    api.refusesPut = false;
    expect(await create()).toEqual([`wrangler.toml names database ${id} already: none is created`, isOn]);
    expect(api.databases).toMatchObject([{ uuid: id, read_replication: { mode: "auto" } }]);

    // As if the first run had ended before it wrote the id.
    writeFileSync(file, original);
    expect(await create()).toEqual([`database cloudapi-edge is ${id}, and wrangler.toml names it`, isOn]);
    expect(readFileSync(file, "utf8")).toBe(named);
    expect(api.asked.filter((asked) => asked.startsWith("POST"))).toEqual([post]);
  });

  it("takes no database that it did not begin", async () => {
    const made = { uuid: id, name: "cloudapi-edge", num_tables: 9, read_replication: { mode: "disabled" } };
    api.databases.push(made);
    expect(await create()).toEqual([exists("holds tables")]);
    made.num_tables = 0;
    expect(await create({ kind: "jurisdiction", name: "eu" })).toEqual([exists("is in no jurisdiction")]);
    expect(readFileSync(file, "utf8")).toBe(original);
  });

  it.each([
    [[], "name either --location or --jurisdiction: it is fixed for ever; --help lists them"],
    [
      ["--location", "weur", "--jurisdiction", "eu"],
      "name either --location or --jurisdiction: it is fixed for ever; --help lists them",
    ],
    [["--location", "eu"], "--location is one of weur, eeur, enam, wnam, apac, oc; eu was given"],
  ])("refuses %j", async (args, message) => {
    const { code, stdout, stderr } = await run(process.execPath, ["scripts/create-database.ts", ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
  });
});
