import { posix } from "node:path";
import { findLine, listAnchors, listLinks, type Mistake, readText } from "./documents.ts";

/** A path from the project's folder, and the anchor, or "". */
type Target = { file: string; anchor: string };

/** Lists the relative links and images of the documents that lead nowhere. */
export const checkLinks = (files: readonly string[]): Mistake[] =>
  files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      listLinks(readText(file))
        .filter(({ target }) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
        .flatMap(({ target, line }) => {
          const problem = findProblem(resolveTarget(file, target), files);
          return problem ? [{ file, line, what: `the link ${target} leads nowhere: ${problem}` }] : [];
        }),
    );

function resolveTarget(from: string, target: string): Target {
  const [path = "", anchor = ""] = target.split("#").map(decodeURIComponent);
  if (path === "") return { file: from, anchor };
  return { file: posix.join(path.startsWith("/") ? "" : posix.dirname(from), path), anchor };
}

/** @returns why a target leads nowhere; undefined if the file or folder is there, and the heading */
function findProblem({ file, anchor }: Target, files: readonly string[]): string | undefined {
  const folder = `${file.replace(/\/$/, "")}/`;
  if (!files.includes(file) && !files.some((known) => known.startsWith(folder))) return `there is no ${file}`;
  if (anchor === "") return undefined;
  const anchors = file.endsWith(".md") ? listAnchors(readText(file)) : new Set();
  return anchors.has(anchor) ? undefined : `${file} has no heading for #${anchor}`;
}

/** Files that a person writes. */
const writtenFile = /\.(?:ts|mjs|sql|toml|md|json|grit|ya?ml)$|^\.ci\//;

/** Recorded, generated and locked files, which nobody writes. */
const generatedFile = /^(?:test\/data\/|migrations\/meta\/|bench\/results\.json$)|(?:^|\/)package-lock\.json$/;

/** A document of this repository. A longer path that ends so is another project's. */
const citation = /(?<![\w-]\/|[\w-])(docs\/[\w-]+\.md|README\.md)(?:#([\w-]+))?/g;

/** Documents outside the repository. The brackets keep this line from matching itself. */
const strayCitation = /\b(?:C[O]NTRACT|A[R]CHITECTURE|K[N]OWN_GROUND)\b|\.\.\/[s]hared\b/g;

/** Lists the citations in code and comments that lead nowhere, and all of documents outside the repository. */
export function checkCitations(files: readonly string[]): Mistake[] {
  const written = files.filter((file) => writtenFile.test(file) && !generatedFile.test(file));
  return written.flatMap((file) => [...findBroken(file, files), ...findStray(file)]);
}

function findBroken(file: string, files: readonly string[]): Mistake[] {
  // Documents cite each other by links, which checkLinks reads.
  if (file.endsWith(".md") && !/^(?:src|scripts|bench|test|migrations)\//.test(file)) return [];
  return findAll(file, citation, ([cited, document = "", anchor = ""]) => {
    const problem = findProblem({ file: document, anchor }, files);
    return problem && `${cited} leads nowhere: ${problem}`;
  });
}

const findStray = (file: string): Mistake[] =>
  findAll(file, strayCitation, ([cited]) => `cites ${cited}, which is not in the repository`);

function findAll(file: string, pattern: RegExp, judge: (found: readonly string[]) => string | undefined): Mistake[] {
  const text = readText(file);
  return [...text.matchAll(pattern)].flatMap((found) => {
    const what = judge(found);
    return what ? [{ file, line: findLine(text, found.index), what }] : [];
  });
}
