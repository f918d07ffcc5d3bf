import { type Json, resolve, toList, toObject } from "./json.ts";

/** What is not text in HTML. */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A value as text in HTML, and within the quotes of an attribute. */
export const escapeHtml = (text: unknown): string =>
  String(text ?? "").replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

/** Text with `code` and **bold** of the document's descriptions. */
export const formatProse = (text: unknown): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replaceAll("\n\n", "<br>");

/** A name as code that may break between its words, on a telephone. */
export const formatName = (name: unknown): string =>
  `<code>${escapeHtml(name).replace(/[._]|[a-z](?=[A-Z])/g, "$&<wbr>")}</code>`;

/** A table. @param rows cells in HTML; the first heads its row */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => `<td>${cell}</td>`).join("");
    return `<tr><th scope="row">${first}</th>${cells}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

/** Code to copy, behind a line that opens it. */
export const formatSample = (label: string, source: string): string =>
  `<details><summary>${escapeHtml(label)}</summary><pre class="sample"><code>${escapeHtml(source)}</code></pre></details>`;

/** A field that a body may have: `files[].sha1` names one within others. */
type FieldRow = { name: string; type: string; bounds: string; description: string };

const maxPattern = 40;

/** How the bounds of JSON Schema read. */
const bounds: Readonly<Record<string, (value: unknown) => string>> = {
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minimum: (value) => `at least ${value}`,
  maximum: (value) => `at most ${value}`,
  minItems: (value) => `at least ${value} entries`,
  maxItems: (value) => `at most ${value} entries`,
  // A long one is told by the field's sentence.
  pattern: (value) => (String(value).length <= maxPattern ? `\`${value}\`` : ""),
  format: (value) => String(value),
};

const listChoices = (schema: Json): Json[] => [...toList(schema["anyOf"]), ...toList(schema["oneOf"])];

/** The type of a value, such as `string or null`. */
function describeType(schema: Json, document: Json): string {
  const choices = listChoices(schema).map((choice) => describeType(resolve(choice, document), document));
  if (choices.length > 0) return [...new Set(choices)].join(" or ");
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" or ");
  if (schema["type"] === "array") return `array of ${describeType(resolve(schema["items"], document), document)}`;
  if (Array.isArray(schema["type"])) return schema["type"].join(" or ");
  return typeof schema["type"] === "string" ? schema["type"] : "any JSON";
}

/** The bounds of a value, and of those that it may be instead. */
function describeBounds(schema: Json, document: Json): string {
  const own = Object.entries(bounds).flatMap(([name, format]) => (name in schema ? [format(schema[name])] : []));
  const inner = [...listChoices(schema), ...(schema["type"] === "array" ? [toObject(schema["items"])] : [])]
    .map((choice) => resolve(choice, document))
    .filter((choice) => !("properties" in choice))
    .map((choice) => describeBounds(choice, document));
  return [...new Set([...own, ...inner])].filter((text) => text !== "").join(", ");
}

/** The fields of a body, those within others too. @param name of the value in what it stands in */
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

/** The fields of a body as a table, after what it is as a whole. */
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
