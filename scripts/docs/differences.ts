import { listRows, type Row } from "./markdown.ts";
import { type Mistake, readText } from "./repository.ts";

const file = "docs/differences.md";
const heading = "Differences";
const cellCount = 5;

/** The folder of the recorded requests. A reference leaves it out. */
const recordedFolder = "test/data/";

const reference = /`([^`:]+): ([^`]+)`/g;

/** Lists the differences that name no test or recorded request that shows them, or a missing one. */
export function checkDifferences(files: readonly string[]): Mistake[] {
  const section = listRows(readText(file), heading);
  if (!section) return [{ file, line: 1, what: `there is no heading "## ${heading}"` }];
  return section.rows.flatMap((row) => findMistakes(row, files).map((what) => ({ file, line: row.line, what })));
}

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
  const isThere = isRecorded ? listRecordedNames(path).has(text) : readText(path).includes(text);
  return isThere ? [] : [`${path} has nothing named ${text}`];
}

function listRecordedNames(path: string): ReadonlySet<string> {
  const recorded: { name: string }[] = JSON.parse(readText(path));
  return new Set(recorded.map(({ name }) => name));
}
