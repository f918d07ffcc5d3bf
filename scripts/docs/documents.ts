import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is wrong in a document, and where. `file` is relative to the project's folder, `line` counts from 1. */
export type Mistake = { file: string; line: number; what: string };

const root = join(import.meta.dirname, "../..");

/** Every file that git tracks, or would track, by its path from the project's folder. */
export function listFiles(): string[] {
  const options = ["--cached", "--others", "--exclude-standard", "-z"];
  const listed = execFileSync("git", ["ls-files", ...options], { cwd: root, encoding: "utf8" });
  return [...new Set(listed.split("\0"))].filter((file) => file !== "" && existsSync(join(root, file))).sort();
}

const texts = new Map<string, string>();

/** The text of a file, read once. */
export function readText(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), "utf8");
  texts.set(file, text);
  return text;
}

/** The line, from 1, that holds the character at an offset. */
export const findLine = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** A fenced block: its language, the line of its opening fence from 1, and the line of text above that. */
export type Fence = { language: string; line: number; above: string };

/** A link or an image: its target as written, and its line from 1. */
export type Link = { target: string; line: number };

/** A row of a table: its cells without the white space around them, and its line from 1. */
export type Row = { cells: readonly string[]; line: number };

const fenceShape = /^\s*(`{3,}|~{3,})\s*([^\s`]*)/;

/** The fenced blocks, and the text with their lines emptied, so that offsets of lines stay. */
function splitFences(text: string): { fences: Fence[]; prose: string } {
  const fences: Fence[] = [];
  const lines = text.split("\n");
  let open = "";
  const prose = lines.map((line, at) => {
    const [, marks = "", language = ""] = fenceShape.exec(line) ?? [];
    if (open === "" && marks === "") return line;
    if (open === "") {
      open = marks;
      fences.push({ language, line: at + 1, above: lines[at - 1] ?? "" });
    } else if (marks.startsWith(open) && language === "") {
      open = "";
    }
    return "";
  });
  return { fences, prose: prose.join("\n") };
}

/** The fenced blocks of a document, in order. */
export const listFences = (text: string): Fence[] => splitFences(text).fences;

const codeSpan = /(`+)(?:[^`\n]|\n(?!\n))+?\1(?!`)/g;
const inlineLink = /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const linkDefinition = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm;

/** Returns the links and images of a document, except those in code. */
export function listLinks(text: string): Link[] {
  const prose = splitFences(text).prose.replace(codeSpan, (span) => span.replace(/[^\n]/g, " "));
  return [...prose.matchAll(inlineLink), ...prose.matchAll(linkDefinition)].map((found) => ({
    target: found[1] ?? "",
    line: findLine(prose, found.index),
  }));
}

const headingShape = /^#{1,6}\s+(.+?)\s*#*\s*$/gm;

/** The anchors that GitHub gives to the headings of a document. */
export function listAnchors(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of splitFences(text).prose.matchAll(headingShape)) {
    const slug = makeSlug(heading);
    let anchor = slug;
    for (let repeated = 1; anchors.has(anchor); repeated += 1) anchor = `${slug}-${repeated}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** As github-slugger does: lower case, no punctuation but hyphen and underscore, a hyphen for each space. */
export const makeSlug = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");

/** Returns the rows of the tables below a second-level heading, without the tables' heads; undefined without the heading. */
export function listRows(text: string, heading: string): { line: number; rows: Row[] } | undefined {
  const lines = splitFences(text).prose.split("\n");
  const start = lines.indexOf(`## ${heading}`);
  if (start === -1) return undefined;
  const after = lines.findIndex((line, at) => at > start && /^##? /.test(line));
  const end = after === -1 ? lines.length : after;
  const rows = lines
    .map((line, at) => ({ text: line, at }))
    .slice(start, end)
    .filter(({ text, at }) => text.startsWith("|") && !isSeparator(text) && !isSeparator(lines[at + 1] ?? ""))
    .map(({ text, at }) => ({ cells: splitCells(text), line: at + 1 }));
  return { line: start + 1, rows };
}

const isSeparator = (line: string): boolean => /^\|[-:| ]+\|$/.test(line);

const splitCells = (row: string): string[] =>
  row
    .slice(1)
    .replace(/\|\s*$/, "")
    .split("|")
    .map((cell) => cell.trim());
