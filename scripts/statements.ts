/** Writes `test/data/statements.sql`, every statement of the service with its plan: `npm run statements`. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { statements } from "../src/db/statement.ts";
import { openMigrated } from "./provisioning/migrations.ts";
import type { DatabaseSync } from "./provisioning/sqlite.ts";
import { readOptions, runProgram } from "./running/program.ts";
import { formatSql } from "./statements/format.ts";

const root = join(import.meta.dirname, "..");

/** A statement of the service, with the name of its file and export. */
export type NamedStatement = { name: string; text: string };

type Printable = (typeof statements)[number];

const isPrintable = (value: unknown): value is Printable => statements.includes(value as Printable);

/**
 * Lists every statement that the service can send.
 *
 * @throws {Error} a statement is not exported, or a file sends other SQL
 */
export async function listStatements(): Promise<NamedStatement[]> {
  const found = new Map<Printable, string>();
  for (const file of listFiles()) {
    for (const [name, one] of listExported(await import(join(root, file)))) {
      if (!found.has(one)) found.set(one, `${file} ${name}`);
    }
  }
  const hidden = statements.filter((one) => !found.has(one)).map((one) => one.print().text);
  if (hidden.length > 0) throw new Error(`export these statements:\n${hidden.join("\n")}`);
  const named = [...found].map(([one, name]) => ({ name, text: one.print().text }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Lists the statements that a file exports. A write and its rehearsal are two statements of one object. */
function listExported(module: Readonly<Record<string, unknown>>): [string, Printable][] {
  return Object.entries(module).flatMap(([name, value]): [string, Printable][] => {
    if (isPrintable(value)) return [[name, value]];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    return Object.entries(value).flatMap(([part, one]) => (isPrintable(one) ? [[`${name}.${part}`, one]] : []));
  });
}

/** Lists the files that define statements. @throws {Error} another file prepares SQL */
function listFiles(): string[] {
  const files = globSync("src/**/*.ts", { cwd: root, exclude: ["src/console/**"] });
  for (const file of files) {
    const prepares = /\.(?:prepare|exec)\(/.test(readFileSync(join(root, file), "utf8").replace(/\w+\.exec\(/g, ""));
    if (prepares && file !== "src/db/client.ts") throw new Error(`${file}: only db/client prepares statements`);
  }
  return files.filter((file) => /^src\/db\/|\.sql\.ts$/.test(file)).sort();
}

/** How SQLite's plan finds the rows of each table. The rest of a plan differs between versions of SQLite. */
export const explain = (db: DatabaseSync, text: string): string[] =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all()
    .map(({ detail }) => String(detail))
    .filter((detail) => /^(?:SCAN|SEARCH) \w/.test(detail) && !/CONSTANT ROW|VIRTUAL TABLE/.test(detail));

/** The document `test/data/statements.sql`. */
export async function renderStatements(): Promise<string> {
  const db = openMigrated();
  const sections = (await listStatements()).map(({ name, text }) => {
    const plan = explain(db, text).map((line) => `-- ${line}\n`);
    return `-- ${name}\n${formatSql(text)};\n${plan.join("")}`;
  });
  return `-- Every statement of the service as it is sent, and SQLite's plan for it. Written by \`npm run statements\`.\n\n${sections.join("\n")}`;
}

/** The document's path. */
export const statementsFile = join(root, "test/data/statements.sql");

/** Lists the columns in the WHERE of partial indexes, as `table.column`. */
export function listPartialColumns(db: DatabaseSync): string[] {
  const indexes = db
    .prepare("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'")
    .all();
  return indexes.flatMap(({ tbl_name: table, sql }) => {
    const [, condition = ""] = String(sql).split(" WHERE ");
    const columns = db.prepare("SELECT name FROM pragma_table_info(?)").all(String(table));
    return columns
      .map(({ name }) => String(name))
      .filter((name) => condition.includes(`"${name}"`))
      .map((name) => `${table}.${name}`);
  });
}

const operator = String.raw`\s*(?:=|==|<>|!=|<=?|>=?|\bIS(?:\s+NOT)?\b|\b(?:NOT\s+)?IN\s*\()\s*`;

/** Finds where a statement compares such a column with a parameter: SQLite would prepare it anew at each run. */
export function findBoundPartial(text: string, columns: readonly string[]): string[] {
  const names = columns.map((column) => String.raw`(?<!\+)"\w+"\."${column.split(".")[1]}"`).join("|");
  const compared = new RegExp(`(?:${names})${operator}\\?|\\?\\d*${operator}(?:${names})`, "gi");
  return [...text.matchAll(compared)].map(([one]) => one);
}

const usage = `usage: npm run statements
  Writes test/data/statements.sql: every statement of the service, with its plan.`;

if (import.meta.main) {
  await runProgram(async () => {
    readOptions(usage, {});
    writeFileSync(statementsFile, await renderStatements());
    console.log(`${relative(process.cwd(), statementsFile)} is written; look at its diff`);
    return 0;
  });
}
