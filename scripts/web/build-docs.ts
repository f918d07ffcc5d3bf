import { makeDocument } from "../openapi/document.ts";
import { makePage, pageStyle } from "../openapi/page.ts";
import type { PageFiles } from "./page-files.ts";

/** The documentation's page and the OpenAPI document. */
export async function buildDocs(): Promise<PageFiles> {
  const document = makeDocument();
  return new Map([
    ["--docs/index.html", makePage(document)],
    ["--docs/docs.css", pageStyle],
    ["--docs/openapi.json", `${JSON.stringify(document)}\n`],
  ]);
}
