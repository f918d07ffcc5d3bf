import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "../provisioning/sqlite.ts";
import { endGroup, readBeginning } from "./process-group.ts";

/** A state folder that this program runs on. */
export type ClaimedFolder = {
  /** The process that a killed run left behind and that was ended, for a line to the user. */
  ended: number | undefined;
  /** Notes the program that serves, so that the next run ends it where this one is killed. */
  noteChild: (pid: number | undefined) => void;
  /** Gives the folder back. */
  release: () => void;
};

/** What the folder's note says: who runs on it, and the first of the processes that it started. */
type Run = { pid: number; address: string; child?: { pid: number; began: string | undefined } };

const runFile = "running.json";
const lockFile = "lock";
const patienceMs = 5000;

/**
 * Makes the folder when there is none and takes it for this program alone, until it ends in whatever way: the lock is the
 * operating system's. Ends what a killed run left running on it, and nothing that such a run did not note.
 *
 * @param address what this program will listen on, for the message of a second start
 * @throws {Error} one line: the folder cannot be used, holds something else, or is in use
 */
export async function claimFolder(state: string, address: string): Promise<ClaimedFolder> {
  makeFolder(state);
  const file = join(state, runFile);
  const unlock = lock(state, () => readRun(file));
  const note = (run: Run) => {
    try {
      // Whole or not at all: a second start may read it.
      writeFileSync(`${file}.new`, `${JSON.stringify(run)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      throw refuse(state, error);
    }
  };
  const run: Run = { pid: process.pid, address };
  try {
    const ended = await endLeftover(readRun(file));
    note(run);
    return {
      ended,
      noteChild: (pid) => pid !== undefined && note({ ...run, child: { pid, began: readBeginning(pid) } }),
      release: () => {
        rmSync(file, { force: true });
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** @returns what gives the lock back. @throws {Error} another program has it */
function lock(state: string, readHolder: () => Run | undefined): () => void {
  const held = new DatabaseSync(join(state, lockFile), { timeout: 0 });
  try {
    held.exec("BEGIN EXCLUSIVE");
    return () => held.close();
  } catch (error) {
    held.close();
    const { pid, address } = readHolder() ?? {};
    const holder = pid === undefined ? "another program starts on it" : `process ${pid} serves it on ${address}`;
    const end = pid === undefined ? "" : `end that one (kill ${pid}), or `;
    throw new Error(`${state} is in use: ${holder}; ${end}name another folder with --state DIR`, { cause: error });
  }
}

/**
 * Makes the folder when there is none, for its owner alone: it holds every account's keys and images.
 *
 * @throws {Error} one line: the folder cannot be used, or holds something else
 */
export function makeFolder(state: string): void {
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    assertOurs(state, readdirSync(state));
    // Even a read writes: SQLite would say that the database is locked, and D1 that something internal went wrong.
    accessSync(state, constants.W_OK);
    assertHasRoom(state);
  } catch (error) {
    throw refuse(state, error);
  }
}

/** A refusal that is worded already. */
class Refused extends Error {}

/** SQLite and workerd fail later, and in other words, where less is free. */
const leastFreeMb = 16;

function assertHasRoom(state: string): void {
  const { bavail, bsize } = statfsSync(state);
  const freeMb = (bavail * bsize) / 2 ** 20;
  if (freeMb >= leastFreeMb) return;
  throw new Refused(
    `the state folder ${state} cannot be used: the disk is full (${freeMb.toFixed(1)} MB are free, ${leastFreeMb} are needed)`,
  );
}

function assertOurs(state: string, names: readonly string[]): void {
  if (names.length === 0 || ["v3", lockFile].some((name) => names.includes(name))) return;
  const some = names.slice(0, 3).join(", ");
  throw new Refused(`${state} holds other files (${some}); name an empty folder, or one that this project made`);
}

function refuse(state: string, error: unknown): Error {
  if (error instanceof Refused) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new Error(`the state folder ${state} cannot be used: ${reasons[code] ?? code}`, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there; name another with --state DIR",
  EPERM: "this user may not write there; name another with --state DIR",
  EROFS: "it is on a read-only file system; name another with --state DIR",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it is a file, not a folder",
  // What Node says of a folder that is to be made on a read-only file system.
  ENOENT: "it cannot be made: the folder above is read-only, or not there",
  ENOTDIR: "a part of its path is a file, not a folder",
};

function readRun(file: string): Run | undefined {
  try {
    const { pid, address, child }: Partial<Run> = JSON.parse(readFileSync(file, "utf8"));
    if (typeof pid !== "number") return undefined;
    return { pid, address: String(address), ...(typeof child?.pid === "number" && { child }) };
  } catch {
    // There is none, or a full disk cut it short.
    return undefined;
  }
}

async function endLeftover({ child }: Partial<Run> = {}): Promise<number | undefined> {
  if (child?.began === undefined || readBeginning(child.pid) !== child.began) return undefined;
  await endGroup(child.pid, patienceMs);
  return child.pid;
}

/** Where the project keeps what wrangler writes beside its state. @returns whether the folder can be written to */
export function isWritable(folder: string): boolean {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    if (!statSync(folder).isDirectory()) return false;
    writeFileSync(probe, "x");
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}
