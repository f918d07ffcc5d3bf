/** Deploys `[env.production]` of wrangler.toml, unless its database is not ready. `npm run deploy` */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { assertDatabaseIsNamed, readProductionDatabase } from "./deploying/production-database.ts";
import { assertMigrated } from "./deploying/readiness.ts";

const usage = `usage: npm run deploy
  Deploys what "npm run size" measures. Refuses when the database of [env.production] has no id yet, or lacks a migration.
  To bundle without deploying: npx wrangler deploy --dry-run --env production`;

const root = join(import.meta.dirname, "..");

function deploy(): number {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  const { status } = spawnSync(process.execPath, [cli, "deploy", "--env", "production"], {
    cwd: root,
    stdio: "inherit",
  });
  return status ?? 1;
}

try {
  const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
  if (values.help) console.log(usage);
  else {
    process.loadEnvFile(join(root, ".env"));
    const database = await readProductionDatabase();
    assertDatabaseIsNamed(database);
    await assertMigrated(database);
    process.exitCode = deploy();
  }
} catch (error) {
  console.error(`npm run deploy: nothing was deployed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
