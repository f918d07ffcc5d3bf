/**
 * Checks that every migration after the first takes nothing from the release before it, which runs on the newer tables
 * until it is replaced, and again after a roll back. CONTRIBUTING.md#migrations. Part of `npm run check`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findTakenAway } from "./schema/additive.ts";

const root = join(import.meta.dirname, "..");
const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const files = readdirSync(join(root, "migrations")).filter((name) => name.endsWith(".sql"));
const migrations = files.sort().map((name) => ({ name, sql: readFileSync(join(root, "migrations", name), "utf8") }));
const mistakes = findTakenAway(migrations, version);
for (const mistake of mistakes) console.error(`migrations/${mistake}; the release before would fail on it`);
process.exitCode = mistakes.length > 0 ? 1 : 0;
