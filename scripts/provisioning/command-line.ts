import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type DatabaseTarget, defaultState } from "./database.ts";
import { ProvisionRefused } from "./refusal.ts";

/** Arguments that the command does not take; the message says which. */
export class WrongUsage extends Error {}

/** What the commands take: files, and where the database is. */
export type CommandLine = { files: readonly string[]; target: DatabaseTarget };

/** @throws {WrongUsage} an unknown option, or --state and --remote together */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { positionals, values } = parsed(args);
  if (values.remote && values.state !== undefined)
    throw new WrongUsage("--state is local and --remote is not: one of them");
  const state = values.state === undefined ? defaultState : fromCaller(values.state);
  return { files: positionals, target: values.remote ? { remote: true } : { state } };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { state: { type: "string" }, remote: { type: "boolean" } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

/** A path as the caller meant it: npm runs scripts in the project's folder, whichever folder it was called in. */
export const fromCaller = (path: string): string => resolve(process.env["INIT_CWD"] ?? process.cwd(), path);

/**
 * Runs a command and answers its exit code: 2 with the usage when it was called wrongly, 1 when it failed. What went
 * wrong goes to stderr in lines for a person, never as a stack trace.
 */
export async function runCommand(usage: string, command: (line: CommandLine) => Promise<void>): Promise<number> {
  try {
    await command(readCommandLine(process.argv.slice(2)));
    return 0;
  } catch (error) {
    if (error instanceof WrongUsage) {
      console.error(`${error.message}\n${usage}`);
      return 2;
    }
    if (error instanceof ProvisionRefused) for (const mistake of error.mistakes) console.error(mistake);
    else console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
