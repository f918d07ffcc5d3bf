import { join } from "node:path";
import { build } from "esbuild";

const source = join(import.meta.dirname, "../../src/console");

/** The scripts and styles of a page, by file name: its entries, and scripts that they load when they are needed. */
export async function bundlePage(entries: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => join(source, entry)),
    entryNames: "[name]",
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
  return new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf("/") + 1), text]));
}
