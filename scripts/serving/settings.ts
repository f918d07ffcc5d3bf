import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { readConfiguration, variableDefaults } from "../../src/configuration.ts";
import { describeError, WrongUsage } from "../running/program.ts";

const file = join(import.meta.dirname, "../../wrangler.toml");

/** The settings of wrangler.toml for this machine: those above the environments. */
type Settings = {
  compatibility_date: string;
  d1_databases: [{ database_id: string }];
  vars: Record<string, string>;
};

/** Reads wrangler.toml without wrangler, which takes a second to load. @throws {TomlError} it is no TOML */
export const readSettings = (): Settings => parse(readFileSync(file, "utf8")) as Settings;

/**
 * Changes some of the variables, from the values of `--var NAME=VALUE`.
 *
 * @throws {WrongUsage} a variable does not exist, or a value is not allowed
 */
export function changeVariables(vars: Settings["vars"], changes: readonly string[]): Settings["vars"] {
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
