import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfiguration, variableDefaults } from "../../src/configuration.ts";
import { describeError, WrongUsage } from "../running/program.ts";

const file = join(import.meta.dirname, "../../wrangler.toml");

/** The settings of wrangler.toml that the scripts read themselves: wrangler takes a second to load. */
export type Settings = { compatibilityDate: string; databaseId: string; vars: Readonly<Record<string, string>> };

/** Reads the settings for this machine, those above the environments. @throws {Error} a line has an unknown form */
export function readSettings(): Settings {
  const [local = ""] = readFileSync(file, "utf8").split(/^\[env\./m);
  const [, section = ""] = /^\[vars\]\n([\s\S]*?)^\[/m.exec(local) ?? [];
  return {
    compatibilityDate: readText(local, "compatibility_date"),
    databaseId: readText(local, "database_id"),
    vars: Object.fromEntries(section.split("\n").flatMap(readVariable)),
  };
}

function readText(settings: string, name: string): string {
  const [, value] = new RegExp(`^${name} = "(.*)"$`, "m").exec(settings) ?? [];
  if (value === undefined) throw new Error(`wrangler.toml has no ${name} = "…"`);
  return value;
}

function readVariable(line: string): [string, string][] {
  if (/^\s*(#.*)?$/.test(line)) return [];
  const [, name, value] = /^([A-Z0-9_]+)\s*=\s*"([^"\\]*)"\s*(?:#.*)?$/.exec(line) ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`wrangler.toml: [vars] has a line of no known form: ${line}`);
  return [[name, value]];
}

/**
 * Changes some of the variables, from the values of `--var NAME=VALUE`.
 *
 * @throws {WrongUsage} a variable does not exist, or a value is not allowed
 */
export function changeVariables(vars: Settings["vars"], changes: readonly string[]): Settings["vars"] {
  const changed = Object.fromEntries(
    changes.map((change) => {
      const [, name, value] = /^([A-Z0-9_]+)[=:](.*)$/s.exec(change) ?? [];
      if (name === undefined || value === undefined) throw new WrongUsage(`--var is NAME=VALUE; ${change} was given`);
      if (!(name in variableDefaults))
        throw new WrongUsage(
          `--var: there is no variable ${name}; there are ${Object.keys(variableDefaults).join(", ")}`,
        );
      return [name, value];
    }),
  );
  const all = { ...vars, ...changed };
  try {
    readConfiguration(all);
  } catch (error) {
    throw new WrongUsage(describeError(error), { cause: error });
  }
  return all;
}
