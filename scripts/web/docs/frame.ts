import type { Operation } from "../../../src/operations.ts";
import type { OperationRow } from "../../openapi/operation-row.ts";
import { operations } from "../../openapi/operations.ts";
import { escapeHtml } from "./html.ts";

/** A page of the documentation. `name` is its path below `/--docs/`; "" for the first. */
export type DocsPage = { name: string; title: string; body: string };

type Link = { href: string; text: string; names?: readonly Operation[] };

/** The operation that its reader came for. */
const first: Operation = "UpdateImage";

/** The page of an operation is named after the first of its row. */
export const pageOf = ({ operations: [name] }: OperationRow): string => name;

const makeLink = (row: OperationRow): Link => ({ href: pageOf(row), text: row.summary, names: row.operations });

/** The contents, by task: the first update, then the operations by what they are of, then what is common to all. */
const groups: readonly (readonly [string, readonly Link[]])[] = [
  [
    "Start",
    [
      { href: "./", text: "Your first update" },
      ...Object.values(operations)
        .flat()
        .map(makeLink)
        .filter(({ href }) => href === first),
    ],
  ],
  ...Object.entries(operations).map(
    ([group, rows]) => [group, rows.map(makeLink).filter(({ href }) => href !== first)] as const,
  ),
  [
    "Every request",
    [
      { href: "headers", text: "Headers" },
      { href: "errors", text: "Errors" },
      { href: "contract", text: "The wire contract" },
      { href: "openapi.json", text: "openapi.json" },
      { href: "/--console/", text: "The console" },
    ],
  ],
];

function formatLink({ href, text, names = [] }: Link, page: string): string {
  const current = href === (page || "./") ? ' aria-current="page"' : "";
  const below = names.map((name) => ` <code>${name}</code>`).join("");
  return `<li><a href="${href}"${current}>${escapeHtml(text)}${below}</a></li>`;
}

const formatContents = (page: string): string =>
  groups
    .map(
      ([title, links]) => `<h2>${title}</h2>\n<ul>\n${links.map((link) => formatLink(link, page)).join("\n")}\n</ul>`,
    )
    .join("\n");

/** Formats a page with the contents beside it: HTML that is complete without a script. */
export const formatPage = ({ name, title, body }: DocsPage, version: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} – cloudapi-edge</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs.css">
<script type="module" src="docs.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a href="./">cloudapi-edge ${escapeHtml(version)}</a>
<button type="button" popovertarget="contents">Contents</button>
</header>
<nav id="contents" popover aria-label="Contents">
<button type="button" popovertarget="contents" popovertargetaction="hide">Close</button>
<form role="search" hidden>
<label for="search">Search</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" aria-describedby="found">
<p id="found" role="status"></p>
<ul id="results"></ul>
</form>
<div id="pages">
${formatContents(name)}
</div>
</nav>
<main id="main" tabindex="-1">
${body}
</main>
</body>
</html>
`;
