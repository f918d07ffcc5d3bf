import { scopeWords } from "../../src/scope.ts";
import { uuidShape } from "../../src/text.ts";

const [imageWords, otherWords] = [true, false].map((isImage) =>
  scopeWords.filter((word) => word.startsWith("images:") === isImage).join("|"),
);

/** A scope as a pattern. @param blanks what separates two words */
export function makeScopePattern(blanks: string): string {
  const word = `(?:${otherWords}|(?:${imageWords})(?:@${uuidShape.source.slice(1, -1)})?)`;
  return `^${word}(?:${blanks}${word})*$`;
}
