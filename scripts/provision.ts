/**
 * Loads accounts, their keys and images from JSON files into D1.
 * `npm run provision -- FILE… [--restore] [--dry-run] [--json] [--state DIR | --remote]`
 */
import { readFileSync } from "node:fs";
import { type CommandLine, print, runCommand, WrongUsage } from "./provisioning/command-line.ts";
import { assertLoadable, type Comparison, compareWithStored, findUnknownOwners } from "./provisioning/compare.ts";
import { openDatabase } from "./provisioning/database.ts";
import { type ProvisionFile, readProvision } from "./provisioning/entries.ts";
import { load } from "./provisioning/load.ts";
import { startProgress } from "./provisioning/progress.ts";
import { ProvisionRefused } from "./provisioning/refusal.ts";
import {
  countDifferences,
  type FileReport,
  formatDifferences,
  formatReport,
  makeReport,
} from "./provisioning/report.ts";
import type { SqlDatabase } from "./provisioning/sql-database.ts";
import { fromCaller } from "./running/program.ts";

const usage = `usage: npm run provision -- FILE… [--restore] [--dry-run] [--json] [--state DIR | --remote]
  FILE      a JSON array of IMGAPI manifests, one manifest, or {"accounts": […], "images": […]}
  --restore bring destroyed images back, and undo what clients changed, where the file says so
  --dry-run print what would change, entry by entry, and change nothing
  --json    print the report as JSON
  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database of wrangler.toml
  --help    these lines`;

type NamedFile = ProvisionFile & { name: string };

/** A file, and what it differs in from what is stored. */
type ComparedFile = { name: string; file: NamedFile; compared: Comparison };

const progress = startProgress(process.stderr);

/** Every file is checked before the first is loaded. */
async function provision(line: CommandLine): Promise<void> {
  const { files: names, target, isRestore, isDryRun } = line;
  if (line.hasHistory) throw new WrongUsage("--history is of export; provision loads what the file has");
  if (names.length === 0) throw new WrongUsage("no FILE was named");
  const files = await forAll(names, async (name) => {
    progress.tell(`reading ${name}`);
    return { name, ...(await readProvision(readText(name))) };
  });
  const { db, close } = await openDatabase(target, { create: !isDryRun });
  try {
    const compared: ComparedFile[] = [];
    for (const file of files) {
      progress.tell(`comparing ${file.name}: ${file.accounts.length} accounts, ${file.images.length} images`);
      compared.push({ name: file.name, file, compared: await compareWithStored(db, file) });
    }
    if (isDryRun && !line.isJson) printDifferences(compared);
    await forAll(compared, async (one) => assertLoadable(one.file, one.compared, { isRestore }));
    await (isDryRun ? rehearseAll : loadAll)(db, compared, line);
  } finally {
    await close();
  }
}

function readText(name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(readFileSync(fromCaller(name)));
  } catch (error) {
    throw new ProvisionRefused([`it cannot be read: ${getMessage(error)}`]);
  }
}

/** Does a step for every file. @throws {ProvisionRefused} with the mistakes of all of them */
async function forAll<Item extends string | { name: string }, Result>(
  items: readonly Item[],
  step: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const done: Result[] = [];
  const mistakes: string[][] = [];
  for (const item of items) {
    try {
      done.push(await step(item));
    } catch (error) {
      if (!(error instanceof ProvisionRefused)) throw error;
      mistakes.push(error.mistakes.map((mistake) => `${typeof item === "string" ? item : item.name}: ${mistake}`));
    }
  }
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes.flat());
  return done;
}

function printDifferences(files: readonly ComparedFile[]): void {
  for (const { name, compared } of files) {
    const lines = formatDifferences(name, compared);
    if (lines.length > 0) print(lines.join("\n"));
  }
}

async function loadAll(db: SqlDatabase, files: readonly ComparedFile[], { isRestore, isJson }: CommandLine) {
  const reports: FileReport[] = [];
  for (const [at, { name, file, compared }] of files.entries()) {
    progress.tell(`writing ${name}`);
    // What the file before it wrote, a second one may differ from no more.
    const known = at === 0 ? compared : await compareWithStored(db, file);
    const loaded = await loadNamed(db, { file, known }, isRestore);
    const ownersWithoutAccount = await findUnknownOwners(db, file);
    reports.push(makeReport({ file: name, provision: file, compared: known, ownersWithoutAccount }, loaded));
    if (!isJson) print(reports.slice(-1).map(formatReport).join());
  }
  if (isJson) print(JSON.stringify({ dryRun: false, files: reports }));
}

async function rehearseAll(db: SqlDatabase, files: readonly ComparedFile[], { isJson }: CommandLine) {
  const accounts = files.flatMap(({ file }) => file.accounts);
  const reports: FileReport[] = [];
  for (const { name, file, compared } of files) {
    const ownersWithoutAccount = await findUnknownOwners(db, { accounts, images: file.images });
    const counted = countDifferences(file, compared);
    reports.push(makeReport({ file: name, provision: file, compared, ownersWithoutAccount }, counted));
  }
  if (!isJson) print(reports.map((report) => `${formatReport(report)} (dry run: nothing was changed)`).join("\n"));
  else {
    const differences = files.map(({ name, compared: { accounts, images } }) => ({ file: name, accounts, images }));
    print(JSON.stringify({ dryRun: true, files: reports, differences }));
  }
}

async function loadNamed(db: SqlDatabase, { file, known }: { file: NamedFile; known: Comparison }, isRestore: boolean) {
  try {
    return await load(db, file, { isRestore, known });
  } catch (error) {
    const mistakes = error instanceof ProvisionRefused ? error.mistakes : [getMessage(error)];
    throw new ProvisionRefused(mistakes.map((mistake) => `${file.name}: nothing of it was loaded: ${mistake}`));
  }
}

const getMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

process.exitCode = await runCommand(usage, provision);
