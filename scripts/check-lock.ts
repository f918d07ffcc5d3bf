/**
 * Checks that the lockfile is complete for every platform, and names no registry. `npm install` is silent when its
 * registry lacks a package. Part of `npm run check`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Entry = { version?: string; resolved?: string; integrity?: string; optionalDependencies?: Record<string, string> };

const lockPath = join(import.meta.dirname, "../package-lock.json");
const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(lockPath, "utf8"));

/** @returns whether Node finds `name` from the package at `from`: in its own node_modules, then in each folder above */
function isFound(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (`${folder && `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === "") return false;
  }
}

const mistakes = Object.entries(lock.packages).flatMap(([path, entry]) => [
  ...(entry.resolved ? [`${path} names its registry: ${entry.resolved}`] : []),
  ...(path !== "" && !entry.integrity ? [`${path} has no integrity`] : []),
  ...Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !isFound(path, name))
    .map((name) => `${path || "the project"} wants ${name}, and the lock does not hold it`),
]);

for (const mistake of mistakes) console.error(`package-lock.json: ${mistake}`);
process.exitCode = mistakes.length > 0 ? 1 : 0;
