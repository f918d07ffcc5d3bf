import { type Fence, listFences } from "./markdown.ts";
import { type Mistake, readText } from "./repository.ts";

/**
 * What stands directly above a shell block: a test runs it under this name, in the shell of another block where `after`
 * names one, and after all others where `last` gives a reason; or nothing runs it, for a reason.
 */
const mark = /^<!-- (?:run: (?<name>[a-z0-9-]+)(?: after: (?<after>[a-z0-9-]+))?(?: last: \S.*)?|not run: \S.*) -->$/;

const documented = /^(?:README|CONTRIBUTING)\.md$|^docs\/[^/]+\.md$/;

type Block = { file: string; line: number; groups: Partial<Record<string, string>> | undefined };

/** The shell blocks of the documents that say nothing of who runs them, or say it wrongly. */
export function checkShellBlocks(files: readonly string[]): Mistake[] {
  const fences = files
    .filter((file) => documented.test(file))
    .flatMap((file) => listFences(readText(file)).map((fence) => ({ file, ...fence })));
  const blocks = fences.filter(({ language }) => language === "sh");
  return [...findMisnamed(fences), ...findUnmarked(blocks), ...findWronglyNamed(blocks.flatMap(readMark))];
}

type FileFence = Fence & { file: string };

/** Another name for the language would hide a block from the rules. */
const findMisnamed = (fences: readonly FileFence[]): Mistake[] =>
  fences
    .filter(({ language }) => /^(?:bash|shell|zsh|console)$/.test(language))
    .map(({ file, line, language }) => ({ file, line, what: `a shell block is \`\`\`sh, not \`\`\`${language}` }));

const findUnmarked = (blocks: readonly FileFence[]): Mistake[] =>
  blocks
    .filter(({ above }) => !mark.test(above))
    .map(({ file, line }) => ({
      file,
      line,
      what: "no `<!-- run: NAME -->` or `<!-- not run: REASON -->` directly above this shell block",
    }));

const readMark = ({ file, line, above }: FileFence): Block[] => {
  const matched = mark.exec(above);
  return matched ? [{ file, line, groups: matched.groups }] : [];
};

/** Names that two blocks have, and blocks that run after one that is not there. */
function findWronglyNamed(blocks: readonly Block[]): Mistake[] {
  const first = new Map<string, Block>();
  const mistakes: Mistake[] = [];
  for (const block of blocks) {
    const name = block.groups?.["name"];
    const holder = name === undefined ? undefined : first.get(name);
    if (name !== undefined && !holder) first.set(name, block);
    if (holder) mistakes.push({ ...at(block), what: `the name ${name} is that of ${holder.file}:${holder.line}` });
  }
  const strays = blocks.filter(({ groups }) => groups?.["after"] !== undefined && !first.has(groups["after"]));
  return [
    ...mistakes,
    ...strays.map((block) => ({ ...at(block), what: `no block has the name ${block.groups?.["after"]}` })),
  ];
}

const at = ({ file, line }: Block): { file: string; line: number } => ({ file, line });
