import { errorStatus } from "../../../src/errors.ts";
import { formatRefused } from "../../openapi/code-samples.ts";
import { errorActions } from "../../openapi/error-actions.ts";
import { makeErrorRequests, situations } from "../../openapi/error-requests.ts";
import { errorSentences } from "../../openapi/error-sentences.ts";
import type { ErrorCode } from "../../openapi/operation-row.ts";
import { listCodes, type PlacedRow } from "../../openapi/placed.ts";
import { formatProse, formatSource } from "./html.ts";

/** Formats the requests of an operation that lead to a code, or the situation that does. */
function formatCause(placed: PlacedRow, code: ErrorCode): string {
  const situation = situations[code];
  if (situation !== undefined) return `<p><strong>Which request:</strong> ${formatProse(situation)}</p>`;
  const requests = makeErrorRequests(placed, code);
  const sources = requests.flatMap((request) => formatRefused(request) ?? []);
  if (sources.length > 0) return formatSource(sources.join("\n"));
  return `<p><strong>Which request:</strong> one with ${formatProse("`Digest: SHA-256=AAAA`")} that its signature covers.</p>`;
}

/** Formats a code: when it comes, what to do, and the request of an operation that it answers. */
export const formatRefusal = (
  placed: PlacedRow,
  code: ErrorCode,
  more = "",
): string => `<section class="refusal" id="${code}" aria-labelledby="${code}-title">
<h3 id="${code}-title"><code>${code}</code> ${errorStatus[code]}</h3>
<p>${formatProse(errorSentences[code])}</p>
${formatCause(placed, code)}
<p><strong>What to do:</strong> ${formatProse(errorActions[code])}</p>
${more}</section>`;

/** Formats the refusals of an operation: its own, then those that any request may meet, behind a line that opens them. */
export function formatRefusals(placed: PlacedRow): string {
  const codes = listCodes(placed);
  const own = codes.filter(
    (code) => placed.row.errors?.includes(code) || (placed.row.body && code === "ValidationFailed"),
  );
  const others = codes.filter((code) => !own.includes(code));
  const format = (some: readonly ErrorCode[]) => some.map((code) => formatRefusal(placed, code)).join("\n");
  return `<h2 id="refusals">Refusals</h2>
<p>The body of a refusal: <a href="errors#body">code and message</a>.</p>
${format(own)}
<details><summary>Refusals that ${own.length > 0 ? "other requests meet too" : "any request may meet"} (${others.length})</summary>
${format(others)}
</details>`;
}
