import { execFile } from "node:child_process";
import { join } from "node:path";
import type { LoadOptions, LoadResult } from "./load.ts";

/**
 * Runs the load as a program of its own. The keys go in by its input: arguments are seen by everybody.
 *
 * @throws {Error} one line: what was not answered 200
 */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, "load.ts")], (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim().split("\n").at(-1) || `the load ended with code ${error.code}`));
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end(JSON.stringify(options));
  });
}
