/** A word of SQL, a quoted name or text, white space as one blank, another character; or a group. */
type Part = string | Group;

/** Parentheses, or CASE … END. */
type Group = { open: string; parts: readonly Part[]; close: string };

const token = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\w+|\s+|[^\s\w]/g;

/** What begins a line. */
const clause =
  /^(?:select|from|where|group by|order by|limit|set|(?:left |inner |cross )?join|union|and|or|with|window|on conflict|when|else|insert into|update|delete from|returning)\b/i;

/** A keyword that is the second word of another clause: `LEFT JOIN`, `DO UPDATE SET`. */
const continued = /(?:left|inner|cross|do)\s*$|\bbetween\b[^()]*$/i;

const maxColumns = 120;

/** Breaks SQL into lines, one clause each, indented by parentheses. Only white space outside of quotes changes. */
export const formatSql = (text: string): string =>
  formatClauses(parse([...text.trim().matchAll(token)].map(([one]) => one).reverse()), 0).join("\n");

/** @param tokens in reverse: the next one is the last */
function parse(tokens: string[]): Part[] {
  const parts: Part[] = [];
  for (let next = tokens.pop(); next !== undefined && !/^(?:\)|end)$/i.test(next); next = tokens.pop()) {
    if (next === "(") parts.push({ open: "(", parts: parse(tokens), close: ")" });
    else if (/^case$/i.test(next)) parts.push({ open: "CASE", parts: parse(tokens), close: "END" });
    else parts.push(next.replace(/^\s+$/, " "));
  }
  return parts;
}

const flatten = (parts: readonly Part[]): string =>
  parts.map((part) => (typeof part === "string" ? part : `${part.open}${flatten(part.parts)}${part.close}`)).join("");

const fits = (parts: readonly Part[], depth: number): boolean => flatten(parts).length + 2 * depth <= maxColumns;

const indent = (depth: number, text: string): string => "  ".repeat(depth) + text.trim();

function formatClauses(parts: readonly Part[], depth: number): string[] {
  if (fits(parts, depth)) return [indent(depth, flatten(parts))];
  const clauses: Part[][] = [[]];
  for (const [at, part] of parts.entries()) {
    const last = clauses.at(-1) ?? [];
    const begins = typeof part === "string" && clause.test(flatten(parts.slice(at, at + 3)));
    if (begins && !continued.test(flatten(last))) clauses.push([part]);
    else last.push(part);
  }
  return clauses.filter((one) => flatten(one).trim() !== "").flatMap((one) => formatList(one, depth));
}

/** A clause that is too long is broken after its commas. */
function formatList(parts: readonly Part[], depth: number): string[] {
  if (fits(parts, depth)) return [indent(depth, flatten(parts))];
  const items: Part[][] = [[]];
  for (const part of parts) {
    items.at(-1)?.push(part);
    if (part === ",") items.push([]);
  }
  const lines: Part[][] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last && fits([...last, ...item], depth + 1)) last.push(...item);
    else lines.push(item);
  }
  return lines.flatMap((line, at) => formatGroups(line, at === 0 ? depth : depth + 1));
}

/** What is still too long is broken within its parentheses. */
function formatGroups(parts: readonly Part[], depth: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (typeof part === "string" || fits(parts, depth) || flatten([part]).length < maxColumns / 2) {
      line += flatten([part]);
      continue;
    }
    lines.push(indent(depth, line + part.open), ...formatClauses(part.parts, depth + 1));
    line = part.close;
  }
  return [...lines, indent(depth, line)].filter((one) => one.trim() !== "");
}
