import { makeSlug } from "../../docs/documents.ts";
import { escapeHtml, formatName, formatTable } from "./html.ts";

/** How a link of a document is written on the page: its target, and its text in HTML. */
type FormatLink = (target: string, text: string) => string;

type Block = { shape: RegExp; format: (lines: readonly string[], link: FormatLink) => string };

/** What may stand in a line: code, a link, bold. */
const inline =
  /(?<marks>`+)(?<code>.+?)\k<marks>(?!`)|\[(?<text>(?:`[^`]*`|[^\]`])+)\]\((?<target>[^)\s]+)\)|\*\*(?<bold>.+?)\*\*/gs;

function formatInline(text: string, link: FormatLink): string {
  let formatted = "";
  let at = 0;
  for (const found of text.matchAll(inline)) {
    const { code, text: linked = "", target, bold = "" } = found.groups ?? {};
    formatted += escapeHtml(text.slice(at, found.index));
    if (code !== undefined) formatted += formatName(code);
    else if (target !== undefined) formatted += link(target, formatInline(linked, link));
    else formatted += `<strong>${formatInline(bold, link)}</strong>`;
    at = found.index + found[0].length;
  }
  return formatted + escapeHtml(text.slice(at));
}

const splitCells = (row: string): string[] =>
  row
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());

/** Joins the lines of each entry of a list. @param mark what an entry begins with */
const formatEntries = (lines: readonly string[], mark: RegExp, link: FormatLink): string =>
  lines
    .join("\n")
    .split(new RegExp(`^${mark.source}`, "m"))
    .slice(1)
    .map((entry) => `<li>${formatInline(entry.trim(), link)}</li>`)
    .join("\n");

/** The blocks of our documents, by how their first line begins. */
const blocks: readonly Block[] = [
  {
    shape: /^#{1,6} /,
    format: ([line = ""], link) => {
      const [, marks = "", text = ""] = /^(#+) (.*)$/.exec(line) ?? [];
      return `<h${marks.length} id="${makeSlug(text)}">${formatInline(text, link)}</h${marks.length}>`;
    },
  },
  {
    shape: /^\|/,
    format: ([head = "", , ...rows], link) => {
      const names = splitCells(head);
      const cells = rows.map((row) => splitCells(row).map((cell) => formatInline(cell, link)));
      const isEven = cells.every((row) => row.length === names.length);
      if (!isEven) throw new Error(`a table of a document has rows of another length: ${head}`);
      return formatTable(names, cells);
    },
  },
  { shape: /^\* /, format: (lines, link) => `<ul>\n${formatEntries(lines, /\* /, link)}\n</ul>` },
  { shape: /^\d+\. /, format: (lines, link) => `<ol>\n${formatEntries(lines, /\d+\. /, link)}\n</ol>` },
  {
    shape: /^ {4}/,
    format: (lines) => `<pre>${escapeHtml(lines.map((line) => line.slice(4)).join("\n"))}</pre>`,
  },
  { shape: /^(?!```)[^\s#|><]/, format: (lines, link) => `<p>${formatInline(lines.join("\n"), link)}</p>` },
];

/**
 * Formats a document of docs/ as HTML: headings with the anchors that they have on GitHub, paragraphs, lists, tables and
 * indented code.
 *
 * @throws {Error} the document has a block of another kind
 */
export const formatMarkdown = (text: string, link: FormatLink): string =>
  text
    .trimEnd()
    .split(/\n{2,}/)
    .map((block) => {
      const kind = blocks.find(({ shape }) => shape.test(block));
      if (!kind) throw new Error(`scripts/web/docs/markdown.ts knows no such block: ${block.slice(0, 80)}`);
      return kind.format(block.split("\n"), link);
    })
    .join("\n");
