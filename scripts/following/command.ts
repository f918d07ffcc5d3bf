import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readBeginning } from "../running/process-group.ts";
import { fromCaller } from "../running/program.ts";
import { tell } from "./pace.ts";

/** Runs the command only when its process is noted, so that a run after a kill never runs another beside it. */
const gate = 'read -r _ <&3 || exit 1; exec sh -c "$1" 3<&-';

/**
 * Runs a command by sh for one line, which is its standard input: a file, so that it is whole whatever happens to this
 * program. The command may keep it open, or leave it unread.
 *
 * @param noteFile where the command's process is noted
 * @throws {Error} one line: it did not end with 0
 */
export async function runCommand(command: string, line: string, noteFile: string | undefined): Promise<void> {
  const input = openInput(line);
  const child = spawn("sh", ["-c", gate, "sh", command], {
    cwd: fromCaller("."),
    stdio: [input, "inherit", "inherit", "pipe"],
  });
  fs.closeSync(input);
  const ended = once(child, "exit");
  const { pid } = child;
  if (pid !== undefined && noteFile !== undefined)
    fs.writeFileSync(noteFile, JSON.stringify({ pid, began: readBeginning(pid) }), { mode: 0o600 });
  const open = child.stdio[3];
  if (open && "write" in open) {
    open.on("error", () => undefined); // It has ended already: its code says so.
    open.end("\n");
  }
  const [code, signal] = await ended;
  if (noteFile !== undefined) fs.rmSync(noteFile, { force: true });
  if (code !== 0) throw new Error(`the command ended with ${signal ?? code}; the next run begins with the same change`);
}

/** A nameless file that holds the line. */
function openInput(line: string): number {
  const file = join(tmpdir(), `cloudapi-edge-follow-${process.pid}-${process.hrtime.bigint()}`);
  const written = fs.openSync(file, "wx", 0o600);
  try {
    fs.writeFileSync(written, line);
    return fs.openSync(file, "r");
  } finally {
    fs.closeSync(written);
    fs.unlinkSync(file);
  }
}

const pollMs = 50;

/** Waits for the command that a killed run left running, if any. */
export async function waitForLeftCommand(noteFile: string, stop: AbortSignal): Promise<void> {
  const { pid, began } = readNote(noteFile);
  const isLeft = () => pid !== undefined && began !== undefined && readBeginning(pid) === began;
  if (isLeft()) tell(`waiting for the command that a killed run left running: process ${pid}`);
  while (isLeft()) await wait(pollMs, undefined, { signal: stop });
}

function readNote(noteFile: string): { pid?: number; began?: string } {
  try {
    return JSON.parse(fs.readFileSync(noteFile, "utf8"));
  } catch {
    return {};
  }
}
