import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePage } from "./bundle-page.ts";
import type { PageFiles } from "./page-files.ts";

const page = join(import.meta.dirname, "../../src/console/index.html");

/** The console's files: its page, one style sheet, one script, and scripts that load when they are needed. */
export async function buildConsole(): Promise<PageFiles> {
  const bundled = await bundlePage(["console.tsx", "console.css"]);
  const files = [...bundled].map(([name, text]) => [`--console/${name}`, text] as const);
  return new Map([["--console/index.html", readFileSync(page, "utf8")], ...files]);
}
