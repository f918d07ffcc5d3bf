/**
 * Checks the documents: links and citations lead somewhere, every shell block says who runs it, README is short, the tables
 * agree with the code, and every difference from upstream names what shows it. Prints one line a mistake,
 * `file:line: what`. Part of `npm run check`.
 */
import { checkAgreement, checkDifferences } from "./docs/agreement.ts";
import { type Fence, listFences, listFiles, type Mistake, readText } from "./docs/documents.ts";
import { checkCitations, checkLinks } from "./docs/links.ts";

const maxReadmeLines = 110;

function checkReadmeLength(): Mistake[] {
  const { length } = readText("README.md").trimEnd().split("\n");
  const what = `README has ${length} lines; at most ${maxReadmeLines}`;
  return length > maxReadmeLines ? [{ file: "README.md", line: maxReadmeLines + 1, what }] : [];
}

/**
 * The line directly above a shell block. `run` names the block for a test, `after` the block in whose shell it runs, `last`
 * is why it runs after all others. `not run` is why nothing runs it.
 */
const mark = /^<!-- (?:run: (?<name>[a-z0-9-]+)(?: after: (?<after>[a-z0-9-]+))?(?: last: \S.*)?|not run: \S.*) -->$/;

const documented = /^(?:README|CONTRIBUTING)\.md$|^docs\/[^/]+\.md$/;

/** Lists the shell blocks of the documents that do not say who runs them, or say it wrongly. */
function checkShellBlocks(files: readonly string[]): Mistake[] {
  const blocks = files
    .filter((file) => documented.test(file))
    .flatMap((file) => listFences(readText(file)).map((fence) => ({ file, ...fence })));
  const names = new Map<string, string>();
  for (const { file, line, above } of blocks) {
    const name = mark.exec(above)?.groups?.["name"];
    if (name !== undefined && !names.has(name)) names.set(name, `${file}:${line}`);
  }
  return blocks.flatMap(({ file, line, ...fence }) => {
    const what = findProblem(fence, `${file}:${line}`, names);
    return what === undefined ? [] : [{ file, line, what }];
  });
}

type Block = Pick<Fence, "language" | "above">;

/** @param names where each name stands first */
function findProblem({ language, above }: Block, at: string, names: ReadonlyMap<string, string>): string | undefined {
  // Under another name of the language the rules would not see the block.
  if (/^(?:bash|shell|zsh|console)$/.test(language)) return `a shell block is \`\`\`sh, not \`\`\`${language}`;
  if (language !== "sh") return undefined;
  const matched = mark.exec(above);
  if (!matched) return "no `<!-- run: NAME -->` or `<!-- not run: REASON -->` directly above this shell block";
  const { name, after } = matched.groups ?? {};
  const holder = names.get(name ?? "");
  if (holder !== undefined && holder !== at) return `the name ${name} is that of ${holder}`;
  return after === undefined || names.has(after) ? undefined : `no block has the name ${after}`;
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
