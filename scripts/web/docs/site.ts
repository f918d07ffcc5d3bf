import { type Json, toObject } from "../../openapi/json.ts";
import { placedRows } from "../../openapi/placed.ts";
import { makeErrorsPage, makeHeadersPage } from "./common-pages.ts";
import { contractPage, findContractAnchor } from "./contract-page.ts";
import { formatPage } from "./frame.ts";
import { makeOperationPage } from "./operation-page.ts";
import { makeSearchIndex } from "./search-index.ts";
import { findShown } from "./shown.ts";
import { startPage } from "./start-page.ts";

/** Makes the documentation: a page for the first update, for each operation, for what is common to all, and the contract. */
export function makeSite(document: Json): Map<string, string> {
  const { version } = toObject(document["info"]);
  const operations = placedRows.map((placed) => findShown(placed, document));
  const pages = [
    startPage,
    ...operations.map((shown) => makeOperationPage(shown, findContractAnchor(shown.placed.row.operations[0]))),
    makeHeadersPage(document),
    makeErrorsPage(document),
    contractPage,
  ];
  return new Map([
    ...pages.map((page) => [`${page.name || "index"}.html`, formatPage(page, String(version))] as const),
    ["search.json", JSON.stringify(makeSearchIndex(operations, document))],
  ]);
}
