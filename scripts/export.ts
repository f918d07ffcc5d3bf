/** Prints accounts, their keys and images of D1 as a file that `npm run provision` takes. */
import { once } from "node:events";
import { type CommandLine, print, runCommand, WrongUsage } from "./provisioning/command-line.ts";
import { openDatabase } from "./provisioning/database.ts";
import { readEntries } from "./provisioning/dump.ts";
import { formatEntries } from "./provisioning/dump-text.ts";

const usage = `usage: npm run --silent export [-- --history] [--state DIR | --remote] > FILE
  --history every revision of the images too: what a restore needs to have audit, revisions and ETags as they were
  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database of wrangler.toml
  --help    these lines`;

async function exportAll({ files, target, hasHistory, ...line }: CommandLine): Promise<void> {
  if (files.length > 0) throw new WrongUsage(`export takes no file: ${files.join(" ")}`);
  if (line.isRestore || line.isDryRun || line.isJson)
    throw new WrongUsage("--restore, --dry-run and --json are of provision");
  const { db, close } = await openDatabase(target, { create: false });
  try {
    for await (const text of formatEntries(readEntries(db, { hasHistory })))
      if (!process.stdout.write(text)) await once(process.stdout, "drain");
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
