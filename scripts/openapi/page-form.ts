import { escapeHtml } from "./html.ts";
import { isObject, type Json, toList, toObject } from "./json.ts";

/** Request headers that a person may want to set by hand; signing sets the others. */
const headersToTry = new Set(["If-Match", "If-None-Match", "Idempotency-Key", "Api-Version"]);

/** What stands in a field at first, beside the document's own example. A write is a rehearsal until its writer chooses otherwise. */
const firstValues: Readonly<Record<string, string>> = { "dry-run": "true", "Api-Version": "~9" };

/** An operation to try: where it is, its parameters, and an example of its body. */
type Trial = {
  id: string;
  method: string;
  path: string;
  parameters: readonly Json[];
  operation: Json;
  /** Names of the body's fields. */
  bodyFields: ReadonlySet<string>;
};

/** The form that sends an operation. It is hidden until `src/console/docs` shows it: without scripts it could send nothing. */
export function formatForm({ id, method, path, parameters, operation, bodyFields }: Trial): string {
  const fields = parameters
    .filter(({ in: place, name }) => place !== "header" || headersToTry.has(String(name)))
    // Most of what may stand in the query too is written into the body.
    .filter(
      ({ in: place, name, schema }) => place !== "query" || !bodyFields.has(String(name)) || "enum" in toObject(schema),
    )
    .map((parameter) => formatInput(id, parameter));
  const isUnsigned = Array.isArray(operation["security"]);
  const content = toObject(toObject(operation["requestBody"])["content"]);
  return `<form class="try" data-method="${method.toUpperCase()}" data-path="${escapeHtml(path)}"${isUnsigned ? " data-unsigned" : ""} aria-label="Try it: ${escapeHtml(operation["summary"])}" hidden>
${fields.join("\n")}
${"application/json" in content ? formatBody(id, toObject(content["application/json"])) : ""}
<button type="submit">Send</button>
</form>
<div class="answer" role="status"></div>`;
}

function formatInput(id: string, { name, in: place, schema, required, example }: Json): string {
  const inputId = `${id}-${place}-${name}`;
  const attributes = `id="${escapeHtml(inputId)}" name="${escapeHtml(name)}" data-in="${escapeHtml(place)}"`;
  const choices = toObject(schema)["enum"];
  const control = Array.isArray(choices)
    ? `<select ${attributes}>${formatOptions(choices, firstValues[String(name)])}</select>`
    : `<input ${attributes} value="${escapeHtml(example ?? firstValues[String(name)])}" autocomplete="off" spellcheck="false"${required ? " required" : ""}>`;
  return `<p><label for="${escapeHtml(inputId)}"><code>${escapeHtml(name)}</code> ${escapeHtml(place)}</label>${control}</p>`;
}

/** An action is always one of its choices; anything else may be left out. */
const formatOptions = (choices: readonly unknown[], first: string | undefined): string =>
  (choices.includes("true") ? ["", ...choices] : choices)
    .map((choice) => `<option${choice === first ? " selected" : ""}>${escapeHtml(choice)}</option>`)
    .join("");

function formatBody(id: string, { examples }: Json): string {
  const [first] = toList(Object.values(toObject(examples)).filter(isObject));
  return `<p><label for="${id}-body">body, JSON</label><textarea id="${id}-body" data-in="body" rows="5" spellcheck="false">
${escapeHtml(first ? JSON.stringify(first["value"], null, 2) : "")}</textarea></p>`;
}
