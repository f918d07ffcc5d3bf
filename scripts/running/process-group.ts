import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const isWindows = process.platform === "win32";

/** Signals a process and all that it started, if they are still there. @param pid of the first process of its group */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(isWindows ? pid : -pid, signal);
  } catch {
    // ESRCH: they are gone.
    return false;
  }
}

/** Reads what Linux says of a process: the fields after its name, which may hold anything. The first is its state. proc(5) */
export const readStat = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");

/** Returns when a process began, in the system's words; undefined if it has ended. With its id it identifies one process. */
export function readBeginning(pid: number): string | undefined {
  try {
    if (isWindows) return String(process.kill(pid, 0));
    if (process.platform !== "linux")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
    const stat = readStat(pid);
    return stat[0] === "Z" ? undefined : stat[19];
  } catch {
    return undefined;
  }
}

const pollMs = 50;

/** Ends a process and all that it started, and waits for it. Kills what is left after the time. */
export async function endGroup(pid: number, patienceMs: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  for (let waitedMs = 0; signalGroup(pid, 0) && waitedMs < 2 * patienceMs; waitedMs += pollMs) {
    if (waitedMs >= patienceMs) signalGroup(pid, "SIGKILL");
    await wait(pollMs);
  }
}
