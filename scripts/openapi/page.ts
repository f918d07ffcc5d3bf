import { commonHeaders } from "./answers.ts";
import { clientPreamble, fetchPreamble, shellPreamble } from "./code-samples.ts";
import { escapeHtml, formatFields, formatName, formatProse, formatSample, formatTable } from "./html.ts";
import { type Json, toList, toObject } from "./json.ts";
import { formatOperation, type Placed } from "./page-operation.ts";

/** Makes the page of the document: HTML that is complete without a script, a section for each operation. */
export function makePage(document: Json): string {
  const operations = Object.entries(toObject(document["paths"])).flatMap(([path, methods]) =>
    Object.entries(toObject(methods))
      // The section of GET describes HEAD.
      .filter(([method]) => method !== "head")
      .map(([method, operation]) => ({ method, path, operation: toObject(operation) })),
  );
  const { title, version, description } = toObject(document["info"]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} documentation</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs.css">
<script type="module" src="docs.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>${escapeHtml(title)} ${escapeHtml(version)}</h1>
<nav aria-label="Operations">
${toList(document["tags"])
  .map((tag) => formatLinks(tag, operations))
  .join("\n")}
</nav>
</header>
<main id="main" tabindex="-1">
${formatStart(description)}
${operations.map((placed) => formatOperation(placed, document)).join("\n")}
${formatCommon(document)}
</main>
</body>
</html>
`;
}

/** Formats the links to the operations of a group. */
function formatLinks({ name, description }: Json, operations: readonly Placed[]): string {
  const links = operations
    .filter(({ operation }) => Array.isArray(operation["tags"]) && operation["tags"].includes(name))
    .map(
      ({ method, path, operation }) =>
        `<li><a href="#${escapeHtml(operation["operationId"])}">${escapeHtml(operation["summary"])}</a> <code>${method.toUpperCase()} ${escapeHtml(path)}</code></li>`,
    );
  return `<h2>${escapeHtml(name)}</h2>
<p>${formatProse(description)}</p>
<ul>
${links.join("\n")}
</ul>`;
}

const formatStart = (description: unknown): string => `<section id="start" aria-labelledby="start-title">
<h2 id="start-title">Before you start</h2>
<p>${formatProse(description)}</p>
<p>Where the service answers GET, it answers HEAD too: the same headers, without a body.</p>
<p>The same as a document: <a href="openapi.json">openapi.json</a>. <a href="/--console/">The console</a> shows and edits images.</p>
<p id="session" role="status">To try an operation on this page, allow scripts: they sign the request in your browser.</p>
<p>The examples are requests of the service's own tests. They name the account, key and image of the demo that <code>npm start</code> serves, and an image <code>base</code> that another account shares with it. Put your own address, key and login here; the examples follow:</p>
${formatSample("Before the curl examples, in a shell", shellPreamble)}
${formatSample("Before the triton and sdc examples, in a shell", clientPreamble)}
${formatSample("Above the fetch examples, in a file such as try.mts; node try.mts runs it", fetchPreamble)}
</section>`;

/** Formats the headers of answers, and the body of a refusal. */
function formatCommon(document: Json): string {
  const { headers, schemas } = toObject(document["components"]);
  const rows = Object.entries(toObject(headers)).map(([name, header]) => [
    formatName(name),
    commonHeaders.includes(name) ? "every answer" : "some answers",
    formatProse(toObject(header)["description"]),
  ]);
  return `<section id="headers" aria-labelledby="headers-title">
<h2 id="headers-title">Headers of answers</h2>
${formatTable(["Name", "Where", "What"], rows)}
</section>
<section id="refusals" aria-labelledby="refusals-title">
<h2 id="refusals-title">Body of a refusal</h2>
${formatFields(toObject(toObject(schemas)["Error"]), document)}
<h3>ValidationFailed</h3>
${formatFields(toObject(toObject(schemas)["FieldErrors"]), document)}
</section>`;
}

/** Light and dark by the system, from a telephone to a wide screen. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --line: light-dark(#d4d8de, #363b45);
  --shade: light-dark(#f4f5f7, #1d2026);
  --accent: light-dark(#1257b8, #7db4ff);
  font: 15px/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; color: light-dark(#1a1d22, #e6e8ec); background: light-dark(#fff, #14161a); overflow-wrap: anywhere; }
header, main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
.skip { position: absolute; left: -100vw; padding: 0.5rem 1rem; background: var(--shade); }
.skip:focus { left: 0; }
h1, h2, h3 { line-height: 1.25; }
nav h2 { margin: 1rem 0 0; font-size: 1rem; }
nav p { margin: 0; }
nav ul { margin: 0; padding-left: 1.25rem; }
a { color: var(--accent); }
code, textarea, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.92em; }
pre { margin: 0.5rem 0; padding: 0.75rem; white-space: pre-wrap; background: var(--shade); border: 1px solid var(--line); }
section { margin-top: 2rem; border-top: 1px solid var(--line); }
table { width: 100%; border-collapse: collapse; }
th, td { overflow-wrap: break-word; padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
td code { overflow-wrap: anywhere; }
summary { padding: 0.25rem 0; cursor: pointer; }
details table { margin-bottom: 1rem; }
form { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 0.75rem; align-items: end; }
form[hidden] { display: none; }
form p { margin: 0; }
form p:has(textarea) { grid-column: 1 / -1; }
label { display: block; }
input, select, textarea, button { width: 100%; min-height: 2.25rem; padding: 0.25rem 0.5rem; font: inherit; color: inherit; background: light-dark(#fff, #101216); border: 1px solid light-dark(#767c87, #8a919d); border-radius: 4px; }
textarea { font-family: ui-monospace, Menlo, Consolas, monospace; }
button { width: auto; min-width: 6rem; cursor: pointer; background: var(--shade); }
button.copy { min-height: 1.75rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
