import { parseArgs } from "node:util";
import { fromCaller } from "../running/program.ts";
import { type DatabaseTarget, defaultState } from "./database.ts";
import { nameNearest } from "./nearest.ts";

/** The command was called with wrong arguments. The message names them in one line. */
export class WrongUsage extends Error {}

/** The files, where the database is, and the flags that were set. */
export type CommandLine<Flag> = { files: readonly string[]; target: DatabaseTarget; flags: ReadonlySet<Flag> };

/** The lines of `--help` that both commands have. */
export const sharedOptions = `  --state   the folder of the local database (default .wrangler/state)
  --remote  the deployed database, that of [env.production] in wrangler.toml
  --help    these lines`;

/** @throws {WrongUsage} an unknown option, or --state and --remote together */
function readCommandLine<Flag extends string>(flags: readonly Flag[]): CommandLine<Flag> & { isHelp: boolean } {
  const { positionals, values } = parse(flags);
  const { state, remote, help } = values;
  if (remote && state !== undefined) throw new WrongUsage("--state is local and --remote is not: name one of them");
  return {
    files: positionals,
    target: remote ? { remote } : { state: typeof state === "string" ? fromCaller(state) : defaultState },
    flags: new Set(flags.filter((flag) => values[flag] === true)),
    isHelp: help === true,
  };
}

function parse(flags: readonly string[]) {
  const options = {
    ...Object.fromEntries(flags.map((flag) => [flag, { type: "boolean" as const }])),
    state: { type: "string" },
    remote: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    const { positionals, values } = parseArgs({ options, allowPositionals: true });
    return { positionals, values: values as typeof values & Record<string, unknown> };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, unknown] = /^Unknown option '([^']+)'/.exec(message) ?? [];
    if (unknown === undefined) throw new WrongUsage(message.split("\n", 1).join());
    const near = nameNearest(unknown, new Set(Object.keys(options).map((name) => `--${name}`)));
    throw new WrongUsage(`there is no option ${unknown}${near || "; --help lists the options"}`);
  }
}

/** Prints a line for the user: a result, or what went wrong. */
export const print = (line: string, stream: NodeJS.WriteStream = process.stdout): boolean => stream.write(`${line}\n`);

/** Returns the message of anything thrown. A refusal has a line for each mistake. */
export const getMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs a command. Errors are lines on stderr for a person, never a stack trace. The exit code is 2 if the command was called
 * wrongly, 1 if it failed.
 *
 * @param flags the names of the options without a value
 */
export async function runCommand<Flag extends string>(
  usage: string,
  flags: readonly Flag[],
  command: (line: CommandLine<Flag>) => Promise<void>,
): Promise<void> {
  silenceRuntime();
  try {
    const { isHelp, ...line } = readCommandLine(flags);
    if (isHelp) print(usage);
    else await command(line);
  } catch (error) {
    print(getMessage(error), process.stderr);
    process.exitCode = error instanceof WrongUsage ? 2 : 1;
  }
}

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
