/** Prints accounts, their keys and images of D1 as a file that `npm run provision` takes. */
import { once } from "node:events";
import { print, runCommand, sharedOptions, WrongUsage } from "./provisioning/command-line.ts";
import { openDatabase } from "./provisioning/database.ts";
import { formatDump } from "./provisioning/dump.ts";

const usage = `usage: npm run --silent export [-- --history] [--state DIR | --remote] > FILE
  --history every revision of the images too: a restore then has audit, revisions and ETags as they were
${sharedOptions}`;

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader such as head may stop early. A backup that is cut short is an error.
  if (error.code === "EPIPE") process.exit();
  print(`the export is not complete, because it cannot be written: ${error.message}`, process.stderr);
  process.exit(1);
});

await runCommand(usage, ["history"], async ({ files, target, flags }) => {
  if (files.length > 0) throw new WrongUsage(`export takes no file: ${files.join(" ")}`);
  const { db, close } = await openDatabase(target, { create: false });
  try {
    for await (const text of formatDump(db, { hasHistory: flags.has("history") }))
      if (!process.stdout.write(text)) await once(process.stdout, "drain");
  } finally {
    await close();
  }
});
