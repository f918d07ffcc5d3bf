import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const isWindows = process.platform === "win32";

/** Kills a process and all that it started. @param pid of the first process of its group @returns false if they were gone */
export function killGroup(pid: number): boolean {
  try {
    return process.kill(isWindows ? pid : -pid, "SIGKILL");
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

/** Kills them, and waits until they are gone, for 5 seconds at most. */
export async function endGroup(pid: number): Promise<void> {
  for (let tries = 100; tries > 0 && killGroup(pid); tries -= 1) await wait(50);
}
