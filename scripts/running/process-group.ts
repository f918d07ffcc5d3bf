import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

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

/** Returns when a process began, in the system's words; undefined if it has ended. With its id it identifies one process. */
export function readBeginning(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      // The fields after the name, which may hold anything: the state first, the time twentieth. proc(5)
      const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "latin1")
        .replace(/^.*\) /s, "")
        .split(" ");
      return state === "Z" ? undefined : fields[18];
    }
    if (isWindows) return String(process.kill(pid, 0));
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
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
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
