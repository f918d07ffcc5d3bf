import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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
} from "../running/address.ts";
import { fromCaller } from "../running/program.ts";
import { claimFolder } from "../running/state-folder.ts";
import { changeVariables, readSettings } from "./settings.ts";
import { isRunning, waitUntilReady, writeService } from "./workerd.ts";

/** The options that `start` and `serve` share, for `parseArgs`. */
export const serviceOptions = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "8787" },
  state: { type: "string", default: defaultState },
  var: { type: "string", multiple: true, default: [] as string[] },
  verbose: { type: "boolean", default: false },
} as const;

/** The text of `--help`. @param own the lines of the options that the command does not share */
export const formatUsage = (command: string, own = ""): string => `usage: ${command} [-- OPTIONS]
  --host ADDRESS    the address to listen on (default 127.0.0.1)
  --port N          its port (default 8787)
  --state DIR       the folder of the database (default .wrangler/state)
  --var NAME=VALUE  a variable, instead of wrangler.toml's; may be repeated
${own}  --verbose         print each step before the service answers
  --help            print these lines`;

/** Where a service listens, its URL on this machine, and its state folder. */
type Place = { address: Address; url: string; state: string };

/** A command that serves a state folder on an address. */
type Service = {
  command: "npm start" | "npm run serve";
  options: { host: string; port: string; state: string; var: readonly string[]; verbose: boolean };
  /** For lines about the service. The log of its requests goes to stdout. */
  output: NodeJS.WriteStream;
  /** Called with the migrated database, before the service starts. @returns the text to print when it answers */
  prepare: (db: SqlDatabase, place: Place) => Promise<string>;
};

/**
 * Runs the Worker on workerd until it ends, as the only one on its folder.
 *
 * @returns the exit code
 * @throws {WrongUsage} an option has no such value
 * @throws {Error} one line: the folder or the address cannot be used
 */
export async function runService({ command, options, output, prepare }: Service): Promise<number> {
  const address = readAddress(options);
  const [url, state] = [formatUrl(address), fromCaller(options.state)];
  const vars = changeVariables(readSettings().vars, options.var);
  // Last, so that no --var undoes what the warning promises.
  if (!isLoopback(address.host)) vars["REQUIRE_REQUEST_TARGET"] = "true";
  const tell = (line: string) => output.write(`${line}\n`);
  const tellStep = (step: string) =>
    options.verbose && process.stderr.write(`${Math.round(performance.now())} ms: ${step}\n`);
  const folder = await claimFolder(state);
  let child: ChildProcess | undefined;
  try {
    if (folder.ended) tell(`ended what a killed start left running on ${state}: process ${folder.ended}`);
    await assertIsFree(address, command);
    if (!isLoopback(address.host)) tell(formatWarning(address));
    const { db, close } = await openDatabase({ state });
    const ready = await prepare(db, { address, url, state }).finally(close);
    tellStep("the database is migrated");
    const { program, args } = await writeService(state, { ...address, vars });
    tellStep("the Worker is bundled");
    // A group of its own: Ctrl-C reaches this program alone, which passes it on once. The log of `start` passes through this
    // program, which ends with its reader (`npm start | head`); that of `serve` takes the short way.
    const log = output === process.stdout ? "pipe" : "inherit";
    child = spawn(program, args, { detached: true, stdio: ["ignore", log, "inherit"] });
    child.stdout?.pipe(process.stdout);
    if (child.pid) folder.note(child.pid, formatAddress(address));
    const ended = waitUntilEnded(child);
    if (await waitUntilReady(child, url)) tell(ready);
    return await ended;
  } finally {
    // If it runs still: it never answered.
    child?.kill("SIGKILL");
    folder.release();
  }
}

/** How long requests that are running when the signal comes may take, in ms. */
const drainMs = 15_000;

/**
 * Ends the process when this program gets a signal to end, or when nobody reads its output any more. Further signals do
 * nothing.
 *
 * @returns the exit code: 0 after a signal; otherwise not 0
 */
async function waitUntilEnded(child: ChildProcess): Promise<number> {
  let wasSignalled = false;
  const end = () => {
    if (wasSignalled) return;
    wasSignalled = true;
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), drainMs).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  for (const output of [process.stdout, process.stderr]) output.on("error", end);
  if (isRunning(child)) await once(child, "exit");
  if (wasSignalled) return 0;
  process.stderr.write("workerd ended by itself\n");
  return child.exitCode || 1;
}
