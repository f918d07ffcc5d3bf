import { resolve } from "node:path";

/** `--help`: its message is printed, and the program ends. */
export class UsageAsked extends Error {}

/** What a terminal reads as colours. */
export const escapeCodes = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Text as one word of a shell, in quotes unless it needs none. */
export const quoteWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A path as the caller meant it: npm runs scripts in the project's folder, whichever folder it was called in. */
export const fromCaller = (path: string): string => resolve(process.env["INIT_CWD"] ?? process.cwd(), path);

/** Runs a program to its exit code. What goes wrong is a line for a person, never a stack trace. */
export async function runProgram(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const isAsked = error instanceof UsageAsked;
    const text = (error instanceof Error ? error.message : String(error)).replace(escapeCodes, "");
    (isAsked ? process.stdout : process.stderr).write(`${text}\n`);
    // What wrangler left running would keep this program from ending.
    process.exit(isAsked ? 0 : 1);
  }
}
