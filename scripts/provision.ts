/** Loads accounts, their keys and images from JSON files into D1. `npm run provision -- FILE… [--restore] [--state DIR | --remote]` */
import { readFileSync } from "node:fs";
import { type CommandLine, fromCaller, print, runCommand, WrongUsage } from "./provisioning/command-line.ts";
import { openDatabase } from "./provisioning/database.ts";
import { type ProvisionFile, readProvision } from "./provisioning/entries.ts";
import { type Counts, checkAgainstStored, load } from "./provisioning/load.ts";
import { ProvisionRefused } from "./provisioning/refusal.ts";

const usage = `usage: npm run provision -- FILE… [--restore] [--state DIR | --remote]
  FILE      a JSON array of IMGAPI manifests, one manifest, or {"accounts": […], "images": […]}
  --restore bring destroyed images back, and undo what clients changed, where the file says so
  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database of wrangler.toml
  --help    these lines`;

type NamedFile = ProvisionFile & { name: string };

/** Every file is checked before the first is loaded. */
async function provision({ files: names, target, isRestore }: CommandLine): Promise<void> {
  if (names.length === 0) throw new WrongUsage("no FILE was named");
  const files = await forAll(names, async (name) => ({ name, ...(await readProvision(readText(name))) }));
  const { db, close } = await openDatabase(target);
  try {
    await forAll(files, (file) => checkAgainstStored(db, file, { isRestore }));
    for (const file of files) await loadFile(db, file, isRestore);
  } finally {
    await close();
  }
}

function readText(name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(readFileSync(fromCaller(name)));
  } catch (error) {
    throw new ProvisionRefused([`it cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** Does a step for every file. @throws {ProvisionRefused} with the mistakes of all of them */
async function forAll<Item extends string | NamedFile, Result>(
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
      mistakes.push(...error.mistakes.map((mistake) => `${typeof item === "string" ? item : item.name}: ${mistake}`));
    }
  }
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
  return done;
}

async function loadFile(db: D1Database, file: NamedFile, isRestore: boolean): Promise<void> {
  const { accounts, images } = await loadNamed(db, file, isRestore);
  const notKept = [...file.notKept].map(([field, count]) => `${field} (${count})`).join(", ");
  const parts = [
    `accounts ${formatCounts(accounts)}`,
    `images ${formatCounts(images)}`,
    ...(notKept ? [`not kept: ${notKept}`] : []),
  ];
  print(`${file.name}: ${parts.join("; ")}`);
}

async function loadNamed(db: D1Database, file: NamedFile, isRestore: boolean) {
  try {
    return await load(db, file, { isRestore });
  } catch (error) {
    const mistakes = error instanceof ProvisionRefused ? error.mistakes : [getMessage(error)];
    throw new ProvisionRefused(mistakes.map((mistake) => `${file.name}: nothing of it was loaded: ${mistake}`));
  }
}

const getMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const formatCounts = ({ added, replaced, unchanged }: Counts): string =>
  `${added} added, ${replaced} replaced, ${unchanged} unchanged`;

process.exitCode = await runCommand(usage, provision);
