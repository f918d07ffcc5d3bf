import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { makePages } from "../web/build-public.ts";
import { findPageHeaders } from "../web/headers.ts";
import { findContentType } from "../web/page-files.ts";
import type { Page } from "./front.ts";

/** Writes what the static pages need beside a Worker: `front.js`, which answers them, and `pages.json`, their text. */
export async function writePages(folder: string): Promise<void> {
  const pages = Object.fromEntries([...(await makePages())].map(([file, text]) => [`/${file}`, makePage(file, text)]));
  writeFileSync(join(folder, "pages.json"), JSON.stringify(pages));
  await build({
    entryPoints: [join(import.meta.dirname, "front.ts")],
    outfile: join(folder, "front.js"),
    format: "esm",
    target: "es2024",
    logLevel: "silent",
  });
}

const makePage = (file: string, text: string): Page => ({
  text,
  headers: {
    "Content-Type": findContentType(file),
    "Cache-Control": "public, max-age=0, must-revalidate",
    ETag: `"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"`,
    ...findPageHeaders(`/${file}`),
  },
});
