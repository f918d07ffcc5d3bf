import { uuidShape } from "../text.ts";
import { findNamed, fold, type Names } from "./names.ts";

/** Names as they are with those of the lines, or why the lines cannot be taken. */
export type ReadNames = { names: Names; count: number } | { mistake: string };

const [maxNames, maxCharacters] = [1000, 64];

/**
 * Reads lines of a UUID and a name, such as `47034e57-42d1-0342-b302-00db733e8c8a Ann of accounting`: all of them or none. A
 * name that an account had before gives way.
 */
export function readNameLines(text: string, before: Names): ReadNames {
  const names = new Map(before);
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return { mistake: "Enter the UUID of an account and a name for it." };
  for (const [at, line] of lines.entries()) {
    const mistake = addLine(line, names);
    if (mistake) return { mistake: lines.length === 1 ? mistake : `Line ${at + 1}: ${mistake}` };
  }
  if (names.size > maxNames) return { mistake: `These would be ${names.size} names; at most ${maxNames} are kept.` };
  return { names, count: lines.length };
}

/** The names as lines that another browser takes. */
export const formatNameLines = (names: Names): string => [...names].map((entry) => entry.join(" ")).join("\n");

function addLine(line: string, names: Map<string, string>): string | undefined {
  const [first = "", ...words] = line.split(/\s+/);
  const id = first.toLowerCase();
  const name = words.join(" ");
  if (!uuidShape.test(id)) return `"${shorten(first)}" is no UUID. An account's is such as ${example}.`;
  const mistake = findNameMistake(name);
  if (mistake) return mistake;
  const other = findNamed(names, name);
  if (other !== undefined && other !== id) return `"${name}" is the name of ${other} already.`;
  names.set(id, name);
  return undefined;
}

const example = "47034e57-42d1-0342-b302-00db733e8c8a";

/** Such a name could be taken for what the page says itself, or could not be told from its neighbours in a list. */
function findNameMistake(name: string): string | undefined {
  if (name === "") return "Enter a name after the UUID.";
  if (name.length > maxCharacters) return `The name has ${name.length} characters; it may have ${maxCharacters}.`;
  if (/[,;\p{Cc}\p{Bidi_Control}]/u.test(name)) return "A name has no commas, semicolons or control characters.";
  if (uuidShape.test(fold(name))) return "A name looks like no UUID: it would be taken for another account.";
  return fold(name) === "you" ? `"you" is what the console calls your own account.` : undefined;
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
