/**
 * Checks that every import of `src/` points down, types counted: docs/architecture.md#layers. Circles are biome's to find.
 * Part of `npm run check`.
 */
import { join } from "node:path";
import { findUpward } from "./layers/find-upward.ts";

const mistakes = findUpward(join(import.meta.dirname, "../src"));
for (const mistake of mistakes) console.error(mistake);
process.exitCode = mistakes.length > 0 ? 1 : 0;
