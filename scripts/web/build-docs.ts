import { makeDocument } from "../openapi/document.ts";
import { makePage, pageStyle } from "../openapi/page.ts";
import { bundlePage } from "./bundle-page.ts";
import type { PageFiles } from "./page-files.ts";

/** The documentation's page with its script, and the OpenAPI document. */
export async function buildDocs(): Promise<PageFiles> {
  const document = makeDocument();
  const bundled = await bundlePage(["docs/docs.ts"]);
  return new Map([
    ["--docs/index.html", makePage(document)],
    ["--docs/docs.css", pageStyle],
    ...[...bundled].map(([name, text]) => [`--docs/${name}`, text] as const),
    ["--docs/openapi.json", `${JSON.stringify(document)}\n`],
  ]);
}
