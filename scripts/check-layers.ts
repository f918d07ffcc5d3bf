/**
 * Checks that every import of `src/` points down, types counted, and that rules load no SQL: docs/architecture.md#layers. Biome finds
 * circles.
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

type Import = { to: string; isTypes: boolean };

/** What a file imports: values, types, for the effect, or to export again. */
function listImports(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/(?:\b(?:import|export) (type\b)?[^;"]*\bfrom|\bimport)\s*\(?\s*"(\.[^"]+\.ts)"/g);
  return [...found].map(([, type, path = ""]) => ({
    to: normalize(join(dirname(file), path)),
    isTypes: type !== undefined,
  }));
}

const name = (file: string): string => `src/${file} (${layerOf(file) ?? "no layer"})`;

const layerOf = (file: string): string | undefined => layers[findRank(file)]?.[0];

/** Rules are pure, and take of SQL types alone: what imports a rule, as the scripts do, does not load drizzle. */
const takesSql = (file: string, { to, isTypes }: Import): boolean =>
  layerOf(file) === "rules/" && !isTypes && ["db/", "SQL"].includes(layerOf(to) ?? "");

function describeMistake(file: string, imported: Import): string[] {
  const both = `${name(file)} imports ${name(imported.to)}`;
  if (!mayImport(file, imported.to)) return [`${both}, which is not below it`];
  return takesSql(file, imported) ? [`${both} for more than its types`] : [];
}

/** Finds the imports that do not point down, or load SQL for a rule, one line each. @param root the folder `src`, or a copy of it */
export function findMistakes(root: string): string[] {
  const files = globSync("**/*.ts", { cwd: root }).filter((file) => !file.startsWith("console/"));
  return files.sort().flatMap((file) => listImports(root, file).flatMap((imported) => describeMistake(file, imported)));
}

if (import.meta.main) {
  const mistakes = findMistakes(join(import.meta.dirname, "../src"));
  for (const mistake of mistakes) console.error(mistake);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
