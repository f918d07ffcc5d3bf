import { clientPreamble, fetchPreamble, shellPreamble } from "./code-samples.ts";
import { commonHeaders } from "./headers.ts";
import { escapeHtml, formatName, formatProse, formatSample, formatTable } from "./html.ts";
import { type Json, toList, toObject } from "./json.ts";
import { formatFields } from "./page-fields.ts";
import { formatOperation, type Placed } from "./page-operation.ts";

/** The page of the document: HTML that says all without a script, a section for each operation. */
export function makePage(document: Json): string {
  const operations = Object.entries(toObject(document["paths"])).flatMap(([path, methods]) =>
    Object.entries(toObject(methods))
      // GET's section says what HEAD does.
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

/** The operations of a group. */
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

/** What every answer has: its headers, and the form of a refusal. */
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
