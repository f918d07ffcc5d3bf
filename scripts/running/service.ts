import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { defaultState, openDatabase } from "../provisioning/database.ts";
import type { SqlDatabase } from "../provisioning/sql-database.ts";
import {
  type Address,
  assertIsFree,
  formatAddress,
  formatUrl,
  formatWarning,
  isLoopback,
  readAddress,
} from "./address.ts";
import { killGroup } from "./process-group.ts";
import { fromCaller } from "./program.ts";
import { claimFolder } from "./state-folder.ts";

/** The options that `start` and `serve` share, for `parseArgs`. */
export const serviceOptions = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "8787" },
  state: { type: "string", default: defaultState },
  verbose: { type: "boolean", default: false },
} as const;

/** The text of `--help`. @param own the lines of the options that the command does not share */
export const formatUsage = (command: string, own: string): string => `usage: ${command} [-- OPTIONS]
  --host ADDRESS    the address to listen on (default 127.0.0.1)
  --port N          its port (default 8787)
  --state DIR       the folder of the database (default .wrangler/state)
${own}
  --help            print these lines`;

/** Where a service listens, its URL on this machine, its state folder, and the variables that the address demands. */
export type Place = { address: Address; url: string; state: string; required: Readonly<Record<string, string>> };

/** Reads the options that `start` and `serve` share. @throws {WrongUsage} the address is none */
export function readPlace(values: { host: string; port: string; state: string }): Place {
  const address = readAddress(values);
  const required: Place["required"] = isLoopback(address.host) ? {} : { REQUIRE_REQUEST_TARGET: "true" };
  return { address, url: formatUrl(address), state: fromCaller(values.state), required };
}

/** The program that serves: the first process of a group of its own, and the last lines that it printed about itself. */
export type Child = { process: ChildProcess; said: string[]; name: string };

/** How to start the program. `show` gets each line of its piped output; `ready` is told when the service answers. */
export type Launch = {
  name: string;
  program: string;
  args: readonly string[];
  options: SpawnOptions;
  show: (line: string) => void;
  ready: string;
};

/** A command that serves a state folder on an address. */
type Service = Place & {
  command: "npm start" | "npm run serve";
  /** For lines about the service. */
  output: NodeJS.WriteStream;
  /** How long the program may take to end after the signal, in ms; then it is killed. */
  drainMs: number;
  /** Called when the folder and the address are free and the database is migrated. The database is closed afterwards. */
  launch: (db: SqlDatabase) => Promise<Launch>;
};

/** Runs a service until it ends, as the only one on its folder. @returns the exit code */
export async function runService({ command, address, url, state, ...service }: Service): Promise<number> {
  const tell = (line: string) => service.output.write(`${line}\n`);
  const folder = await claimFolder(state, formatAddress(address));
  let child: Child | undefined;
  try {
    if (folder.ended) tell(`ended what a killed start left running on ${state}: process ${folder.ended}`);
    await assertIsFree(address, command);
    if (!isLoopback(address.host)) tell(formatWarning(address));
    const { db, close } = await openDatabase({ state });
    const launch = await service.launch(db).finally(close);
    child = startChild(launch);
    folder.noteChild(child.process.pid);
    const ended = waitUntilEnded(child, service.drainMs);
    if (await waitUntilReady(child, url)) tell(launch.ready);
    return await ended;
  } finally {
    // What the program started, and itself if it never answered.
    if (child) killRest(child);
    folder.release();
  }
}

function startChild({ name, program, args, options, show }: Launch): Child {
  // A group of its own: Ctrl-C reaches this program alone, which passes it on once.
  const child = spawn(program, args, { ...options, detached: true });
  return { process: child, said: keepSaid([child.stdout, child.stderr], show), name };
}

const maxSaidLines = 40;

/** Keeps the last lines of the streams, without escape codes, and hands each line to `show`. */
export function keepSaid(streams: readonly (NodeJS.ReadableStream | null)[], show: (line: string) => void): string[] {
  const said: string[] = [];
  for (const stream of streams) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      const plain = stripVTControlCharacters(line);
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
    await wait(50);
  }
  return false;
}

const isRunning = ({ process: { exitCode, signalCode } }: Child): boolean => exitCode === null && signalCode === null;

const killRest = ({ process: { pid } }: Child): boolean => pid !== undefined && killGroup(pid);

/**
 * Ends the child when this program gets a signal to end, or when nobody reads its output any more. Further signals do
 * nothing.
 *
 * @returns the exit code: 0 after a signal; otherwise not 0, and what the child said is printed
 */
async function waitUntilEnded(child: Child, drainMs: number): Promise<number> {
  const { process: started, said, name } = child;
  let wasSignalled = false;
  const end = () => {
    if (wasSignalled) return;
    wasSignalled = true;
    started.kill("SIGTERM");
    setTimeout(() => killRest(child), drainMs).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // Without a reader (`npm start | head`) the service would run on unseen.
  for (const output of [process.stdout, process.stderr]) output.on("error", end);
  if (isRunning(child)) await once(started, "exit");
  if (wasSignalled) return 0;
  process.stderr.write(`${[`${name} ended by itself${said.length > 0 ? ":" : ""}`, ...said].join("\n")}\n`);
  return started.exitCode || 1;
}
