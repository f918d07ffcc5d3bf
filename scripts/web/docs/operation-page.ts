import type { Operation } from "../../../src/operations.ts";
import { commonHeaders } from "../../openapi/answers.ts";
import { formatCurl, formatFetch, listClientCommands } from "../../openapi/code-samples.ts";
import { example } from "../../openapi/example-values.ts";
import { type Exchange, examples } from "../../openapi/examples.ts";
import { type Json, resolve, toList, toObject } from "../../openapi/json.ts";
import { parameters } from "../../openapi/parameters.ts";
import type { PlacedRow } from "../../openapi/placed.ts";
import type { DocsPage } from "./frame.ts";
import {
  escapeHtml,
  formatClosedSample,
  formatFields,
  formatName,
  formatProse,
  formatSample,
  formatShown,
  formatTable,
} from "./html.ts";
import { formatRefusals } from "./refusals.ts";
import type { ShownOperation } from "./shown.ts";
import { formatTrial } from "./trial.ts";

/** Makes the page of an operation: its requests, parameters, body, answers and refusals, and a form to try it. */
export function makeOperationPage(shown: ShownOperation, contractAnchor: string): DocsPage {
  const { placed, request, operation } = shown;
  const [name, ...others] = placed.row.operations;
  const names = [name, ...others].map((one) => `<code>${one}</code>`).join(" ");
  const body = `<h1>${escapeHtml(placed.row.summary)} ${names}</h1>
<p class="request"><code>${placed.method.toUpperCase()} ${escapeHtml(request)}</code></p>
<div class="beside">
<div class="text">
<p>${formatProse(operation["description"])}</p>
<p>${formatBefore(placed)}The exact rules: <a href="contract#${contractAnchor}">the contract</a>.</p>
</div>
<section class="code" aria-labelledby="examples">
<h2 id="examples">Examples</h2>
${placed.row.operations.flatMap(formatExamples).join("\n")}
</section>
<div class="text">
${formatParameters(placed)}
${formatBody(shown)}
<h2 id="answers">Answers</h2>
${formatAnswers(shown)}
${formatRefusals(placed)}
<h2 id="try">Try it</h2>
${formatTrial(shown)}
</div>
</div>`;
  return { name, title: `${placed.row.summary}: ${name}`, body };
}

/** Says what the examples need: the first steps, and the image that some are about. */
function formatBefore({ row, group }: PlacedRow): string {
  const isShared = row.operations.some((name) => examples[name].some(({ path }) => path.includes(example.shared)));
  return [
    ...(group === "Service" ? [] : [`Before the examples, in the same shell: <a href="./">the first two steps</a>. `]),
    ...(isShared ? [`<code>${example.shared}</code> is an image that another account shares with yours. `] : []),
  ].join("");
}

/** Formats the examples of an operation: curl's open, what it answers, and the same by other clients. */
function formatExamples(name: Operation): string[] {
  const [first] = examples[name];
  return [
    ...examples[name].map(
      (exchange) => `<h3>${escapeHtml(exchange.title)}</h3>
${formatSample("curl", formatCurl(exchange))}
${formatShown(`answer ${exchange.status}`, formatAnswer(exchange), exchange === first)}
${formatClosedSample("fetch", formatFetch(exchange))}`,
    ),
    ...listClientCommands(name, first).map(({ client, source }) => formatClosedSample(`${client}, ${name}`, source)),
  ];
}

const formatAnswer = ({ status, answer, answerHeaders = {} }: Exchange): string =>
  [
    String(status),
    ...Object.entries(answerHeaders).map(([header, value]) => `${header}: ${value}`),
    ...(answer === undefined ? [] : ["", JSON.stringify(answer, null, 2)]),
  ].join("\n");

/** Headers of requests that the page of headers describes for all operations. */
export const commonParameters: readonly string[] = Object.entries(parameters).flatMap(([name, parameter]) =>
  toObject(parameter)["in"] === "header" && !["If-Match", "If-None-Match", "Idempotency-Key"].includes(name)
    ? [name]
    : [],
);

function formatParameters({ row, path }: PlacedRow): string {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const own = [...new Set([...inPath, ...(row.parameters ?? [])])].map((name) => toObject(parameters[name]));
  const rows = own.map(({ name, in: place, description }) => [
    formatName(name),
    escapeHtml(place),
    formatProse(description),
  ]);
  const table = rows.length > 0 ? formatTable(["Name", "Where", "What"], rows) : "";
  return `<h2 id="parameters">Parameters</h2>
${table}
<p>And the <a href="headers">headers that any request may have</a>.</p>`;
}

/** Finds the schema of a body: of several, that of the newest release. Its field `type` says how others differ. */
function findSchema(content: unknown, document: Json): Json {
  const schema = toObject(toObject(toObject(content)["application/json"])["schema"]);
  return resolve(toList(schema["anyOf"])[0] ?? schema, document);
}

/** Shows the body as it is sent beside an action in the query. */
function formatBody({ placed: { row }, document }: ShownOperation): string {
  if (!row.body) return "";
  const schema = toObject(toObject(toObject(document["components"])["schemas"])[row.body[0]]);
  const { action: _, "dry-run": __, ...properties } = toObject(schema["properties"]);
  const shown = "properties" in schema ? { ...schema, properties } : schema;
  const isRead = !("properties" in schema) || Object.keys(properties).length > 0;
  return `<h2 id="body">Body</h2>
${isRead ? `<p>JSON, or the same values as a form.</p>\n${formatFields(shown, document)}` : "<p>No field of a body is read.</p>"}`;
}

/** Headers that the page of headers describes for all answers. */
const common = new Set([...commonHeaders, "Content-MD5", "Content-Length"]);

/** Formats the successes of an operation, with the fields of their bodies. */
function formatAnswers({ operation, document }: ShownOperation): string {
  const successes = Object.entries(toObject(operation["responses"])).filter(([status]) => Number(status) < 400);
  const rows = successes.map(([status, answer]) => {
    const { description, headers } = toObject(answer);
    const own = Object.keys(toObject(headers)).filter((name) => !common.has(name));
    const links = own.map((name) => `<a href="headers#${name}"><code>${name}</code></a>`).join(", ");
    return [status, `${formatProse(description)}${links && `<br>Headers: ${links}`}`];
  });
  const bodies = successes.flatMap(([status, answer]) => {
    const schema = findSchema(toObject(answer)["content"], document);
    if (Object.keys(schema).length === 0) return [];
    return [`<details><summary>The body of ${status}</summary>${formatFields(schema, document)}</details>`];
  });
  return [formatTable(["Status", "When"], rows), ...bodies].join("\n");
}
