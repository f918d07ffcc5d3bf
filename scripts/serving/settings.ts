import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfiguration, variableDefaults } from "../../src/configuration.ts";
import { describeError, WrongUsage } from "../running/program.ts";

const file = join(import.meta.dirname, "../../wrangler.toml");

type Texts = Record<string, string>;

/** The settings of wrangler.toml that the scripts read themselves: wrangler takes a second to load. */
type Settings = { compatibilityDate: string; databaseId: string; vars: Texts };

/** Reads the settings for this machine, those above the environments. @throws {Error} a line has an unknown form */
export function readSettings(): Settings {
  const [local = ""] = readFileSync(file, "utf8").split(/^\[env\./m);
  const [, variables = ""] = /^\[vars\]\n([\s\S]*?)^\[/m.exec(local) ?? [];
  const { compatibility_date: compatibilityDate, database_id: databaseId } = readTexts(local);
  const wrong = variables
    .replace(textLine, "")
    .split("\n")
    .find((line) => !/^\s*(?:#.*)?$/.test(line));
  if (wrong !== undefined) throw new Error(`wrangler.toml: [vars] has a line of no known form: ${wrong}`);
  if (!compatibilityDate || !databaseId) throw new Error("wrangler.toml has no compatibility_date or no database_id");
  return { compatibilityDate, databaseId, vars: readTexts(variables) };
}

/** `name = "text"`, and perhaps a comment. */
const textLine = /^(\w+)\s*=\s*"([^"\\\n]*)"[ \t]*(?:#.*)?$/gm;

const readTexts = (lines: string): Texts =>
  Object.fromEntries([...lines.matchAll(textLine)].map(([, name, text]) => [name, text]));

/**
 * Changes some of the variables, from the values of `--var NAME=VALUE`.
 *
 * @throws {WrongUsage} a variable does not exist, or a value is not allowed
 */
export function changeVariables(vars: Texts, changes: readonly string[]): Texts {
  const all = { ...vars };
  for (const change of changes) {
    const [, name = "", value = ""] = /^([A-Z0-9_]+)[=:](.*)$/s.exec(change) ?? [];
    if (!name) throw new WrongUsage(`--var is NAME=VALUE; ${change} was given`);
    if (!Object.hasOwn(variableDefaults, name))
      throw new WrongUsage(
        `--var: there is no variable ${name}; there are ${Object.keys(variableDefaults).join(", ")}`,
      );
    all[name] = value;
  }
  try {
    readConfiguration(all);
  } catch (cause) {
    throw new WrongUsage(describeError(cause), { cause });
  }
  return all;
}
