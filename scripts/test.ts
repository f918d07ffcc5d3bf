/** Runs the tests. Those that start `wrangler dev`, one file at a time, run beside the others. `npm test`, after the checks. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");

function start(projects: readonly string[], output: "inherit" | "pipe"): ChildProcess {
  const chosen = projects.flatMap((project) => ["--project", project]);
  const args = [vitest, "run", ...chosen, "--passWithNoTests", ...process.argv.slice(2)];
  return spawn(process.execPath, args, { stdio: ["ignore", output, output] });
}

const beside = start(["dev"], "pipe");
const said = beside.stdout && beside.stderr ? Promise.all([text(beside.stdout), text(beside.stderr)]) : [];
const all = [start(["worker", "console", "scripts"], "inherit"), beside];
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    for (const child of all) child.kill(signal);
  });
}
const codes = (await Promise.all(all.map((child) => once(child, "exit")))).map(([code]) => code);
process.stdout.write((await said).join(""));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
