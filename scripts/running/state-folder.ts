import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "../provisioning/sqlite.ts";
import { endGroup, readBeginning } from "./process-group.ts";

/** A state folder that this program runs on. */
type ClaimedFolder = {
  /** The process that a killed run left behind, if any. It is ended. */
  ended: number | undefined;
  /** Notes the program that serves, so that the next run can end it if this one is killed. */
  noteChild: (pid: number | undefined) => void;
  /** Gives the folder back. */
  release: () => void;
};

/** The folder's note: the program that runs on it, its address, and the first process that it started. */
type Run = { pid: number; address: string; child?: { pid: number; began: string | undefined } };

/** Says that the folder has a database. */
export const databaseNote = "database.txt";

const lockFile = "lock";
const patienceMs = 5000;

/**
 * Takes the folder for this program alone, until the program ends in whatever way: the operating system holds the lock.
 * Makes a missing folder. Ends what a killed run noted and left running, and nothing else.
 *
 * @param address what this program will listen on, for the message of a second start
 * @throws {Error} one line: the folder cannot be used, holds something else, or is in use
 */
export async function claimFolder(state: string, address: string): Promise<ClaimedFolder> {
  makeFolder(state);
  const file = join(state, "running.json");
  const unlock = lock(state, file);
  const note = (child?: Run["child"]) =>
    explainFailure(state, () => {
      const run: Run = { pid: process.pid, address, ...(child && { child }) };
      // A second start may read it: it is there whole or not at all.
      fs.writeFileSync(`${file}.new`, `${JSON.stringify(run)}\n`, { mode: 0o600 });
      fs.renameSync(`${file}.new`, file);
    });
  const left = readRun(file).child;
  const isLeft = left?.began !== undefined && readBeginning(left.pid) === left.began;
  if (isLeft) await endGroup(left.pid, patienceMs);
  note();
  return {
    ended: isLeft ? left.pid : undefined,
    noteChild: (pid) => pid !== undefined && note({ pid, began: readBeginning(pid) }),
    release: () => {
      fs.rmSync(file, { force: true });
      unlock();
    },
  };
}

/** Locks that this program has: one that is garbage collected would be given back. */
const locks = new Set<DatabaseSync>();

/** @returns what gives the lock back. @throws {Error} another program has it */
function lock(state: string, noteFile: string): () => void {
  const held = new DatabaseSync(join(state, lockFile), { timeout: 0 });
  try {
    held.exec("BEGIN EXCLUSIVE");
    locks.add(held);
    return () => {
      locks.delete(held);
      held.close();
    };
  } catch (error) {
    held.close();
    const { pid, address } = readRun(noteFile);
    const holder = pid === undefined ? "another program starts on it" : `process ${pid} serves it on ${address}`;
    const end = pid === undefined ? "" : `end that one (kill ${pid}), or `;
    throw new Error(`${state} is in use: ${holder}; ${end}name another folder with --state DIR`, { cause: error });
  }
}

/** Makes a folder and those above it. Node's own way never ends below /proc. */
function makeFolders(folder: string): void {
  if (fs.existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another program that starts at the same time.
    if (!fs.existsSync(folder)) throw error;
  }
}

/** Below this SQLite and workerd fail later, in other words. */
const leastFreeMb = 16;

/**
 * Makes a missing folder, for its owner alone: it holds every account's keys and images.
 *
 * @throws {Error} one line: the folder cannot be used, or holds something else
 */
export function makeFolder(state: string): void {
  const { names, freeMb } = explainFailure(state, () => {
    makeFolders(state);
    // Fails if it is a file.
    fs.mkdirSync(state, { recursive: true });
    // A read writes too: without this, SQLite says that the database is locked, and D1 that it had an internal error.
    fs.accessSync(state, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(state);
    return { names: fs.readdirSync(state), freeMb: (bavail * bsize) / 2 ** 20 };
  });
  if (names.length > 0 && !names.some((name) => ["v3", lockFile, databaseNote].includes(name))) {
    const some = names.slice(0, 3).join(", ");
    throw new Error(`${state} holds other files (${some}); name an empty folder, or one that this project made`);
  }
  if (freeMb >= leastFreeMb) return;
  const free = `${freeMb.toFixed(1)} MB are free, ${leastFreeMb} are needed`;
  throw new Error(`the state folder ${state} cannot be used: the disk is full (${free})`);
}

/** Does something with the folder. @throws {Error} one line: why the folder cannot be used */
function explainFailure<Result>(state: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new Error(`the state folder ${state} cannot be used: ${reasons[code] ?? code}`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there; name another with --state DIR",
  EPERM: "this user may not write there; name another with --state DIR",
  EROFS: "it is on a read-only file system; name another with --state DIR",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it is a file, not a folder",
  // Node's code when it would make the folder on a read-only file system.
  ENOENT: "it cannot be made: the folder above is read-only, or not there",
  ENOTDIR: "a part of its path is a file, not a folder",
};

/** Reads the note. It is empty if the folder has none. */
function readRun(file: string): Partial<Run> {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
