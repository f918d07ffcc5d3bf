import { errorStatus } from "../../../src/errors.ts";
import { commonHeaders } from "../../openapi/answers.ts";
import { errorSentences } from "../../openapi/error-sentences.ts";
import { type Json, toObject } from "../../openapi/json.ts";
import { type ErrorCode, withBody } from "../../openapi/operation-row.ts";
import { listCodes, type PlacedRow, placedRows } from "../../openapi/placed.ts";
import { type DocsPage, pageOf } from "./frame.ts";
import { escapeHtml, formatFields, formatName, formatProse, formatTable } from "./html.ts";
import { commonParameters } from "./operation-page.ts";
import { formatRefusal } from "./refusals.ts";

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

/** The operation whose request meets a code: UpdateImage, or the first that can. */
const findPlaced = (code: ErrorCode): PlacedRow | undefined =>
  [...placedRows]
    .sort((one, other) => Number(isUpdate(other)) - Number(isUpdate(one)))
    .find((placed) => listCodes(placed).includes(code));

const isUpdate = ({ row }: PlacedRow): boolean => row.operations[0] === "UpdateImage";

/** Lists the operations that name a code as their own. Any request may meet the others. */
function formatPlaces(code: ErrorCode): string {
  const rows = placedRows.filter(({ row }) => row.errors?.includes(code) || (row.body && withBody.includes(code)));
  const links = rows.map(({ row }) => `<a href="${pageOf(row)}#${code}">${row.operations[0]}</a>`);
  return links.length > 0 ? `<p>Of ${links.join(", ")}.</p>` : "<p>Of any request.</p>";
}

/** Makes the page of all codes. */
export function makeErrorsPage(document: Json): DocsPage {
  const { schemas } = toObject(document["components"]);
  const codes = Object.keys(errorSentences) as ErrorCode[];
  const refusals = codes.flatMap((code) => {
    const placed = findPlaced(code);
    return placed ? [formatRefusal(placed, code, formatPlaces(code))] : [];
  });
  const links = codes.map((code) => `<li><a href="#${code}">${code}</a> ${errorStatus[code]}</li>`);
  return {
    name: "errors",
    title: "Errors",
    body: `<div class="text">
<h1>Errors</h1>
<p>Each code with a request that leads to it, of UpdateImage where that meets it, and what to do. Nothing that a client sends causes a 5xx. Of two mistakes in one request the earlier of <a href="contract#order-of-checks">the checks</a> answers.</p>
<h2 id="codes">Codes</h2>
<ul class="sections">
${links.join("\n")}
</ul>
${refusals.join("\n")}
<h2 id="body">Body of a refusal</h2>
<p><code>errors</code> on ValidationFailed alone.</p>
${formatFields(toObject(toObject(schemas)["ValidationFailed"]), document)}
</div>`,
  };
}
