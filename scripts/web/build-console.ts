import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { PageFiles } from "./page-files.ts";

const source = join(import.meta.dirname, "../../src/console");

/** The console's files: its page, one style sheet, one script, and scripts that load when they are needed. */
export async function buildConsole(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [join(source, "console.tsx"), join(source, "console.css")],
    absWorkingDir: source,
    outdir: join(source, "out"),
    bundle: true,
    write: false,
    splitting: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
    chunkNames: "[name]-[hash]",
    logLevel: "silent",
  });
  const built = outputFiles.map(
    ({ path, text }) => [`--console/${path.slice(path.lastIndexOf("/") + 1)}`, text] as const,
  );
  return new Map([["--console/index.html", readFileSync(join(source, "index.html"), "utf8")], ...built]);
}
