import { examples } from "../../openapi/examples.ts";
import { toObject } from "../../openapi/json.ts";
import { parameters } from "../../openapi/parameters.ts";
import { escapeHtml } from "./html.ts";
import type { ShownOperation } from "./shown.ts";

/** Request headers that a person may want to set. Signing sets the others. */
const headersToTry = ["If-Match", "If-None-Match", "Idempotency-Key", "Api-Version"];

/** The first values of inputs without an example. A write is a rehearsal until the person changes that. */
const firstValues: Readonly<Record<string, string>> = { "dry-run": "true", "Api-Version": "~9" };

/** Formats the form that sends an operation. `src/console/docs` shows it: without scripts it could send nothing. */
export function formatTrial({ placed: { row, method, group }, request }: ShownOperation): string {
  const inPath = [...request.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const fields = [...new Set([...inPath, ...(row.parameters ?? []), "Api-Version"])]
    .filter((name) => toObject(parameters[name])["in"] !== "header" || headersToTry.includes(name))
    .map(formatInput);
  const [{ body }] = examples[row.operations[0]];
  return `<p id="session" role="status">To try the operation on this page, allow scripts: they sign the request in your browser.</p>
<form class="try" data-method="${method.toUpperCase()}" data-path="${escapeHtml(request)}"${group === "Service" ? " data-unsigned" : ""} aria-label="Try it: ${escapeHtml(row.summary)}" hidden>
${fields.join("\n")}
${row.body ? formatBodyInput(body) : ""}
<button type="submit">Send</button>
</form>
<div class="answer" role="status"></div>`;
}

function formatInput(name: string): string {
  const { name: shown, in: place, schema, required, example } = toObject(parameters[name]);
  const id = `try-${place}-${shown}`;
  const attributes = `id="${escapeHtml(id)}" name="${escapeHtml(shown)}" data-in="${escapeHtml(place)}"`;
  const choices = toObject(schema)["enum"];
  const value = example ?? firstValues[String(shown)];
  const control = Array.isArray(choices)
    ? `<select ${attributes}>${["", ...choices].map((choice) => `<option${choice === value ? " selected" : ""}>${escapeHtml(choice)}</option>`).join("")}</select>`
    : `<input ${attributes} value="${escapeHtml(value)}" autocomplete="off" spellcheck="false"${required ? " required" : ""}>`;
  return `<p><label for="${escapeHtml(id)}"><code>${escapeHtml(shown)}</code> ${escapeHtml(place)}</label>${control}</p>`;
}

const formatBodyInput = (body: unknown): string =>
  `<p><label for="try-body">body, JSON</label><textarea id="try-body" data-in="body" rows="5" spellcheck="false">
${escapeHtml(body === undefined ? "" : JSON.stringify(body, null, 2))}</textarea></p>`;
