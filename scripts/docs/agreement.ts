import { maxCharacters } from "../../src/accounts/rules/account.ts";
import { variableDefaults } from "../../src/configuration.ts";
import { errorStatus } from "../../src/errors.ts";
import { nameRule, textFields, versionRule } from "../../src/images/rules/fields.ts";
import { listParameters } from "../../src/images/rules/list-filters.ts";
import { maxTagLevels } from "../../src/images/rules/tags.ts";
import { findRelease, versions } from "../../src/releases.ts";
import { scopeWords } from "../../src/scope.ts";
import { updatableFields } from "../../src/tables.ts";
import { listRows, type Mistake, type Row, readText } from "./documents.ts";

/** A table of a document, what the code has, by the name in the first column, and the column of the values, if any. */
type Table = {
  file?: string;
  heading: string;
  values?: number;
  code: ReadonlyMap<string, unknown>;
  source: string;
};

const contract = "docs/contract.md";

const keysOf = (names: readonly string[]) => new Map(names.map((name) => [name, undefined]));

const tables: readonly Table[] = [
  { heading: "Fields", code: keysOf(updatableFields), source: "updatableFields in src/tables.ts" },
  { heading: "Errors", values: 1, code: new Map(Object.entries(errorStatus)), source: "errorStatus in src/errors.ts" },
  {
    heading: "Versions",
    values: 1,
    code: new Map(versions.map((version) => [version, findRelease(version)])),
    source: "versions in src/releases.ts",
  },
  {
    heading: "ListImages",
    code: keysOf(listParameters.map((name) => name.replace(/\.$/, ".KEY"))),
    source: "listParameters in src/images/rules/list-filters.ts",
  },
  { heading: "Scopes", code: keysOf(scopeWords), source: "scopeWords in src/scope.ts" },
  {
    file: "docs/configuration.md",
    heading: "Variables",
    values: 2,
    code: new Map(Object.entries(variableDefaults)),
    source: "src/configuration.ts",
  },
];

/** Lists where a document and the code differ. */
export const checkAgreement = (): Mistake[] => [
  ...tables.flatMap(compare),
  ...checkPhrases("Fields", fieldPhrases),
  ...checkPhrases("Account", accountPhrases),
];

/** The phrase that the row of a field must have. */
const fieldPhrases = new Map<string, string>([
  ["name", nameRule.words],
  ["version", versionRule.words],
  ["description", `at most ${textFields.description.max} characters`],
  ["homepage", `at most ${textFields.homepage.max} characters`],
  [
    "eula",
    textFields.eula.max === textFields.homepage.max ? "as homepage" : `at most ${textFields.eula.max} characters`,
  ],
  ["tags", `at most ${maxTagLevels} levels deep`],
]);

const accountPhrases = new Map(
  Object.entries(maxCharacters).map(([field, max]) => [field, `at most ${max} characters`] as const),
);

/** Checks that the row of each field in a table of the contract has the phrase. */
function checkPhrases(heading: string, phrases: ReadonlyMap<string, string>): Mistake[] {
  const rows = listRows(readText(contract), heading)?.rows ?? [];
  return [...phrases].flatMap(([field, phrase]) => {
    const row = rows.find(({ cells }) => cells[0]?.split(", ").includes(`\`${field}\``));
    if (row?.cells.some((cell) => cell.replaceAll("`", "").includes(phrase))) return [];
    return [{ file: contract, line: row?.line ?? 1, what: `the row of ${field} does not say "${phrase}"` }];
  });
}

function compare({ file = contract, heading, values, code, source }: Table): Mistake[] {
  const section = listRows(readText(file), heading);
  if (!section) return [{ file, line: 1, what: `there is no heading "## ${heading}"` }];
  const named = new Map(section.rows.map((row) => [readCell(row, 0), row]));
  const missing = [...code.keys()].filter((name) => !named.has(name));
  return [
    ...missing.map((name) => ({ file, line: section.line, what: `no row for ${name}, which is in ${source}` })),
    ...[...named].flatMap(([name, row]) => {
      if (!code.has(name)) return [{ file, line: row.line, what: `${name} is not in ${source}` }];
      const [written, value] = [values === undefined ? "" : readCell(row, values), String(code.get(name))];
      if (values === undefined || written === value) return [];
      return [{ file, line: row.line, what: `${name} is ${value} in ${source}, not ${written}` }];
    }),
  ];
}

/** Returns a cell without its backticks. */
const readCell = ({ cells }: Row, column: number): string => (cells[column] ?? "").replace(/^`(.*)`$/, "$1");

const differences = "docs/differences.md";
const cellCount = 5;

/** The folder of the recorded requests. A reference leaves it out. */
const recordedFolder = "test/data/";

const reference = /`([^`:]+): ([^`]+)`/g;

/** Lists the differences that name no test or recorded request that shows them, or a missing one. */
export const checkDifferences = (files: readonly string[]): Mistake[] =>
  (listRows(readText(differences), "Differences")?.rows ?? []).flatMap((row) =>
    findMistakes(row, files).map((what) => ({ file: differences, line: row.line, what })),
  );

function findMistakes({ cells }: Row, files: readonly string[]): string[] {
  if (cells.length !== cellCount || cells.includes("")) return [`the row has not ${cellCount} cells with text`];
  const cell = cells[cellCount - 1] ?? "";
  const references = [...cell.matchAll(reference)];
  if (references.length === 0) return ["no test or recorded request shows this difference"];
  const left = cell.replace(reference, "").replaceAll(", ", "");
  return [
    ...(left === "" ? [] : [`what shows this difference is a list of \`file: text\`, not ${left}`]),
    ...references.flatMap(([, name = "", text = ""]) => findProblem(name, text, files)),
  ];
}

/** A reference has the whole name of a recorded request, or a part of a test's text. */
function findProblem(name: string, text: string, files: readonly string[]): string[] {
  const isRecorded = name.endsWith(".json");
  const path = isRecorded ? recordedFolder + name : name;
  if (!files.includes(path)) return [`there is no ${path}`];
  if (!isRecorded && !path.endsWith(".test.ts")) return [`${path} is no test`];
  const recorded: { name: string }[] = isRecorded ? JSON.parse(readText(path)) : [];
  const isThere = isRecorded ? recorded.some(({ name }) => name === text) : readText(path).includes(text);
  return isThere ? [] : [`${path} has nothing named ${text}`];
}
