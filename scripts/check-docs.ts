/**
 * Checks the documents: every link and citation leads somewhere, every shell block says who runs it, README is short, the
 * tables agree with the code, and every difference from upstream names what shows it. Prints one line a mistake, `file:line: what`. Part of `npm run check`.
 */
import { checkAgreement } from "./docs/agreement.ts";
import { checkCitations } from "./docs/citations.ts";
import { checkDifferences } from "./docs/differences.ts";
import { checkLinks } from "./docs/links.ts";
import { listFiles, type Mistake, readText } from "./docs/repository.ts";
import { checkShellBlocks } from "./docs/shell-blocks.ts";

const maxReadmeLines = 150;

function checkReadmeLength(): Mistake[] {
  const lines = readText("README.md").trimEnd().split("\n").length;
  if (lines <= maxReadmeLines) return [];
  return [
    { file: "README.md", line: maxReadmeLines + 1, what: `README has ${lines} lines; at most ${maxReadmeLines}` },
  ];
}

const files = listFiles();
const mistakes = [
  ...checkLinks(files),
  ...checkCitations(files),
  ...checkShellBlocks(files),
  ...checkReadmeLength(),
  ...checkAgreement(),
  ...checkDifferences(files),
];
for (const { file, line, what } of mistakes) console.error(`${file}:${line}: ${what}`);
process.exitCode = mistakes.length > 0 ? 1 : 0;
