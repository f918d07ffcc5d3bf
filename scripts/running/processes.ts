import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A variable in the environment of every process of one start, so that the next can tell them from all others. */
export const markName = "CLOUDAPI_EDGE_RUN";

/** The processes of this user whose environment has the mark, by their ids. None on Windows. */
export function findMarked(mark: string): number[] {
  const isMarked = (text: string) => text.includes(`${markName}=${mark}`);
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => isMarked(readQuietly(`/proc/${name}/environ`)) && !isZombie(Number(name)))
      .map(Number);
  }
  if (process.platform === "win32") return [];
  const lines = execFileSync("ps", ["-axEww", "-o", "pid=,command="], { encoding: "utf8" }).split("\n");
  return lines.filter(isMarked).map((line) => Number.parseInt(line, 10));
}

/** Ended, and not yet waited for. */
const isZombie = (pid: number): boolean => /^\d+ \(.*\) Z /s.test(readQuietly(`/proc/${pid}/stat`));

/** When a process began, as the system prints it; undefined when there is none. With its id it names one process for ever. */
export function readBeginning(pid: number): string | undefined {
  if (process.platform === "linux") {
    const stat = readQuietly(`/proc/${pid}/stat`);
    return isZombie(pid) ? undefined : stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  }
  try {
    return process.platform === "win32"
      ? String(process.kill(pid, 0))
      : execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Empty for what has ended meanwhile, or is another's. */
function readQuietly(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

const waitMs = 50;

/** Ends processes, by force what is left after the time, and waits until they are gone. */
export async function endAll(find: () => number[], patienceMs: number): Promise<void> {
  for (let waitedMs = 0, pids = find(); pids.length > 0; waitedMs += waitMs, pids = find()) {
    if (waitedMs === 0) signalAll(pids, "SIGTERM");
    if (waitedMs >= patienceMs) signalAll(pids, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** Signals each process; one that has ended meanwhile is no fault. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // ESRCH: it is gone.
    }
  }
}
