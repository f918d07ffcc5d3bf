import { createHash } from "node:crypto";

/** A file with one small fault. */
export type Mutant = { line: number; was: string; now: string; text: string };

/** What a character is part of: code, SQL, or neither (a comment, a text, a regular expression). */
type Region = "code" | "sql" | "other";

/** A change of the text from `start` to `end`. */
type Edit = { start: number; end: number; now: string };

type Rule = { region: Region; pattern: RegExp; to: (found: string) => readonly string[] };

/** Swaps two words, by default those with blanks around them. */
function swap(region: Region, words: string, around = "(?<= )…(?= |\\n)"): Rule {
  const [one = "", other = ""] = words.split("/");
  const patterns = [one, other].map((word) => around.replace("…", word.replace(/[|+]/g, "\\$&")));
  return { region, pattern: new RegExp(patterns.join("|"), "g"), to: (found) => [found === one ? other : one] };
}

const drop = (region: Region, pattern: RegExp): Rule => ({ region, pattern, to: () => [""] });

/** Changes a number by one. In EXISTS (SELECT 1 …) any number means the same. */
const shift = (region: Region): Rule => ({
  region,
  pattern: /(?<![\w.$'"`:-]|SELECT )\d[\d_]*(?![\w.'"`])/g,
  to: (digits) =>
    [1, -1].map((step) => Number(digits.replaceAll("_", "")) + step).flatMap((n) => (n < 0 ? [] : `${n}`)),
});

const rules: readonly Rule[] = [
  ...["===/!==", "</<=", ">/>=", "+/-", "&&/||"].map((words) => swap("code", words)),
  ...["some/every", "min/max"].map((words) => swap("code", words, "\\b…(?=\\()")),
  swap("code", "true/false", "\\b…\\b"),
  shift("code"),
  drop("code", /\bawait (?!using)/g),
  drop("code", /(?<![\w)\]!])!(?=[\w(])/g),
  // A statement that is a call: it sets a header, checks, or deletes.
  drop("code", /^[ \t]+(?:await )?[\w$.?]+\(.*\);[ \t]*\n/gm),
  // A property of an object. Lines with the name of a type are left out.
  drop("code", /^[ \t]+(?:[\w$]+|"[^"\n]+"): (?!readonly |[A-Z]\w*[,<[]|(?:string|number|boolean)\b)[^{}\n]*,\n/gm),
  drop("code", /^[ \t]+\.\.\.[^\n]*,\n/gm),
  ...["AND/OR", "=/<>", "</<=", ">/>=", "+/-"].map((words) => swap("sql", words)),
  swap("sql", "IS/IS NOT", "\\b…\\b(?! NOT)"),
  swap("sql", "min/max", "\\b…(?=\\()"),
  shift("sql"),
  drop("sql", /(?<!IS )\bNOT (?!NULL)/g),
  drop("sql", / (?:DESC|DISTINCT)\b/g),
];

/** Makes every mutant of a file, in the order of its lines. Some do not compile, and some mean the same as before. */
export function makeMutants(text: string, isSql: boolean): Mutant[] {
  const regions = findRegions(text, isSql);
  const edits = [...rules.flatMap((rule) => applyRule(text, regions, rule)), ...listBlocks(text, regions)];
  const mutants = edits
    .filter(({ start }) => !/^(?:import|export type|type) /.test(text.slice(text.lastIndexOf("\n", start - 1) + 1)))
    .toSorted((one, other) => one.start - other.start || one.end - other.end)
    .map((edit) => applyEdit(text, edit));
  return [...new Map(mutants.map((mutant) => [mutant.text, mutant])).values()];
}

/** Chooses some of the items, in their order. The same seed chooses the same. */
export function sample<Item>(items: readonly Item[], { most, seed }: { most: number; seed: number }): Item[] {
  const rank = (at: number) => createHash("sha256").update(`${seed} ${at}`).digest("hex");
  const chosen = new Set([...items.keys()].sort((one, other) => (rank(one) < rank(other) ? -1 : 1)).slice(0, most));
  return items.filter((_, at) => chosen.has(at));
}

function findRegions(text: string, isSql: boolean): Region[] {
  const regions = new Array<Region>(text.length).fill(isSql ? "sql" : "code");
  const spans = isSql ? [...text.matchAll(/--.*/g)].map((found) => makeSpan(found, "other")) : listHidden(text);
  for (const [start, end, region] of spans) regions.fill(region, start, end);
  return regions;
}

type Span = [start: number, end: number, region: Region];

const makeSpan = ({ 0: found, index }: RegExpExecArray, region: Region): Span => [index, index + found.length, region];

/** Comments, texts, regular expressions, and what begins or ends code in a template. A `/` after a value divides. */
const tokens =
  /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=(?:^|[(,=:[!&|?{};\n]|=>|return)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|[`{}]/g;

/** A text in quotes is SQL if it has one of these words. A template with the tag `sql` always is. */
const sqlWords = /\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|CASE|EXISTS|AND|IS|NOT)\b/;

const judgeText = (text: string): Region => (sqlWords.test(text) ? "sql" : "other");

/** The parts of TypeScript that are not code. */
function listHidden(text: string): Span[] {
  const spans: Span[] = [];
  /** For each open brace the tag of the template that it interrupts; undefined for any other brace. */
  const open: (string | undefined)[] = [];
  /** Reads a template's text: to its closing backtick, or to `${`. @returns its end */
  const readTemplate = (start: number, tag: string): number => {
    const [part = ""] = /^(?:\\[\s\S]|(?!\$\{)[^`\\])*(?:`|\$\{|$)/.exec(text.slice(start)) ?? [];
    spans.push([start, start + part.length, tag === "sql" ? "sql" : judgeText(part)]);
    if (part.endsWith("{")) open.push(tag);
    return start + part.length;
  };
  tokens.lastIndex = 0;
  for (let found = tokens.exec(text); found; found = tokens.exec(text)) {
    const [token] = found;
    if (token === "{") open.push(undefined);
    else if (token === "`") tokens.lastIndex = readTemplate(found.index + 1, text.slice(0, found.index).slice(-3));
    else if (token === "}") {
      const tag = open.pop();
      if (tag !== undefined) tokens.lastIndex = readTemplate(found.index + 1, tag);
    } else spans.push(makeSpan(found, /^["']/.test(token) ? judgeText(token) : "other"));
  }
  return spans;
}

const applyRule = (text: string, regions: readonly Region[], { region, pattern, to }: Rule): Edit[] =>
  [...text.matchAll(pattern)].flatMap(({ 0: found, index }) => {
    // The last character decides: the first of a property may be in quotes.
    if (regions[index + found.trimEnd().length - 1] !== region) return [];
    return to(found).map((now) => ({ start: index, end: index + found.length, now }));
  });

/** Edits whose end needs a count of brackets: an `if`, an argument of `and(…)` and `or(…)`, a term of a WHERE. */
function listBlocks(text: string, regions: readonly Region[]): Edit[] {
  return [...text.matchAll(/\b(?:if \(|and\(|or\(|AND |WHERE )/g)].flatMap(({ 0: found, index }): Edit[] => {
    const start = index + found.length;
    const isTerm = found === "AND " || found === "WHERE ";
    if (regions[index] !== (isTerm ? "sql" : "code")) return [];
    if (isTerm) return dropTerm(text, start, found === "AND " ? index : undefined);
    if (found === "if (") return ["true", "false"].map((now) => ({ start, end: findEnd(text, start, /^\)/), now }));
    const clauses = splitClauses(text, start);
    return clauses.length > 1 ? clauses : [];
  });
}

/** Drops ` AND term`, or the first term with the AND that follows it. */
function dropTerm(text: string, start: number, and: number | undefined): Edit[] {
  const end = findEnd(text, start, /^(?:\s+(?:AND|OR|GROUP|ORDER|LIMIT|THEN|ON|WHERE|BEGIN)\b|[)`;"])/);
  if (and !== undefined) return [{ start: and, end, now: "" }];
  const next = /^\s+AND /.exec(text.slice(end, end + 40));
  return next ? [{ start, end: end + next[0].length, now: "" }] : [];
}

/** Drops each argument in turn, with the comma that follows it. */
function splitClauses(text: string, start: number): Edit[] {
  const end = findEnd(text, start, /^[,)]/);
  const isLast = text[end] !== ",";
  const own = text.slice(start, end).trim() ? [{ start, end: isLast ? end : end + 1, now: "" }] : [];
  return isLast ? own : [...own, ...splitClauses(text, end + 1)];
}

/** The first place from `at` on where the pattern fits outside of brackets. */
function findEnd(text: string, at: number, pattern: RegExp): number {
  let depth = 0;
  for (let end = at; end < text.length; end += 1) {
    if (depth === 0 && pattern.test(text.slice(end, end + 20))) return end;
    if (/[([{]/.test(text[end] ?? "")) depth += 1;
    else if (/[)\]}]/.test(text[end] ?? "")) depth -= 1;
    if (depth < 0) return end;
  }
  return text.length;
}

const contextCharacters = 24;

function applyEdit(text: string, { start, end, now }: Edit): Mutant {
  const old = text.slice(start, end);
  const before = text.slice(Math.max(text.lastIndexOf("\n", start - 1) + 1, start - contextCharacters), start);
  const after = old.endsWith("\n") ? "" : text.slice(end, end + contextCharacters).replace(/\n.*/s, "");
  const show = (middle: string) => `${before}${middle}${after}`.replace(/\s+/g, " ").trim();
  const line = text.slice(0, start + old.search(/\S|$/)).split("\n").length;
  return { line, was: show(old), now: show(now) || "(removed)", text: text.slice(0, start) + now + text.slice(end) };
}
