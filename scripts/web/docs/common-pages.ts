import { errorStatus } from "../../../src/errors.ts";
import { commonHeaders } from "../../openapi/answers.ts";
import { errorSentences } from "../../openapi/error-sentences.ts";
import { type Json, toObject } from "../../openapi/json.ts";
import type { DocsPage } from "./frame.ts";
import { escapeHtml, formatFields, formatName, formatProse, formatTable } from "./html.ts";
import { commonParameters } from "./operation-page.ts";

/** Makes the page of the headers that requests of any operation may have, and of those of answers. */
export function makeHeadersPage(document: Json): DocsPage {
  const { headers, parameters } = toObject(document["components"]);
  const requests = commonParameters.map((name) => [
    formatName(name),
    formatProse(toObject(toObject(parameters)[name])["description"]),
  ]);
  const answers = Object.entries(toObject(headers)).map(([name, header]) => [
    `<span id="${escapeHtml(name)}">${formatName(name)}</span>`,
    commonHeaders.includes(name) ? "every answer" : "some answers",
    formatProse(toObject(header)["description"]),
  ]);
  return {
    name: "headers",
    title: "Headers",
    body: `<h1>Headers</h1>
<h2 id="requests">Of requests</h2>
<p>Any signed request may have them. <code>edge</code> of <a href="./">the first steps</a> sends <code>Date</code>, <code>Api-Version: ~9</code> and <code>Content-Type: application/json</code>.</p>
${formatTable(["Name", "What"], requests)}
<h2 id="answers">Of answers</h2>
${formatTable(["Name", "Where", "What"], answers)}
<p>The service answers HEAD wherever it answers GET: the same headers, without a body.</p>`,
  };
}

/** Makes the page of all codes. */
export function makeErrorsPage(document: Json): DocsPage {
  const { schemas } = toObject(document["components"]);
  const rows = Object.entries(errorStatus).map(([code, status]) => [
    `<span id="${code}">${formatName(code)}</span>`,
    String(status),
    formatProse(toObject(errorSentences)[code]),
  ]);
  return {
    name: "errors",
    title: "Errors",
    body: `<h1>Errors</h1>
${formatTable(["Code", "Status", "When"], rows)}
<h2 id="body">Body of a refusal</h2>
${formatFields(toObject(toObject(schemas)["Error"]), document)}
<h3 id="fields">Body of ValidationFailed</h3>
${formatFields(toObject(toObject(schemas)["FieldErrors"]), document)}`,
  };
}
