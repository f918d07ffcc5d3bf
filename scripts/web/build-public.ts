import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildConsole } from "./build-console.ts";
import { buildDocs } from "./build-docs.ts";
import { formatHeadersFile } from "./headers.ts";
import type { PageFiles } from "./page-files.ts";

/** Every file of the static pages: the console, the documentation, the document. */
export async function makePages(): Promise<PageFiles> {
  const [docs, console] = await Promise.all([buildDocs(), buildConsole()]);
  return new Map([...docs, ...console]);
}

/** Makes a folder what `[assets]` serves. Files that are the same stay untouched: `wrangler dev` watches them. */
export async function buildPublic(folder: string): Promise<void> {
  const files = new Map([...(await makePages()), ["_headers", formatHeadersFile()]]);
  for (const [path, text] of files) writeChanged(join(folder, path), text);
  for (const path of listFiles(folder)) if (!files.has(path)) rmSync(join(folder, path));
}

const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    );

/** Whole or not at all: another start may read it meanwhile. */
function writeChanged(file: string, text: string): void {
  if (readOr(file) === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, file);
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
