import { fromCaller, readOptions, runProgram, WrongUsage } from "../running/program.ts";
import { type DatabaseTarget, defaultState } from "./database.ts";

/** The files, where the database is, and the flags that were set. */
export type CommandLine<Flag> = { files: readonly string[]; target: DatabaseTarget; flags: ReadonlySet<Flag> };

/** The lines of `--help` that both commands have. */
export const sharedOptions = `  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database, that of [env.production] in wrangler.toml
  --help    these lines`;

/** @throws {WrongUsage} an unknown option, or --state and --remote together */
function readCommandLine<Flag extends string>(usage: string, flags: readonly Flag[]): CommandLine<Flag> {
  const switches = Object.fromEntries([...flags, "remote"].map((flag) => [flag, { type: "boolean" as const }]));
  const { positionals, values } = readOptions(usage, {
    options: { ...switches, state: { type: "string" } },
    allowPositionals: true,
  });
  const { state } = values;
  const isSet = (flag: string) => Reflect.get(values, flag) === true;
  if (isSet("remote") && state !== undefined)
    throw new WrongUsage("--state is local and --remote is not: name one of them");
  const local = { state: typeof state === "string" ? fromCaller(state) : defaultState };
  return {
    files: positionals,
    target: isSet("remote") ? { remote: true } : local,
    flags: new Set(flags.filter(isSet)),
  };
}

/** Prints a line for the user: a result, or what went wrong. */
export const print = (line: string, stream: NodeJS.WriteStream = process.stdout): boolean => stream.write(`${line}\n`);

/** Runs a command over a database. @param flags the names of the options without a value */
export const runCommand = <Flag extends string>(
  usage: string,
  flags: readonly Flag[],
  command: (line: CommandLine<Flag>) => Promise<void>,
): Promise<void> =>
  runProgram(async () => {
    silenceRuntime();
    await command(readCommandLine(usage, flags));
    return 0;
  });

/**
 * Miniflare prints workerd's messages, with stack traces, through console, and some of them to stdout, where an export goes.
 * An error repeats what matters. WRANGLER_LOG brings the messages back.
 */
function silenceRuntime(): void {
  if (process.env["WRANGLER_LOG"] !== undefined) return;
  console.log = () => {};
  console.error = () => {};
}

const startedAt = performance.now();
const quietMs = 1000;
let waiting: NodeJS.Timeout | undefined;

/** Prints the current step on a terminal, once the program has run for a second. */
export function tellStep(step: string): void {
  if (!process.stderr.isTTY) return;
  clearTimeout(waiting);
  const write = () => print(`${Math.round((performance.now() - startedAt) / 1000)} s: ${step} …`, process.stderr);
  const restMs = startedAt + quietMs - performance.now();
  if (restMs <= 0) write();
  else waiting = setTimeout(write, restMs).unref();
}
