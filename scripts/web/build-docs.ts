import { makeDocument } from "../openapi/document.ts";
import type { PageFiles } from "./page-files.ts";

/** The documentation's page and the OpenAPI document. */
export async function buildDocs(): Promise<PageFiles> {
  const document = makeDocument();
  return new Map([
    ["--docs/index.html", "<!doctype html><html lang=en><title>cloudapi-edge</title><p>Documentation</p></html>\n"],
    ["--docs/openapi.json", `${JSON.stringify(document)}\n`],
  ]);
}
