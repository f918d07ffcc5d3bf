import { maxCharacters } from "../../src/accounts/rules/account.ts";
import { variableDefaults } from "../../src/configuration.ts";
import { updatableFields } from "../../src/db/schema.ts";
import { errorStatus } from "../../src/errors.ts";
import { nameRule, textFields, versionRule } from "../../src/images/rules/fields.ts";
import { listParameters } from "../../src/images/rules/list-filters.ts";
import { maxTagLevels } from "../../src/images/rules/tags.ts";
import { findRelease, versions } from "../../src/releases.ts";
import { listRows, type Row } from "./markdown.ts";
import { type Mistake, readText } from "./repository.ts";

/** A table of a document, the columns that are compared, and what the code has: each name with its value. */
type Table = {
  file: string;
  heading: string;
  columns: { name: number; value: number | undefined };
  code: ReadonlyMap<string, string>;
  source: string;
};

const contract = "docs/contract.md";

/** Where the documents and the code say the same thing twice, and differ. */
export function checkAgreement(): Mistake[] {
  const tables: Table[] = [
    {
      file: contract,
      heading: "Fields",
      columns: { name: 0, value: undefined },
      code: new Map(updatableFields.map((field) => [field, ""])),
      source: "updatableFields in src/db/schema.ts",
    },
    {
      file: contract,
      heading: "Errors",
      columns: { name: 0, value: 1 },
      code: new Map(Object.entries(errorStatus).map(([code, status]) => [code, String(status)])),
      source: "errorStatus in src/errors.ts",
    },
    {
      file: contract,
      heading: "Versions",
      columns: { name: 0, value: 1 },
      code: new Map(versions.map((version) => [version, String(findRelease(version))])),
      source: "versions in src/releases.ts",
    },
    {
      file: contract,
      heading: "ListImages",
      columns: { name: 0, value: undefined },
      code: new Map(listParameters.map((name) => [name.replace(/\.$/, ".KEY"), ""])),
      source: "listParameters in src/images/rules/list-filters.ts",
    },
    {
      file: "docs/configuration.md",
      heading: "Variables",
      columns: { name: 0, value: 2 },
      code: new Map(Object.entries(variableDefaults).map(([name, value]) => [name, String(value)])),
      source: "src/configuration.ts",
    },
  ];
  return [
    ...tables.flatMap(compare),
    ...checkPhrases("Fields", fieldPhrases),
    ...checkPhrases("Account", accountPhrases),
  ];
}

/** What the row of a field must say, by field. */
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

/** Checks that the row of each field in a table of the contract says what the code does. */
function checkPhrases(heading: string, phrases: ReadonlyMap<string, string>): Mistake[] {
  const rows = listRows(readText(contract), heading)?.rows ?? [];
  return [...phrases].flatMap(([field, phrase]) => {
    const row = rows.find(({ cells }) => cells[0]?.split(", ").includes(`\`${field}\``));
    if (row?.cells.some((cell) => cell.replaceAll("`", "").includes(phrase))) return [];
    return [{ file: contract, line: row?.line ?? 1, what: `the row of ${field} does not say "${phrase}"` }];
  });
}

function compare({ file, heading, columns, code, source }: Table): Mistake[] {
  const section = listRows(readText(file), heading);
  if (!section) return [{ file, line: 1, what: `there is no heading "## ${heading}"` }];
  const named = new Map(section.rows.map((row) => [readCell(row, columns.name), row]));
  const missing = [...code.keys()].filter((name) => !named.has(name));
  return [
    ...missing.map((name) => ({ file, line: section.line, what: `no row for ${name}, which is in ${source}` })),
    ...[...named].flatMap(([name, row]) => {
      const value = code.get(name);
      if (value === undefined) return [{ file, line: row.line, what: `${name} is not in ${source}` }];
      if (columns.value === undefined || readCell(row, columns.value) === value) return [];
      return [{ file, line: row.line, what: `${name} is ${value} in ${source}, not ${readCell(row, columns.value)}` }];
    }),
  ];
}

/** A cell without the backticks around it. */
const readCell = ({ cells }: Row, column: number): string => (cells[column] ?? "").replace(/^`(.*)`$/, "$1");
