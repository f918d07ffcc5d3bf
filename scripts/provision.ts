/** Loads accounts, their keys and images from JSON files into D1. */
import { readFileSync } from "node:fs";
import { type CommandLine, print, runCommand, sharedOptions, tellStep } from "./provisioning/command-line.ts";
import { openDatabase } from "./provisioning/database.ts";
import { readProvision } from "./provisioning/entries.ts";
import { escapeControls, ProvisionRefused } from "./provisioning/fields.ts";
import { assertLoadable, compareWithStored, findUnknownOwners, write } from "./provisioning/load.ts";
import {
  type ComparedFile,
  type FileReport,
  formatDifferences,
  formatReport,
  makeReport,
} from "./provisioning/report.ts";
import type { SqlDatabase } from "./provisioning/sql-database.ts";
import { assertReadsJson } from "./running/node-version.ts";
import { describeError, fromCaller, WrongUsage } from "./running/program.ts";

const usage = `usage: npm run provision -- FILE… [--restore] [--dry-run] [--json] [--state DIR | --remote]
  FILE      a JSON array of IMGAPI manifests, one manifest, or {"accounts": […], "images": […]}
  --restore bring destroyed images back, and undo what clients changed, if the file says so
  --dry-run print what would change, entry by entry, and change nothing
  --json    print the report as JSON
${sharedOptions}`;

const flags = ["restore", "dry-run", "json"] as const;

type ProvisionLine = CommandLine<(typeof flags)[number]>;

/** Checks every file before it loads the first. */
async function provision(line: ProvisionLine): Promise<void> {
  if (line.files.length === 0) throw new WrongUsage("no FILE was named; --help lists what provision takes");
  assertReadsJson();
  const isDryRun = line.flags.has("dry-run");
  const isRestore = line.flags.has("restore");
  const files = await forAll(
    line.files.map((name) => ({ name })),
    async ({ name }) => {
      tellStep(`reading ${name}`);
      return { name, file: await readProvision(readText(name)) };
    },
  );
  const { db, close, isNew } = await openDatabase(line.target, { missing: isDryRun ? "rehearse" : "create" });
  try {
    const compared: ComparedFile[] = [];
    for (const { name, file } of files) {
      tellStep(`comparing ${name}: ${file.accounts.length} accounts, ${file.images.length} images`);
      compared.push({ name, file, compared: await compareWithStored(db, file) });
    }
    if (isDryRun && !line.flags.has("json")) for (const text of compared.flatMap(formatDifferences)) print(text);
    await forAll(compared, async (one) => assertLoadable(one.file, one.compared, { isRestore }));
    if (isDryRun) await rehearseAll(db, compared, { ...line, isNew });
    else await loadAll(db, compared, line);
  } finally {
    await close();
  }
}

function readText(name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(readFileSync(fromCaller(name)));
  } catch (error) {
    throw new ProvisionRefused([`it cannot be read: ${describeError(error)}`]);
  }
}

/** Does a step for every file. @throws {ProvisionRefused} with the mistakes of all of them */
async function forAll<Item extends { name: string }, Result>(
  items: readonly Item[],
  step: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const done: Result[] = [];
  const mistakes: string[] = [];
  for (const item of items) {
    try {
      done.push(await step(item));
    } catch (error) {
      if (!(error instanceof ProvisionRefused)) throw error;
      mistakes.push(...error.mistakes.map((mistake) => `${item.name}: ${mistake}`));
    }
  }
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
  return done;
}

async function loadAll(db: SqlDatabase, files: readonly ComparedFile[], line: ProvisionLine): Promise<void> {
  const reports: FileReport[] = [];
  for (const [at, { name, file, compared }] of files.entries()) {
    tellStep(`writing ${name}`);
    // The comparison of a later file is stale: an earlier one was loaded since.
    const options = { isRestore: line.flags.has("restore"), known: at === 0 ? compared : undefined };
    const written = await write(db, file, options).catch((error: unknown) => {
      const mistakes = error instanceof ProvisionRefused ? error.mistakes : [describeError(error)];
      throw new ProvisionRefused(mistakes.map((mistake) => `${name}: nothing of it was loaded: ${mistake}`));
    });
    reports.push(makeReport({ name, file, compared: written }, await findUnknownOwners(db, file)));
    if (!line.flags.has("json")) print(reports.slice(-1).map(formatReport).join());
  }
  if (line.flags.has("json")) print(escapeControls(JSON.stringify({ dryRun: false, files: reports })));
}

/** `isNew`: there is no database, and the load was rehearsed against an empty one. */
async function rehearseAll(
  db: SqlDatabase,
  files: readonly ComparedFile[],
  { flags, isNew }: ProvisionLine & { isNew: boolean },
): Promise<void> {
  const accounts = files.flatMap(({ file }) => file.accounts);
  const reports: FileReport[] = [];
  for (const one of files)
    reports.push(makeReport(one, await findUnknownOwners(db, { accounts, images: one.file.images })));
  if (!flags.has("json"))
    print(
      reports
        .map(
          (report) =>
            `${formatReport(report)} (dry run${isNew ? " against an empty database, because the folder has none" : ""}: nothing was changed)`,
        )
        .join("\n"),
    );
  else {
    const differences = files.map(({ name, compared: { accounts, images } }) => ({ file: name, accounts, images }));
    print(escapeControls(JSON.stringify({ dryRun: true, isNewDatabase: isNew, files: reports, differences })));
  }
}

await runCommand(usage, flags, provision);
