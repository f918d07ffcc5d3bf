/** Writes `test/data/statements.sql`, every statement of the service with its plan: `npm run statements`. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { renderStatements, statementsFile } from "./statements/list.ts";

writeFileSync(statementsFile, await renderStatements());
console.log(`${relative(process.cwd(), statementsFile)} is written; look at its diff`);
