import * as fs from "node:fs";
import { join } from "node:path";
import { tryLock } from "./lock.ts";
import { endGroup, readBeginning } from "./process-group.ts";
import { describeError } from "./program.ts";

/** A state folder that this program runs on. */
type ClaimedFolder = {
  /** The process that a killed run left behind, if any. It is killed: that loses no write that was acknowledged. */
  ended: number | undefined;
  /** Notes the process that serves, for the message of a second start, and for the next one to end it if this one is killed. */
  note: (child: number, address: string) => void;
  /** Gives the folder back. */
  release: () => void;
};

/** The folder's note: the program that runs on it, its address, and the process that it started. */
type Run = { pid: number; address: string; child: { pid: number; began: string | undefined } };

/** Says that the folder has a database. */
export const databaseNote = "database.txt";

const lockFile = "lock";

/**
 * Takes the folder for this program alone, until the program ends in whatever way: the operating system holds the lock.
 * Makes a missing folder. Ends what a killed run noted and left running, and nothing else.
 *
 * @throws {Error} one line: the folder cannot be used, holds something else, or is in use
 */
export async function claimFolder(state: string): Promise<ClaimedFolder> {
  makeFolder(state);
  const file = join(state, "running.json");
  const unlock = lock(state, file);
  const { pid, began } = readRun(file).child ?? {};
  const ended = pid !== undefined && began !== undefined && readBeginning(pid) === began ? pid : undefined;
  if (ended !== undefined) await endGroup(ended);
  const removeNote = () => fs.rmSync(file, { force: true });
  removeNote();
  return {
    ended,
    note: (child, address) => {
      const run: Run = { pid: process.pid, address, child: { pid: child, began: readBeginning(child) } };
      fs.writeFileSync(file, JSON.stringify(run), { mode: 0o600 });
    },
    release: () => {
      removeNote();
      unlock();
    },
  };
}

/** Reads the note. It is empty if the folder has none, or if another program is writing it. */
function readRun(file: string): Partial<Run> {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

/** @returns what gives the lock back. @throws {Error} another program has it */
function lock(state: string, noteFile: string): () => void {
  const unlock = tryLock(join(state, lockFile));
  if (unlock) return unlock;
  const { pid, address } = readRun(noteFile);
  const holder =
    pid === undefined
      ? "another program starts on it; "
      : `process ${pid} serves it on ${address}; end that one (kill ${pid}), or `;
  throw new Error(`${state} is in use: ${holder}name another folder with --state DIR`);
}

/** Below this, SQLite and workerd fail later, in other words. */
export const leastFreeMb = 16;

/**
 * Makes a missing folder, for its owner alone: it holds every account's keys and images.
 *
 * @throws {Error} one line: the folder cannot be used, or holds something else
 */
export function makeFolder(state: string): void {
  try {
    fs.mkdirSync(state, { recursive: true, mode: 0o700 });
    // A read writes too: without this, SQLite says that the database is locked, and D1 that it had an internal error.
    fs.accessSync(state, fs.constants.W_OK);
  } catch (cause) {
    const advice = "name another with --state DIR";
    throw new Error(`the state folder ${state} cannot be used (${describeError(cause)}); ${advice}`, { cause });
  }
  const names = fs.readdirSync(state);
  if (names.length > 0 && !names.some((name) => ["v3", lockFile, databaseNote].includes(name))) {
    const some = names.slice(0, 3).join(", ");
    throw new Error(`${state} holds other files (${some}); name an empty folder, or one that this project made`);
  }
  const { bavail, bsize } = fs.statfsSync(state);
  const freeMb = (bavail * bsize) / 2 ** 20;
  if (freeMb >= leastFreeMb) return;
  const free = `${freeMb.toFixed(1)} MB are free, ${leastFreeMb} are needed`;
  throw new Error(`the state folder ${state} cannot be used: the disk is full (${free})`);
}
