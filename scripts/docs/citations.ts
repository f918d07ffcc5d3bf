import { findProblem } from "./links.ts";
import { findLine, type Mistake, readText } from "./repository.ts";

/** Texts that a person writes: code, SQL, configuration and documents. */
const writtenFile = /\.(?:ts|mjs|sql|toml|md|json|grit|ya?ml)$|^\.ci\//;

/** Recorded, generated or locked: nobody writes a citation into these. */
const generatedFile = /^(?:test\/data\/|migrations\/meta\/|bench\/results\.json$)|(?:^|\/)package-lock\.json$/;

/** A document of this repository. Not as the end of a longer path: that one is somebody else's. */
const citation = /(?<![\w-]\/|[\w-])(docs\/[\w-]+\.md|README\.md)(?:#([\w-]+))?/g;

/** Documents that are not in the repository. The brackets keep this line from finding itself. */
const strayCitation = /\b(?:C[O]NTRACT|A[R]CHITECTURE|K[N]OWN_GROUND)\b|\.\.\/[s]hared\b/g;

/** The citations in code and comments that lead nowhere, and those of documents that are not in the repository. */
export function checkCitations(files: readonly string[]): Mistake[] {
  const written = files.filter((file) => writtenFile.test(file) && !generatedFile.test(file));
  return written.flatMap((file) => [...findBroken(file, files), ...findStray(file)]);
}

/** Documents cite each other by links, which are checked as links. */
function findBroken(file: string, files: readonly string[]): Mistake[] {
  const text = readText(file);
  if (file.endsWith(".md") && !/^(?:src|scripts|bench|test|migrations)\//.test(file)) return [];
  return [...text.matchAll(citation)].flatMap(({ 0: cited, 1: document = "", 2: anchor = "", index }) => {
    const problem = findProblem({ file: document, anchor }, files);
    return problem ? [{ file, line: findLine(text, index), what: `${cited} leads nowhere: ${problem}` }] : [];
  });
}

function findStray(file: string): Mistake[] {
  const text = readText(file);
  return [...text.matchAll(strayCitation)].map(({ 0: cited, index }) => ({
    file,
    line: findLine(text, index),
    what: `cites ${cited}, which is not in the repository`,
  }));
}
