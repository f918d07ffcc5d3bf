import { type Json, resolve, toList, toObject } from "../../openapi/json.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escapes a value for HTML text and for the quotes of an attribute. */
export const escapeHtml = (text: unknown): string =>
  String(text ?? "").replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

/** Formats a description of the document, with its `code` and **bold**. */
export const formatProse = (text: unknown): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replaceAll("\n\n", "<br>");

/** Formats a name as code that may break between its words, on a telephone. */
export const formatName = (name: unknown): string =>
  `<code>${escapeHtml(name).replace(/[._,]|[a-z](?=[A-Z])/g, "$&<wbr>")}</code>`;

/** Formats a table. @param rows cells in HTML. The first heads its row */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => `<td>${cell}</td>`).join("");
    return `<tr><th scope="row">${first}</th>${cells}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

/** Formats code. */
export const formatSource = (source: string): string => `<pre class="sample">${escapeHtml(source)}</pre>`;

/** Formats code to copy. */
export const formatSample = (label: string, source: string): string =>
  `<figure><figcaption>${escapeHtml(label)}</figcaption>${formatSource(source)}</figure>`;

/** Formats code to copy, behind a line that opens it. */
export const formatClosedSample = (label: string, source: string): string =>
  `<details><summary>${escapeHtml(label)}</summary>${formatSample(label, source)}</details>`;

/** Formats text to read. @param isOpen false behind a line that opens it */
export const formatShown = (label: string, text: string, isOpen: boolean): string =>
  `<details${isOpen ? " open" : ""}><summary>${escapeHtml(label)}</summary><pre>${escapeHtml(text)}</pre></details>`;

/** A field of a body. `files[].sha1` names a field within others. */
type FieldRow = { name: string; type: string; bounds: string; description: string };

/** The bounds of JSON Schema in words. The field's sentence describes a pattern. */
const bounds: Readonly<Record<string, (value: unknown) => string>> = {
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minimum: (value) => `at least ${value}`,
  maximum: (value) => `at most ${value}`,
  minItems: (value) => `at least ${value} entries`,
  maxItems: (value) => `at most ${value} entries`,
  format: (value) => String(value),
};

const listChoices = (schema: Json): Json[] => [...toList(schema["anyOf"]), ...toList(schema["oneOf"])];

/** Describes the type of a value, such as `string or null`. */
function describeType(schema: Json, document: Json): string {
  const choices = listChoices(schema).map((choice) => describeType(resolve(choice, document), document));
  if (choices.length > 0) return [...new Set(choices)].join(" or ");
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" or ");
  if (schema["type"] === "array") return `array of ${describeType(resolve(schema["items"], document), document)}`;
  if (Array.isArray(schema["type"])) return schema["type"].join(" or ");
  return typeof schema["type"] === "string" ? schema["type"] : "any JSON";
}

/** Describes the bounds of a value and of its alternatives. */
function describeBounds(schema: Json, document: Json): string {
  const own = Object.entries(bounds).flatMap(([name, format]) => (name in schema ? [format(schema[name])] : []));
  const inner = [...listChoices(schema), ...(schema["type"] === "array" ? [toObject(schema["items"])] : [])]
    .map((choice) => resolve(choice, document))
    .filter((choice) => !("properties" in choice))
    .map((choice) => describeBounds(choice, document));
  return [...new Set([...own, ...inner])].filter((text) => text !== "").join(", ");
}

/** Lists the fields of a body, those within others too. @param name the path of the value in the body */
function listFields(schema: Json, document: Json, name = ""): FieldRow[] {
  const below = (inner: unknown, path: string): FieldRow[] => {
    const found = resolve(inner, document);
    return [makeRow(path, found, document), ...listFields(found, document, path)];
  };
  const prefix = name === "" ? "" : `${name}.`;
  const rows = [
    ...Object.entries(toObject(schema["properties"])).flatMap(([key, field]) => below(field, `${prefix}${key}`)),
    ...listChoices(schema).flatMap((choice) => listFields(resolve(choice, document), document, name)),
    ...("items" in schema ? listFields(resolve(schema["items"], document), document, `${name}[]`) : []),
    ...(toObject(schema["additionalProperties"])["type"] === undefined
      ? []
      : below(schema["additionalProperties"], `${prefix}*`)),
  ];
  return rows.filter((row, at) => rows.findIndex((other) => other.name === row.name) === at);
}

const makeRow = (name: string, field: Json, document: Json): FieldRow => ({
  name,
  type: describeType(field, document),
  bounds: describeBounds(field, document),
  description: String(field["description"] ?? ""),
});

/** Formats the fields of a body as a table, below a line about the whole body. */
export function formatFields(schema: Json, document: Json): string {
  const rows = listFields(schema, document).map(({ name, type, bounds, description }) => [
    formatName(name),
    [`<code>${escapeHtml(type)}</code>`, formatProse(bounds)].filter((text) => text !== "").join("<br>"),
    formatProse(description),
  ]);
  const limits = describeBounds(schema, document);
  const whole = `<p>${escapeHtml(describeType(schema, document))}${limits && `, ${formatProse(limits)}`}. ${formatProse(schema["description"])}</p>`;
  return rows.length > 0 ? `${whole}${formatTable(["Field", "Type and bounds", "What"], rows)}` : whole;
}
