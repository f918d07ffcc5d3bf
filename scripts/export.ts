/** Prints accounts, their keys and images of D1 as a file that `npm run provision` takes. */
import { once } from "node:events";
import { createReadStream, fstatSync, openSync } from "node:fs";
import { print, runCommand, sharedOptions, tellStep } from "./provisioning/command-line.ts";
import { openDatabase } from "./provisioning/database.ts";
import { formatDump } from "./provisioning/dump.ts";
import { Proof } from "./provisioning/proof.ts";
import { assertReadsJson } from "./running/node-version.ts";
import { WrongUsage } from "./running/program.ts";

const usage = `usage: npm run --silent export [-- --history] [--state DIR | --remote] > FILE
  --history every revision of the images too: a restore then has audit, revisions and ETags as they were
${sharedOptions}`;

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader such as head may stop early. A backup that is cut short is an error.
  if (error.code === "EPIPE") process.exit();
  print(`the export is not complete, because it cannot be written: ${error.message}`, process.stderr);
  process.exit(1);
});

/** Opens the file that stdout writes to, to read it from where it ends now. Undefined for a pipe, and where the system cannot. */
function openWritten(): { fd: number; start: number } | undefined {
  const stat = fstatSync(1);
  if (!stat.isFile() || process.platform !== "linux") return undefined;
  return { fd: openSync("/proc/self/fd/1", "r"), start: stat.size };
}

await runCommand(usage, ["history"], async ({ files, target, flags }) => {
  if (files.length > 0) throw new WrongUsage(`export takes no file: ${files.join(" ")}`);
  assertReadsJson();
  const written = openWritten();
  const proof = new Proof();
  const { db, close } = await openDatabase(target, { missing: "refuse" });
  try {
    for await (const text of formatDump(db, { hasHistory: flags.has("history"), proof })) {
      if (!process.stdout.write(text)) await once(process.stdout, "drain");
      if (!written) proof.read(text);
    }
    if (written) {
      tellStep("reading the export back");
      for await (const text of createReadStream("", { ...written, encoding: "utf8" })) proof.read(text);
    }
    proof.end();
  } finally {
    await close();
  }
});
