import { randomUUID } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
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
import { endAll, findMarked, readBeginning } from "./processes.ts";

/** Who runs on a state folder: the program that was started, and the mark of its processes. */
type Run = { pid: number; began: string | undefined; mark: string; address: string };

/** A state folder that this program runs on. */
export type ClaimedFolder = {
  /** For the environment of what this program starts. */
  mark: string;
  /** What a killed run left behind and was ended, for a line to the user. */
  ended: readonly number[];
  /** Gives the folder back. */
  release: () => void;
};

const runFile = "running.json";
const patienceMs = 5000;

/**
 * Makes the folder when there is none, ends what a killed start left running on it, and notes that this program runs on it.
 * Nothing is ended but processes that a start on this folder marked.
 *
 * @param address what this program will listen on, for the message of a second start
 * @throws {Error} one line: the folder cannot be used, holds something else, or is in use
 */
export async function claimFolder(state: string, address: string): Promise<ClaimedFolder> {
  makeFolder(state);
  const file = join(state, runFile);
  const ended = await endLeftovers(readRun(file), state);
  const mark = randomUUID();
  const run: Run = { pid: process.pid, began: readBeginning(process.pid), mark, address };
  try {
    writeFileSync(`${file}.${mark}`, `${JSON.stringify(run)}\n`, { mode: 0o600 });
    renameSync(`${file}.${mark}`, file);
  } catch (error) {
    rmSync(`${file}.${mark}`, { force: true });
    throw refuse(state, error);
  }
  return { mark, ended, release: () => rmSync(file, { force: true }) };
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
  if (names.length === 0 || names.includes("v3") || names.includes(runFile)) return;
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
  if (!existsSync(file)) return undefined;
  try {
    const { pid, began, mark, address }: Partial<Run> = JSON.parse(readFileSync(file, "utf8"));
    if (typeof pid !== "number" || typeof mark !== "string" || !/^[0-9a-f-]{36}$/.test(mark)) return undefined;
    return { pid, began, mark, address: String(address) };
  } catch {
    // Cut short by a full disk: it names nobody.
    return undefined;
  }
}

async function endLeftovers(run: Run | undefined, state: string): Promise<readonly number[]> {
  if (!run) return [];
  if (run.began !== undefined && readBeginning(run.pid) === run.began) {
    throw new Error(
      `${state} is in use: process ${run.pid} serves it on ${run.address}; end that one (kill ${run.pid}), or name another folder with --state DIR`,
    );
  }
  const left = findMarked(run.mark);
  await endAll(() => findMarked(run.mark), patienceMs);
  return left;
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
