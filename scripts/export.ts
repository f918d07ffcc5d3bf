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

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, like head, is no fault. A backup that is cut short is one.
  if (error.code === "EPIPE") process.exit();
  print(`the export is not complete, because it cannot be written: ${error.message}`, process.stderr);
  process.exit(1);
});
process.exitCode = await runCommand(usage, exportAll);
