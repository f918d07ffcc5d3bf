import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ParseArgsConfig, parseArgs, stripVTControlCharacters } from "node:util";
import { nameNearest } from "../provisioning/nearest.ts";

/** `--help`: runProgram prints the message on stdout and exits with 0. */
class UsageAsked extends Error {}

/** Wrong options: runProgram prints the message on stderr and exits with 2. */
export class WrongUsage extends Error {}

/** The program of wrangler, to run with Node. */
export const wranglerCli = join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");

/** Makes a folder that is removed when the program ends, on a signal too. */
export function makeTemporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `cloudapi-edge-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(1));
  return folder;
}

/** Text as one word of a shell, in quotes unless it needs none. */
export const quoteWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A path as the caller meant it: npm runs scripts in the project's folder, whichever folder it was called in. */
export const fromCaller = (path: string): string => resolve(process.env["INIT_CWD"] ?? process.cwd(), path);

/**
 * Reads the command line as `parseArgs` does.
 *
 * @throws {UsageAsked} for --help and -h
 * @throws {WrongUsage} one line: an unknown option, a missing value, an argument too many
 */
export function readOptions<const Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const asked = process.argv.slice(2);
  if (asked.includes("--help") || asked.includes("-h")) throw new UsageAsked(usage);
  try {
    return parseArgs(config);
  } catch (error) {
    throw new WrongUsage(explainOption(describeError(error), Object.keys(config.options ?? {})), { cause: error });
  }
}

function explainOption(message: string, names: readonly string[]): string {
  const [, unknown] = /^Unknown option '([^']+)'/.exec(message) ?? [];
  if (unknown === undefined) return message.split("\n", 1).join();
  const near = nameNearest(unknown, new Set(["help", ...names].map((name) => `--${name}`)));
  return `there is no option ${unknown}${near || "; --help lists the options"}`;
}

/** Reads the number that an option has. @throws {WrongUsage} the text is no such number, or the number is below `least` */
export function readNumber(name: string, text: string, { least = 0, isWhole = true } = {}): number {
  const number = (isWhole ? /^\d{1,12}$/ : /^\d+(?:\.\d+)?$/).test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  const kind = `${isWhole ? "whole " : ""}number${least > 0 ? ` from ${least}` : ""}`;
  throw new WrongUsage(`--${name} is a ${kind}; ${text} was given`);
}

/** The message of whatever was thrown, without a terminal's escape codes. */
export const describeError = (error: unknown): string =>
  stripVTControlCharacters(error instanceof Error ? error.message : String(error));

/** Runs a program to its exit code, 0 unless it returns another. An error is printed as a line for a person, without a stack. */
export async function runProgram(run: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    const isAsked = error instanceof UsageAsked;
    (isAsked ? process.stdout : process.stderr).write(`${describeError(error)}\n`);
    // Something that wrangler or workerd left open would keep this program from ending.
    process.exit(isAsked ? 0 : error instanceof WrongUsage ? 2 : 1);
  }
}
