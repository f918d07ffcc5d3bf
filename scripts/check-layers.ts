/**
 * Checks that every import of `src/` points down, types counted: docs/architecture.md#layers. Biome finds circles.
 * Part of `npm run check`.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The layers from the bottom up. A file belongs to the first that it matches. */
const layers: readonly (readonly [string, RegExp])[] = [
  ["leaf", /^(?!(?:index|app|context)\.ts)[^/]+\.ts$/],
  ["syntax/", /^syntax\//],
  ["signature/", /^signature\//],
  ["db/", /^db\//],
  ["SQL", /^\w+\/[\w-]+\.sql\.ts$/],
  ["rules/", /^\w+\/rules\//],
  ["context", /^context\.ts$/],
  ["http/", /^http\//],
  ["caller/", /^caller\//],
  ["operations", /^(?:images|accounts)\//],
  ["app", /^app\.ts$/],
  ["index", /^index\.ts$/],
];

const findRank = (file: string): number => layers.findIndex(([, shape]) => shape.test(file));

const findFolder = (file: string): string => file.split("/", 1).join();

/** A file may import from layers below its own, and from its own layer within its folder. */
function mayImport(file: string, to: string): boolean {
  const [rank, below] = [findRank(file), findRank(to)];
  const isLeaf = rank === 0 && below === 0;
  return below !== -1 && (below < rank || isLeaf || (below === rank && findFolder(to) === findFolder(file)));
}

/** The files that a file imports: values, types, for the effect, or to export again. */
function listImports(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const paths = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+\.ts)"/g)].map(([, path = ""]) => path);
  return paths.map((path) => normalize(join(dirname(file), path)));
}

/** `rules/` is pure, and takes of SQL types alone: what imports a rule, as the scripts do, does not load drizzle. */
const takesSqlValue = (root: string, file: string): boolean =>
  /\brules\//.test(file) &&
  /^(?:import|export) (?!type\b)[^;]*"[./]+(?:\/db\/[\w-]+|[\w-]+\.sql)\.ts"/m.test(
    readFileSync(join(root, file), "utf8"),
  );

const name = (file: string): string => `src/${file} (${layers[findRank(file)]?.[0] ?? "no layer"})`;

/** Finds the imports that do not point down, one line each. @param root the folder `src`, or a copy of it */
export function findUpward(root: string): string[] {
  const files = globSync("**/*.ts", { cwd: root }).filter((file) => !file.startsWith("console/"));
  return files.sort().flatMap((file) => [
    ...listImports(root, file)
      .filter((to) => !mayImport(file, to))
      .map((to) => `${name(file)} imports ${name(to)}, which is not below it`),
    ...(takesSqlValue(root, file) ? [`${name(file)} imports more than types of SQL`] : []),
  ]);
}

if (import.meta.main) {
  const mistakes = findUpward(join(import.meta.dirname, "../src"));
  for (const mistake of mistakes) console.error(mistake);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
