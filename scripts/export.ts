/** Prints accounts, their keys and images of D1 as a file that `npm run provision` takes. */
import { type CommandLine, print, runCommand, WrongUsage } from "./provisioning/command-line.ts";
import { openDatabase } from "./provisioning/database.ts";
import { dump } from "./provisioning/dump.ts";

const usage = `usage: npm run --silent export [-- --state DIR | --remote] > FILE
  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database of wrangler.toml
  --help    these lines`;

async function exportAll({ files, target, isRestore }: CommandLine): Promise<void> {
  if (files.length > 0) throw new WrongUsage(`export takes no file: ${files.join(" ")}`);
  if (isRestore) throw new WrongUsage("--restore is of provision");
  const { db, close } = await openDatabase(target, { create: false });
  try {
    print(JSON.stringify(await dump(db), null, 2));
  } finally {
    await close();
  }
}

// A reader that has seen enough, like head, is no fault.
process.stdout.on("error", () => process.exit());
process.exitCode = await runCommand(usage, exportAll);
