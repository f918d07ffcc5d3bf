import { commonHeaders } from "./answers.ts";
import { escapeHtml, formatFields, formatName, formatProse, formatSample, formatTable } from "./html.ts";
import { type Json, resolve, toList, toObject } from "./json.ts";

/** An operation of the document. */
export type Placed = { method: string; path: string; operation: Json };

/** Formats the section of an operation: parameters, body, answers, examples, and a form to try it. */
export function formatOperation({ method, path, operation }: Placed, document: Json): string {
  const id = escapeHtml(operation["operationId"]);
  const parameters = toList(operation["parameters"]).map((parameter) => resolve(parameter, document));
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${escapeHtml(operation["summary"])}</h2>
<p><code>${method.toUpperCase()} ${escapeHtml(path)}</code></p>
<p>${formatProse(operation["description"])}</p>
<h3>Parameters</h3>
${formatTable(
  ["Name", "Where", "What"],
  parameters.map(({ name, in: place, description }) => [formatName(name), escapeHtml(place), formatProse(description)]),
)}
${formatBody(operation, document)}
<h3>Answers</h3>
${formatTable(["Status", "When"], Object.entries(toObject(operation["responses"])).map(formatAnswer))}
${formatAnswerBodies(operation, document)}
<h3>Examples</h3>
${toList(operation["x-codeSamples"])
  .map(({ label, source }) => formatSample(String(label), String(source)))
  .join("\n")}
<h3>Try it</h3>
${formatForm({ id, method, path, parameters, operation, bodyFields: listBodyFields(operation, document) })}
</section>`;
}

type Named = { name: string; schema: Json };

/** Lists the schemas of a body: several if a path has several operations, or if releases answer differently. */
function listSchemas(content: unknown, document: Json): Named[] {
  const schema = toObject(toObject(toObject(content)["application/json"])["schema"]);
  const choices = toList(schema["anyOf"]);
  return (choices.length > 0 ? choices : [schema]).map((choice) => ({
    name: String(choice["$ref"]).replace(/.*\//, ""),
    schema: resolve(choice, document),
  }));
}

/** Lists the names at the top level of a body. */
function listBodyFields(operation: Json, document: Json): ReadonlySet<string> {
  const { content } = toObject(operation["requestBody"]);
  const schemas = listSchemas(content, document).flatMap(({ schema }) => [
    schema,
    ...toList(schema["anyOf"]).map((choice) => resolve(choice, document)),
  ]);
  return new Set(schemas.flatMap((schema) => Object.keys(toObject(schema["properties"]))));
}

const formatExamples = (content: unknown): string =>
  Object.entries(toObject(toObject(toObject(content)["application/json"])["examples"]))
    .map(([title, shown]) => formatSample(title, JSON.stringify(toObject(shown)["value"], null, 2)))
    .join("\n");

function formatBody(operation: Json, document: Json): string {
  if (!("requestBody" in operation)) return "";
  const { description, content } = toObject(operation["requestBody"]);
  const fields = listSchemas(content, document).map(
    ({ name, schema }) => `<h4>${escapeHtml(name)}</h4>\n${formatFields(schema, document)}`,
  );
  return `<h3>Body</h3>
<p>${formatProse(description)}</p>
${fields.join("\n")}
${formatExamples(content)}`;
}

/** Headers that the page describes once. Refusals have the last two if a success has them. */
const common = new Set([...commonHeaders, "Content-MD5", "Content-Length"]);
const commonOfRefusals = new Set(["Dry-Run", "Ignored-Parameters"]);

function formatAnswer([status, answer]: [string, unknown]): string[] {
  const { description, headers } = toObject(answer);
  const own = Object.keys(toObject(headers)).filter(
    (name) => !common.has(name) && !(Number(status) >= 400 && commonOfRefusals.has(name)),
  );
  const more = own.length > 0 ? `<br>Headers: ${own.map((name) => `<code>${escapeHtml(name)}</code>`).join(", ")}` : "";
  return [escapeHtml(status), `${formatProse(description)}${more}`];
}

/** Formats the bodies of successes with their fields, and the examples of every answer. */
const formatAnswerBodies = (operation: Json, document: Json): string =>
  Object.entries(toObject(operation["responses"]))
    .flatMap(([status, answer]) => {
      const { content } = toObject(answer);
      const schemas = Number(status) < 400 && content !== undefined ? listSchemas(content, document) : [];
      const fields = schemas.map(
        ({ schema }) =>
          `<details><summary>Body of ${escapeHtml(status)}: ${formatProse(schema["description"])}</summary>${formatFields(schema, document)}</details>`,
      );
      return [...fields, formatExamples(content)];
    })
    .filter((text) => text !== "")
    .join("\n");

/** Request headers that a person may want to set. Signing sets the others. */
const headersToTry = new Set(["If-Match", "If-None-Match", "Idempotency-Key", "Api-Version"]);

/** The first values of inputs without an example. A write is a rehearsal until the person changes that. */
const firstValues: Readonly<Record<string, string>> = { "dry-run": "true", "Api-Version": "~9" };

type Trial = {
  id: string;
  method: string;
  path: string;
  parameters: readonly Json[];
  operation: Json;
  /** Names of the body's fields. */
  bodyFields: ReadonlySet<string>;
};

/** Formats the form that sends an operation. `src/console/docs` shows it: without scripts it could send nothing. */
function formatForm({ id, method, path, parameters, operation, bodyFields }: Trial): string {
  const fields = parameters
    .filter(({ in: place, name }) => place !== "header" || headersToTry.has(String(name)))
    // Fields that the query may have too go into the body, except for choices.
    .filter(
      ({ in: place, name, schema }) => place !== "query" || !bodyFields.has(String(name)) || "enum" in toObject(schema),
    )
    .map((parameter) => formatInput(id, parameter));
  const isUnsigned = Array.isArray(operation["security"]);
  const content = toObject(toObject(operation["requestBody"])["content"]);
  return `<form class="try" data-method="${method.toUpperCase()}" data-path="${escapeHtml(path)}"${isUnsigned ? " data-unsigned" : ""} aria-label="Try it: ${escapeHtml(operation["summary"])}" hidden>
${fields.join("\n")}
${"application/json" in content ? formatBodyInput(id, toObject(content["application/json"])) : ""}
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

/** Formats choices. A flag may be left out, an action may not. */
const formatOptions = (choices: readonly unknown[], first: string | undefined): string =>
  (choices.includes("true") ? ["", ...choices] : choices)
    .map((choice) => `<option${choice === first ? " selected" : ""}>${escapeHtml(choice)}</option>`)
    .join("");

function formatBodyInput(id: string, { examples }: Json): string {
  const [first] = toList(Object.values(toObject(examples)));
  return `<p><label for="${id}-body">body, JSON</label><textarea id="${id}-body" data-in="body" rows="5" spellcheck="false">
${escapeHtml(first ? JSON.stringify(first["value"], null, 2) : "")}</textarea></p>`;
}
