/** Deploys `[env.production]` of wrangler.toml, unless its database is not ready. `npm run deploy` */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  assertDatabaseIsNamed,
  assertMigrated,
  createCommand,
  placeholderId,
  readProductionDatabase,
} from "./deploying/production-database.ts";
import { formatMigrateCommand, listMigrations } from "./provisioning/migrations.ts";
import { describeError, readOptions, runProgram, wranglerCli } from "./running/program.ts";

const usage = `usage: npm run deploy [-- --dry-run]
  Deploys what "npm run size" measures. Refuses if the database of [env.production] has no id yet, or lacks a migration.
  --dry-run  shows what it would do, without an account and without the network`;

const root = join(import.meta.dirname, "..");

async function assertReady(): Promise<void> {
  try {
    const database = await readProductionDatabase();
    assertDatabaseIsNamed(database);
    await assertMigrated(database);
  } catch (error) {
    throw new Error(`npm run deploy: nothing was deployed: ${describeError(error)}`, { cause: error });
  }
}

/** Prints what a deploy needs and would do, and what only Cloudflare knows. */
async function showPlan(): Promise<void> {
  const { database_name, database_id } = await readProductionDatabase();
  const isNamed = database_id !== placeholderId;
  console.log(`A dry run: nothing is changed, and Cloudflare is not asked.

1. Database ${database_name}, ${isNamed ? database_id : `without an id: a deploy refuses. First ${createCommand}`}
   Not asked: whether it exists, and whether read replication is on.
2. Migrations, of which it must have each:
   ${listMigrations().join("\n   ")}
   Not asked: which it has. A deploy refuses if one is missing; what applies them is
   ${formatMigrateCommand(database_name)}
3. npx wrangler deploy --env production
   Not asked: whether you are logged in, and what is deployed now. It would upload, in wrangler's words:
`);
}

await runProgram(async () => {
  const { values } = readOptions(usage, { options: { "dry-run": { type: "boolean" } } });
  process.loadEnvFile(join(root, ".env"));
  await (values["dry-run"] ? showPlan() : assertReady());
  const args = [wranglerCli, "deploy", "--env", "production", ...(values["dry-run"] ? ["--dry-run"] : [])];
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
});
