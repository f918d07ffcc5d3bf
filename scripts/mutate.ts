/** Plants faults in a file of a copy of the project, one at a time, and prints which test notices. `npm run mutate -- FILE` */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { transform } from "esbuild";
import { type Mutant, makeMutants } from "./mutation/mutants.ts";
import { sample } from "./mutation/sample.ts";
import { type Run, Tester } from "./mutation/tester.ts";
import { findTestsOf, type Selection } from "./mutation/tests-of.ts";
import { fromCaller, runProgram, UsageAsked } from "./running/program.ts";

const usage = `usage: npm run mutate -- FILE [TESTS…] [--project P] [--most N] [--seed S]
  Plants one small fault at a time in FILE, in a copy of the project, and prints the test that notices, or SURVIVED.
  TESTS        files of tests, or parts of their paths; without any, those of the file's subject
  --project P  of vitest.config.ts: worker, console or scripts
  --most N     no more than N faults, chosen by the seed
  --seed S     that was printed, to choose the same again`;

const root = join(import.meta.dirname, "..");

/** What is not copied: installed, built, or the state of a service. */
const uncopied = new Set(["node_modules", ".git", ".local", ".wrangler", "dist", "public"]);

type Request = Selection & { file: string; most: number; seed: number };

function readRequest(): Request {
  const text = { type: "string" } as const;
  const options = { project: text, most: text, seed: text, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [path, ...named] = positionals;
  if (values.help) throw new UsageAsked(usage);
  if (path === undefined) throw new Error(usage);
  const file = relative(root, fromCaller(path)).replaceAll("\\", "/");
  if (!/\.(?:ts|sql)$/.test(file) || file.startsWith(".."))
    throw new Error(`${path} is no TypeScript or SQL of this project`);
  const selected = findTestsOf(file);
  const tests = named.length > 0 ? named : selected.tests;
  const most = readNumber("most", values.most) ?? Number.POSITIVE_INFINITY;
  const seed = readNumber("seed", values.seed) ?? Math.floor(Math.random() * 1e6);
  return { file, project: values.project ?? selected.project, tests, most, seed };
}

function readNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined || /^\d+$/.test(value)) return value === undefined ? undefined : Number(value);
  throw new Error(`--${name} is a whole number; ${value} was given`);
}

function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-mutate-"));
  cpSync(root, folder, { recursive: true, filter: (path) => !uncopied.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

const compiles = async (file: string, { text }: Mutant): Promise<boolean> =>
  file.endsWith(".sql") ||
  (await transform(text, { loader: "ts", logLevel: "silent" }).then(
    () => true,
    () => false,
  ));

/** A run that takes this many times longer than without a fault does not end. */
const patience = 10;
const leastLimitMs = 60_000;

class Mutation {
  readonly #request: Request;
  readonly #folder: string;
  readonly #tester: Tester;
  #limitMs = 600_000;

  constructor(request: Request, folder: string) {
    this.#request = request;
    this.#folder = folder;
    this.#tester = new Tester(folder);
  }

  end(): void {
    this.#tester.end();
  }

  /** Runs the tests on this text of the file. */
  async #test(text: string): Promise<Run> {
    const { file, project, tests } = this.#request;
    writeFileSync(join(this.#folder, file), text);
    // Those that vitest reads once: the migrations, and what makes the OpenAPI document.
    if (!file.startsWith("src/")) this.#tester.end();
    return await this.#tester.run({ changed: file, project, tests }, this.#limitMs);
  }

  async #judge({ text }: Mutant): Promise<string> {
    const verdict = describe(await this.#test(text));
    if (verdict !== survived) return verdict;
    // Once more in a new process: vitest sometimes runs no test right after a run that a failure cut short.
    this.#tester.end();
    return describe(await this.#test(text));
  }

  /** @throws {Error} the tests fail without a fault, or there are none */
  async #assertSound(text: string): Promise<void> {
    const began = performance.now();
    const { failed, passed, isOver } = await this.#test(text);
    const problem = isOver ? "the tests take too long" : (failed ?? (passed === 0 ? "no test ran" : undefined));
    if (problem !== undefined) throw new Error(`without any fault: ${problem}`);
    this.#limitMs = Math.max(leastLimitMs, (performance.now() - began) * patience);
  }

  async run(): Promise<void> {
    const { file, most, seed, tests } = this.#request;
    const text = readFileSync(join(this.#folder, file), "utf8");
    const all = makeMutants(text, file.endsWith(".sql"));
    const chosen = sample(all, { most, seed });
    await this.#assertSound(text);
    const which =
      chosen.length < all.length ? `${chosen.length} of ${all.length} faults, seed ${seed}` : `${all.length} faults`;
    console.log(`${which}; ${tests.join(" ")}\n\n| Line | Was | Fault | Noticed by |\n|---|---|---|---|`);
    const counts = { killed: 0, survived: 0, skipped: 0 };
    for (const mutant of chosen) {
      const verdict = (await compiles(file, mutant)) ? await this.#judge(mutant) : "does not compile";
      counts[verdict === survived ? "survived" : verdict === "does not compile" ? "skipped" : "killed"] += 1;
      const cells = [`${file}:${mutant.line}`, mutant.was, mutant.now, verdict].map((cell) =>
        cell.replaceAll("|", "\\|"),
      );
      console.log(`| ${cells.join(" | ")} |`);
    }
    this.#tester.end();
    await this.#assertSound(text);
    console.log(`\n${file}: ${counts.killed} noticed, ${counts.survived} survived, ${counts.skipped} do not compile`);
  }
}

const survived = "SURVIVED";

const describe = ({ failed, isOver }: Run): string => (isOver ? "it does not end" : (failed ?? survived));

async function mutate(): Promise<number> {
  const request = readRequest();
  if (!existsSync(join(root, request.file))) throw new Error(`there is no ${request.file}`);
  const folder = copyProject();
  const mutation = new Mutation(request, folder);
  const end = () => {
    mutation.end();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  process.once("exit", end);
  await mutation.run();
  process.exit(0);
}

await runProgram(mutate);
