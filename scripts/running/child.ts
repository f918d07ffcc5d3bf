import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { signalGroup } from "./process-group.ts";
import { escapeCodes } from "./program.ts";

/** The program that serves, the first of a group of processes of its own, and the last of what it said of itself, for a message when it fails. */
export type Child = { process: ChildProcess; said: string[]; name: string };

const maxSaidLines = 40;

/** Keeps the last lines of the streams, without escape codes, and hands each to `show`. */
export function keepSaid(streams: readonly (NodeJS.ReadableStream | null)[], show: (line: string) => void): string[] {
  const said: string[] = [];
  for (const stream of streams) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      const plain = line.replace(escapeCodes, "");
      // A line of the service's log says nothing of the program.
      if (plain.trim() && !plain.startsWith("{")) said.splice(0, said.push(plain) - maxSaidLines);
      show(line);
    });
  }
  return said;
}

const pollMs = 50;

/** On a machine that is busy with other work, a start may take ten times as long as usual. */
const readyWithinMs = 120_000;

/**
 * Waits until the service answers.
 *
 * @returns false when it ended before
 * @throws {Error} it did not answer within the time: what it said until then
 */
export async function waitUntilReady(
  { process: child, said, name }: Child,
  url: string,
  withinMs = readyWithinMs,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${url}/--ping`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    if (performance.now() > deadline) {
      const words = said.length > 0 ? `It said:\n${said.join("\n")}` : "It said nothing.";
      throw new Error(`${name} does not answer after ${withinMs / 1000} seconds. ${words}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return false;
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Ends the service when this program gets a signal to end, or when nobody reads its output any more. Idempotent: a second
 * signal is harmless.
 *
 * @param drainMs how long the child may take to end after the signal; then it is killed
 * @returns the exit code: 0 after a signal; else not 0, and what the child said is shown
 */
export async function waitUntilEnded({ process: child, said, name }: Child, drainMs: number): Promise<number> {
  const killRest = () => child.pid !== undefined && signalGroup(child.pid, "SIGKILL");
  let wasSignalled = false;
  const end = () => {
    if (wasSignalled) return;
    wasSignalled = true;
    child.kill("SIGTERM");
    setTimeout(killRest, drainMs).unref();
  };
  for (const signal of endings) process.on(signal, end);
  // The reader of the output is gone (`npm start | head`): the service would run on unseen.
  for (const output of [process.stdout, process.stderr]) output.on("error", end);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  killRest();
  if (wasSignalled) return 0;
  process.stderr.write(`${[`${name} ended by itself${said.length > 0 ? ":" : ""}`, ...said].join("\n")}\n`);
  return child.exitCode || 1;
}
