/**
 * Types, lint, layers, the lockfile, schema against migrations, documents against code, and sizes. Two parts run at a time.
 * What a part prints is shown if it fails. `npm run check [-- --quick]`
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { readOptions, runProgram } from "./running/program.ts";

const usage = `usage: npm run check [-- --quick]
  --quick  types, lint and layers alone`;

const root = join(import.meta.dirname, "..");
const binaries = join(root, "node_modules/.bin");
const cache = "node_modules/.cache/types";

const tsc = (project: string, name: string): string[] => [
  join(binaries, "tsc"),
  ...["--noEmit", "--incremental", "--tsBuildInfoFile", `${cache}/${name}.json`, "-p", project],
];
const script = (name: string): string[] => [process.execPath, `scripts/${name}.ts`];

/** The slowest come first. */
const parts: Readonly<Record<string, readonly string[]>> = {
  "types of scripts and tests": tsc("tsconfig.node.json", "node"),
  size: [...script("size"), "--bytes"],
  "types of the Worker": tsc("tsconfig.json", "worker"),
  lint: [join(binaries, "biome"), "ci", "--colors=off", "--error-on-warnings", "."],
  document: script("check-document"),
  schema: script("check-schema"),
  "types of the console": tsc("src/console/tsconfig.json", "console"),
  "types of the console's tests": tsc("test/console/tsconfig.json", "console-tests"),
  "wrangler.toml": script("check-wrangler"),
  documents: script("check-docs"),
  layers: script("check-layers"),
  lockfile: script("check-lock"),
  migrations: script("check-migrations"),
};

/** @returns whether the part succeeded */
async function runPart(name: string, [program = "", ...args]: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const code = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const isGood = (await code) === 0;
  if (!isGood) process.stderr.write(`check of ${name} failed:\n${stdout}${stderr}\n`);
  else if (name === "size") process.stdout.write(stdout);
  return isGood;
}

await runProgram(async () => {
  const { values } = readOptions(usage, { options: { quick: { type: "boolean" } } });
  const left = Object.entries(parts).filter(([name]) => !values.quick || /^types|^lint|^layers/.test(name));
  let failed = 0;
  const runLane = async () => {
    for (let part = left.shift(); part; part = left.shift()) if (!(await runPart(...part))) failed += 1;
  };
  await Promise.all([runLane(), runLane()]);
  return failed > 0 ? 1 : 0;
});
