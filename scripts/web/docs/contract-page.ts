import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Operation } from "../../../src/operations.ts";
import { listAnchors, makeSlug } from "../../docs/documents.ts";
import type { DocsPage } from "./frame.ts";
import { formatMarkdown } from "./markdown.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/contract.md"), "utf8");

/** Sections of the operations whose row in the contract's table has no link. */
const sections: Readonly<Partial<Record<Operation, string>>> = {
  UpdateImage: "fields",
  GetImage: "image",
  GetKey: "keys",
  CreateKey: "keys",
  DeleteKey: "keys",
  Ping: "operations",
};

/** Operations and the sections that the contract's own table links to. */
const linked = new Map(
  [...text.matchAll(/^\| \[(\w+)\]\(#([\w-]+)\)/gm)].map(([, operation = "", anchor = ""]) => [operation, anchor]),
);

/** Finds the section of the contract that has the rules of an operation. @throws {Error} the contract has none */
export function findContractAnchor(operation: Operation): string {
  const anchor = linked.get(operation) ?? sections[operation] ?? "";
  if (!listAnchors(text).has(anchor)) throw new Error(`docs/contract.md has no section for ${operation}: ${anchor}`);
  return anchor;
}

/** Splits the contract into its sections, for the search: title, anchor, text. */
export const contractSections: readonly { title: string; anchor: string; text: string }[] = text
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = "", ...lines] = section.split("\n");
    return { title, anchor: makeSlug(title), text: lines.join(" ") };
  });

/** The other documents are in the project alone: the page names their file. */
const formatLink = (target: string, linked: string): string =>
  target.startsWith("#")
    ? `<a href="${target}">${linked}</a>`
    : `${linked} (<code>docs/${target.replace(/#.*/, "")}</code>)`;

const formatContents = (): string =>
  contractSections.map(({ title, anchor }) => `<li><a href="#${anchor}">${title}</a></li>`).join("\n");

/** The text of docs/contract.md. */
export const contractPage: DocsPage = {
  name: "contract",
  title: "The wire contract",
  body: `<div class="text">
${formatMarkdown(text, formatLink).replace("</h1>", `</h1>\n<ul class="sections">\n${formatContents()}\n</ul>`)}
</div>`,
};
