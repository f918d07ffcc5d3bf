import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Address, assertIsFree, formatAddress, formatUrl, formatWarning, isLoopback } from "./address.ts";
import { signalGroup } from "./process-group.ts";
import { escapeCodes } from "./program.ts";
import { claimFolder } from "./state-folder.ts";

/** The program that serves: the first process of a group of its own, and the last lines that it printed about itself. */
export type Child = { process: ChildProcess; said: string[]; name: string };

/** A command that serves a state folder on an address. */
type Service = {
  command: "npm start" | "npm run serve";
  address: Address;
  state: string;
  /** How long the child may take to end after the signal, in ms; then it is killed. */
  drainMs: number;
  /** Prints a line about the service. */
  tell: (line: string) => void;
  /** Starts the child, when folder and address are known to be free. `ready` is told when the service answers. */
  launch: () => Promise<{ child: Child; ready: string }>;
};

/** Runs a service until it ends, as the only one on its folder. @returns the exit code */
export async function runService({ command, address, state, drainMs, tell, launch }: Service): Promise<number> {
  const folder = await claimFolder(state, formatAddress(address));
  try {
    if (folder.ended) tell(`ended what a killed start left running on ${state}: process ${folder.ended}`);
    await assertIsFree(address, command);
    if (!isLoopback(address.host)) tell(formatWarning(address));
    const { child, ready } = await launch();
    folder.noteChild(child.process.pid);
    const ended = waitUntilEnded(child, drainMs);
    if (await waitUntilReady(child, formatUrl(address))) tell(ready);
    return await ended;
  } finally {
    folder.release();
  }
}

const maxSaidLines = 40;

/** Keeps the last lines of the streams, without escape codes, and hands each line to `show`. */
export function keepSaid(streams: readonly (NodeJS.ReadableStream | null)[], show: (line: string) => void): string[] {
  const said: string[] = [];
  for (const stream of streams) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      const plain = line.replace(escapeCodes, "");
      // JSON is the service's log: it says nothing about the program.
      if (plain.trim() && !plain.startsWith("{")) said.splice(0, said.push(plain) - maxSaidLines);
      show(line);
    });
  }
  return said;
}

/** On a busy machine a start may take ten times as long as usual. */
const readyWithinMs = 120_000;

/**
 * Waits until the service answers.
 *
 * @returns false if the child ended first
 * @throws {Error} the time is over; the message has what the child said
 */
export async function waitUntilReady(child: Child, url: string, withinMs = readyWithinMs): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isRunning(child)) {
    const answer = await fetch(`${url}/--ping`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    if (performance.now() > deadline) {
      const words = child.said.length > 0 ? `It said:\n${child.said.join("\n")}` : "It said nothing.";
      throw new Error(`${child.name} does not answer after ${withinMs / 1000} seconds. ${words}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

const isRunning = ({ process: { exitCode, signalCode } }: Child): boolean => exitCode === null && signalCode === null;

/**
 * Ends the child when this program gets a signal to end, or when nobody reads its output any more. Further signals do
 * nothing.
 *
 * @returns the exit code: 0 after a signal; otherwise not 0, and what the child said is printed
 */
async function waitUntilEnded(child: Child, drainMs: number): Promise<number> {
  const { process: started, said, name } = child;
  const killRest = () => started.pid !== undefined && signalGroup(started.pid, "SIGKILL");
  let wasSignalled = false;
  const end = () => {
    if (wasSignalled) return;
    wasSignalled = true;
    started.kill("SIGTERM");
    setTimeout(killRest, drainMs).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // Without a reader (`npm start | head`) the service would run on unseen.
  for (const output of [process.stdout, process.stderr]) output.on("error", end);
  if (isRunning(child)) await once(started, "exit");
  killRest();
  if (wasSignalled) return 0;
  process.stderr.write(`${[`${name} ended by itself${said.length > 0 ? ":" : ""}`, ...said].join("\n")}\n`);
  return started.exitCode || 1;
}
