import { parseArgs } from "node:util";
import { fromCaller } from "../running/program.ts";
import { type DatabaseTarget, defaultState } from "./database.ts";

/** The command was called with wrong arguments; the message names them. */
export class WrongUsage extends Error {}

/** What the commands take: files, and where the database is. */
export type CommandLine = {
  files: readonly string[];
  target: DatabaseTarget;
  isRestore: boolean;
  isDryRun: boolean;
  isJson: boolean;
  hasHistory: boolean;
  isHelp: boolean;
};

/** @throws {WrongUsage} an unknown option, or --state and --remote together */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { positionals, values } = parse(args);
  if (values.remote && values.state !== undefined)
    throw new WrongUsage("--state is local and --remote is not: one of them");
  const state = values.state === undefined ? defaultState : fromCaller(values.state);
  return {
    files: positionals,
    target: values.remote ? { remote: true } : { state },
    isRestore: values.restore ?? false,
    isDryRun: values["dry-run"] ?? false,
    isJson: values.json ?? false,
    hasHistory: values.history ?? false,
    isHelp: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        state: { type: "string" },
        remote: { type: "boolean" },
        restore: { type: "boolean" },
        "dry-run": { type: "boolean" },
        json: { type: "boolean" },
        history: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

/** Prints a line for the user: what a command answers, or what went wrong. */
export const print = (line: string, stream: NodeJS.WriteStream = process.stdout): boolean => stream.write(`${line}\n`);

/**
 * Runs a command and answers its exit code: 2 with the usage when it was called wrongly, 1 when it failed. What went
 * wrong goes to stderr in lines for a person, never as a stack trace.
 */
export async function runCommand(usage: string, command: (line: CommandLine) => Promise<void>): Promise<number> {
  silenceRuntime();
  try {
    const line = readCommandLine(process.argv.slice(2));
    if (line.isHelp) print(usage);
    else await command(line);
    return 0;
  } catch (error) {
    print(formatError(error, usage), process.stderr);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

function formatError(error: unknown, usage: string): string {
  if (error instanceof WrongUsage) return `${error.message}\n${usage}`;
  // A refusal's message is its mistakes, one a line.
  return error instanceof Error ? error.message : String(error);
}

/**
 * Miniflare prints what workerd says, stack traces included, through console, and some of it to stdout, where an export
 * goes. What matters of it comes as an error too. WRANGLER_LOG brings it back.
 */
function silenceRuntime(): void {
  if (process.env["WRANGLER_LOG"] !== undefined) return;
  console.log = () => {};
  console.error = () => {};
}
