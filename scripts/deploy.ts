/** Deploys `[env.production]` of wrangler.toml, unless its database is not ready. `npm run deploy` */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { assertDatabaseIsNamed, assertMigrated, readProductionDatabase } from "./deploying/production-database.ts";
import { describeError, readOptions, runProgram, wranglerCli } from "./running/program.ts";

const usage = `usage: npm run deploy
  Deploys what "npm run size" measures. Refuses if the database of [env.production] has no id yet, or lacks a migration.
  To bundle without deploying: npx wrangler deploy --dry-run --env production`;

const root = join(import.meta.dirname, "..");

async function assertReady(): Promise<void> {
  process.loadEnvFile(join(root, ".env"));
  try {
    const database = await readProductionDatabase();
    assertDatabaseIsNamed(database);
    await assertMigrated(database);
  } catch (error) {
    throw new Error(`npm run deploy: nothing was deployed: ${describeError(error)}`, { cause: error });
  }
}

await runProgram(async () => {
  readOptions(usage, {});
  await assertReady();
  const args = [wranglerCli, "deploy", "--env", "production"];
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
});
