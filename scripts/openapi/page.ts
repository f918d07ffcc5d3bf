import { isObject, type Json, toObject } from "./json.ts";

/** What is not text in HTML. */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text: unknown): string => String(text ?? "").replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

/** Text with `code` and **bold** of the document's descriptions. */
const formatProse = (text: unknown): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replaceAll("\n\n", "<br>");

const toList = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The page of the document: HTML without a script, a section for each operation. */
export function makePage(document: Json): string {
  const operations = Object.entries(toObject(document["paths"])).flatMap(([path, methods]) =>
    Object.entries(toObject(methods)).map(([method, operation]) => ({ method, path, operation: toObject(operation) })),
  );
  const links = operations.map(
    ({ method, path, operation }) =>
      `<li><a href="#${escapeHtml(operation["operationId"])}">${escapeHtml(operation["summary"])}</a> <code>${method.toUpperCase()} ${escapeHtml(path)}</code></li>`,
  );
  const components = toObject(document["components"]);
  const sections = operations.map(({ method, path, operation }) =>
    formatOperation(`${method.toUpperCase()} ${path}`, operation, components),
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
</head>
<body>
<main>
<h1>${escapeHtml(title)} ${escapeHtml(version)}</h1>
<p>${formatProse(description)}</p>
<p>The same as a document: <a href="openapi.json">openapi.json</a>. To try it, open <a href="/--console/">the console</a>.</p>
<nav aria-label="Operations"><ul>
${links.join("\n")}
</ul></nav>
${sections.join("\n")}
</main>
</body>
</html>
`;
}

function formatOperation(request: string, operation: Json, components: Json): string {
  const parameters = toList(operation["parameters"]).map((parameter) => find(parameter, components));
  const rows = parameters.map(
    ({ name, in: place, description }) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${escapeHtml(place)}</td><td>${formatProse(description)}</td></tr>`,
  );
  const answers = Object.entries(toObject(operation["responses"])).map(
    ([status, answer]) =>
      `<tr><th scope="row">${escapeHtml(status)}</th><td>${formatProse(toObject(answer)["description"])}</td></tr>`,
  );
  return `<section id="${escapeHtml(operation["operationId"])}">
<h2>${escapeHtml(operation["summary"])}</h2>
<p><code>${escapeHtml(request)}</code></p>
<p>${formatProse(operation["description"])}</p>
<h3>Parameters</h3>
<table><thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">What</th></tr></thead><tbody>${rows.join("")}</tbody></table>
<h3>Answers</h3>
<table><thead><tr><th scope="col">Status</th><th scope="col">When</th></tr></thead><tbody>${answers.join("")}</tbody></table>
</section>`;
}

/** The component that a reference names. */
function find(reference: Json, components: Json): Json {
  const name =
    String(reference["$ref"] ?? "")
      .split("/")
      .at(-1) ?? "";
  return toObject(toObject(components["parameters"])[name]);
}

/** How the page looks: light and dark by the system, from a telephone to a wide screen. */
export const pageStyle = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; color: light-dark(#1a1d22, #e6e8ec); background: light-dark(#fff, #14161a); overflow-wrap: anywhere; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
a { color: light-dark(#1257b8, #7db4ff); }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.92em; }
section { margin-top: 2rem; border-top: 1px solid light-dark(#d4d8de, #363b45); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.25rem 0.5rem; border-bottom: 1px solid light-dark(#d4d8de, #363b45); text-align: start; vertical-align: top; }
:focus-visible { outline: 2px solid; outline-offset: 2px; }
`;
