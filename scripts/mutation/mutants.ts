import { findRegions, type Region } from "./regions.ts";

/** A file with one small fault. */
export type Mutant = { line: number; was: string; now: string; text: string };

/** A change of the text from `start` to `end`. */
type Edit = { start: number; end: number; now: string };

type Rule = { region: Region; pattern: RegExp; to: (found: RegExpMatchArray) => readonly string[] };

const swap = (region: Region, one: string, other: string): Rule[] =>
  [
    [one, other],
    [other, one],
  ].map(([from = "", to = ""]) => ({
    region,
    pattern: new RegExp(`(?<= )${escapePattern(from)}(?= |\\n)`, "g"),
    to: () => [to],
  }));

const escapePattern = (text: string): string => text.replace(/[|.*+?^$(){}[\]\\]/g, "\\$&");

const drop = (region: Region, pattern: RegExp): Rule => ({ region, pattern, to: () => [""] });

/** A bound, one lower and one higher. */
const shift = (region: Region): Rule => ({
  region,
  // Not that of EXISTS (SELECT 1 …): any number means the same.
  pattern: /(?<![\w.$'"`:-]|SELECT )\d[\d_]*(?![\w.'"`])/g,
  to: ([digits]) => {
    const number = Number(digits.replaceAll("_", ""));
    return [number + 1, ...(number > 0 ? [number - 1] : [])].map(String);
  },
});

const rules: readonly Rule[] = [
  ...swap("code", "===", "!=="),
  ...swap("code", "<", "<="),
  ...swap("code", ">", ">="),
  ...swap("code", "&&", "||"),
  ...swap("code", "+", "-"),
  { region: "code", pattern: /\b(?:true|false)\b/g, to: ([word]) => [word === "true" ? "false" : "true"] },
  { region: "code", pattern: /\b(?:some|every)(?=\()/g, to: ([word]) => [word === "some" ? "every" : "some"] },
  { region: "code", pattern: /\b(?:min|max)(?=\()/g, to: ([word]) => [word === "min" ? "max" : "min"] },
  drop("code", /\bawait (?!using)/g),
  drop("code", /(?<![\w)\]!])!(?=[\w(])/g),
  shift("code"),
  // A statement that is a call: a header that is set, a check, a deletion.
  drop("code", /^[ \t]+(?:await )?[\w$.?]+\(.*\);[ \t]*\n/gm),
  // A row of an object, and the spread of one.
  drop(
    "code",
    /^[ \t]+(?:(?:[\w$]+|"[^"\n]+"): (?!readonly |[A-Z]\w*[,<[]|(?:string|number|boolean)\b)[^{}\n]*|\.\.\.[^\n]*),\n/gm,
  ),
  ...swap("sql", "AND", "OR"),
  ...swap("sql", "=", "<>"),
  ...swap("sql", "<", "<="),
  ...swap("sql", ">", ">="),
  ...swap("sql", "+", "-"),
  { region: "sql", pattern: /\bIS NOT\b/g, to: () => ["IS"] },
  { region: "sql", pattern: /\bIS (?!NOT\b)/g, to: () => ["IS NOT "] },
  drop("sql", /(?<!IS )\bNOT (?!NULL)/g),
  drop("sql", / (?:DESC|DISTINCT)\b/g),
  { region: "sql", pattern: /\b(?:max|min)(?=\()/g, to: ([word]) => [word === "min" ? "max" : "min"] },
  shift("sql"),
];

/** Every mutant of a file, in the order of its lines. Some do not compile, and some mean the same as before. */
export function makeMutants(text: string, isSql: boolean): Mutant[] {
  const regions = findRegions(text, isSql);
  const edits = [...rules.flatMap((rule) => applyRule(text, regions, rule)), ...listBlocks(text, regions)];
  const mutants = edits
    .filter(({ start }) => !/^(?:import|export type|type) /.test(lineAt(text, start)))
    .toSorted((one, other) => one.start - other.start || one.end - other.end)
    .map((edit) => describe(text, edit));
  return [...new Map(mutants.map((mutant) => [mutant.text, mutant])).values()];
}

function applyRule(text: string, regions: readonly Region[], { region, pattern, to }: Rule): Edit[] {
  return [...text.matchAll(pattern)].flatMap((found) => {
    // By its last character: the first of a row may be in quotes.
    if (regions[found.index + found[0].trimEnd().length - 1] !== region) return [];
    return to(found).map((now) => ({ start: found.index, end: found.index + found[0].length, now }));
  });
}

/** What a pattern cannot find the end of: an `if`, a clause of `and(…)` and `or(…)`, a term of a WHERE. */
function listBlocks(text: string, regions: readonly Region[]): Edit[] {
  const edits: Edit[] = [];
  for (const { 0: found, index } of text.matchAll(/\bif \(|\b(?:and|or)\(|\bAND |\bWHERE /g)) {
    const start = index + found.length;
    if (found === "AND " || found === "WHERE ") {
      if (regions[index] === "sql") edits.push(...dropTerm(text, { index, start }));
    } else if (regions[index] === "code") {
      const [clauses, end] = splitClauses(text, start);
      if (found === "if (") edits.push(...["true", "false"].map((now) => ({ start, end, now })));
      else if (clauses.length > 1) edits.push(...clauses.map(([from, to]) => ({ start: from, end: to, now: "" })));
    }
  }
  return edits;
}

/** ` AND term`; the first term of several loses the AND that follows it. */
function dropTerm(text: string, { index, start }: { index: number; start: number }): Edit[] {
  const end = findEnd(text, start, /^(?:\s+(?:AND|OR|GROUP|ORDER|LIMIT|THEN|ON|WHERE|BEGIN)\b|[)`;"])/);
  if (text.startsWith("AND", index)) return [{ start: index, end: end, now: "" }];
  const next = /^\s+AND /.exec(text.slice(end, end + 40));
  return next ? [{ start, end: end + next[0].length, now: "" }] : [];
}

/** The arguments from `start` to the bracket that closes them, each with the comma that follows it. */
function splitClauses(text: string, start: number): [[number, number][], number] {
  const clauses: [number, number][] = [];
  for (let at = start; ; ) {
    const end = findEnd(text, at, /^[,)]/);
    const isLast = text[end] !== ",";
    if (text.slice(at, end).trim()) clauses.push([at, isLast ? end : end + 1]);
    if (isLast) return [clauses, end];
    at = end + 1;
  }
}

/** The first place from `at` on where the pattern fits, outside of any brackets. */
function findEnd(text: string, at: number, pattern: RegExp): number {
  let depth = 0;
  for (let end = at; end < text.length; end += 1) {
    if (depth === 0 && pattern.test(text.slice(end, end + 20))) return end;
    if ("([{".includes(text[end] ?? "")) depth += 1;
    if (")]}".includes(text[end] ?? "")) depth -= 1;
    if (depth < 0) return end;
  }
  return text.length;
}

const lineAt = (text: string, at: number): string =>
  text.slice(text.lastIndexOf("\n", at - 1) + 1, (text.indexOf("\n", at) + 1 || text.length + 1) - 1);

const contextCharacters = 24;

function describe(text: string, { start, end, now }: Edit): Mutant {
  const before = text.slice(Math.max(text.lastIndexOf("\n", start - 1) + 1, start - contextCharacters), start);
  const isLine = text.slice(start, end).endsWith("\n");
  const after = isLine ? "" : (text.slice(end, end + contextCharacters).split("\n")[0] ?? "");
  const show = (middle: string) => `${before}${middle}${after}`.replace(/\s+/g, " ").trim();
  return {
    line: text.slice(0, start + text.slice(start, end).search(/\S|$/)).split("\n").length,
    was: show(text.slice(start, end)),
    now: show(now) || "(removed)",
    text: text.slice(0, start) + now + text.slice(end),
  };
}
