/** Plants faults in a file of a copy of the project, one at a time, and prints which test notices. `npm run mutate -- FILE` */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { transform } from "esbuild";
import type { Reporter } from "vitest/node";
import { makeMutants, sample } from "./mutation/mutants.ts";
import { findTestsOf } from "./mutation/tests-of.ts";
import { killGroup } from "./running/process-group.ts";
import { fromCaller, makeTemporaryFolder, readNumber, readOptions, runProgram, WrongUsage } from "./running/program.ts";

const usage = `usage: npm run mutate -- FILE [TESTS…] [--project P] [--most N] [--seed S]
  Plants one small fault at a time in FILE, in a copy of the project, and prints the test that notices, or SURVIVED.
  TESTS        test files, or parts of their paths (default: those of the file's subject)
  --project P  a project of vitest.config.ts: worker, console or scripts
  --most N     at most N faults, chosen by the seed
  --seed S     a seed that was printed, to choose the same faults again`;

const root = join(import.meta.dirname, "..");

/** What is not copied: installed, built, or the state of a service. */
const uncopied = new Set(["node_modules", ".git", ".local", ".wrangler", "dist", "public"]);

/** A run takes this many times longer than without a fault: it does not end. */
const patience = 10;

type Request = Omit<ReturnType<typeof readRequest>, "most" | "seed">;

/** The first test that failed, or why a file did not run. `failed` is undefined if all passed. */
type Outcome = { failed?: string | undefined; passed: number };

function readRequest() {
  const text = { type: "string" } as const;
  const options = { project: text, most: text, seed: text };
  const { values, positionals } = readOptions(usage, { options, allowPositionals: true });
  const [path, ...named] = positionals;
  if (path === undefined) throw new WrongUsage(usage);
  const file = relative(root, fromCaller(path)).replaceAll("\\", "/");
  if (!/\.(?:ts|sql)$/.test(file) || file.startsWith("..") || !existsSync(join(root, file)))
    throw new WrongUsage(`${path} is no TypeScript or SQL of this project`);
  const { project, tests } = findTestsOf(file);
  return {
    file,
    project: values.project ?? project,
    tests: named.length > 0 ? named : tests,
    most: values.most === undefined ? Number.POSITIVE_INFINITY : readNumber("most", values.most),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : readNumber("seed", values.seed),
  };
}

/** A copy of the project, and a process that runs its tests again and again. */
class Copy {
  readonly #folder = makeTemporaryFolder("mutate");
  readonly #request: Request;
  #child: ChildProcess | undefined;

  constructor(request: Request) {
    this.#request = request;
    // Before another listener removes the folder.
    process.prependListener("exit", () => this.endProcess());
    cpSync(root, this.#folder, { recursive: true, filter: (path) => !uncopied.has(basename(path)) });
    symlinkSync(join(root, "node_modules"), join(this.#folder, "node_modules"), "junction");
  }

  endProcess(): void {
    if (this.#child?.pid) killGroup(this.#child.pid);
    this.#child = undefined;
  }

  /** Runs the tests on this text of the file. */
  async test(text: string, limitMs: number): Promise<Outcome> {
    const { file, project } = this.#request;
    writeFileSync(join(this.#folder, file), text);
    // vitest reads the migrations, and what makes the OpenAPI document, only once.
    if (!file.startsWith("src/")) this.endProcess();
    this.#child ??= fork(import.meta.filename, [childArgument, project], {
      cwd: this.#folder,
      env: { ...process.env, PWD: this.#folder },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      // A group of its own, to end workerd with it.
      detached: true,
    });
    this.#child.send(this.#request);
    try {
      const [outcome] = await once(this.#child, "message", { signal: AbortSignal.timeout(limitMs) });
      return outcome;
    } catch {
      this.endProcess();
      return { failed: "it does not end", passed: 0 };
    }
  }

  /** @returns a time limit for runs with a fault. @throws {Error} a test fails without a fault, or no test ran */
  async assertPasses(text: string): Promise<number> {
    const began = performance.now();
    const { failed, passed } = await this.test(text, 600_000);
    if (failed || passed === 0) throw new Error(`without any fault: ${failed ?? "no test ran"}`);
    return Math.max(60_000, Math.ceil(performance.now() - began) * patience);
  }

  /** Returns the test that notices the fault, `survived` or `skipped`. */
  async judge(text: string, limitMs: number): Promise<string> {
    const isSql = this.#request.file.endsWith(".sql");
    if (!isSql && !(await transform(text, { loader: "ts", logLevel: "silent" }).catch(() => false))) return skipped;
    const { failed } = await this.test(text, limitMs);
    if (failed) return failed;
    // Once more in a new process: vitest sometimes runs no test right after a run that a failure cut short.
    this.endProcess();
    return (await this.test(text, limitMs)).failed ?? survived;
  }
}

const [survived, skipped] = ["SURVIVED", "does not compile"];

async function mutate(): Promise<undefined> {
  const { most, seed, ...request } = readRequest();
  const { file, tests } = request;
  const text = readFileSync(join(root, file), "utf8");
  const all = makeMutants(text, file.endsWith(".sql"));
  const chosen = sample(all, { most, seed });
  const copy = new Copy(request);
  const limitMs = await copy.assertPasses(text);
  const which =
    chosen.length < all.length ? `${chosen.length} of ${all.length} faults, seed ${seed}` : `${all.length} faults`;
  console.log(`${which}; ${tests.join(" ")}\n\n| Line | Was | Fault | Noticed by |\n|---|---|---|---|`);
  const verdicts: string[] = [];
  for (const mutant of chosen) {
    const verdict = await copy.judge(mutant.text, limitMs);
    verdicts.push(verdict);
    const cells = [`${file}:${mutant.line}`, mutant.was, mutant.now, verdict];
    console.log(`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  }
  copy.endProcess();
  await copy.assertPasses(text);
  const [left = 0, broken = 0] = [survived, skipped].map((one) => verdicts.filter((verdict) => verdict === one).length);
  console.log(`\n${file}: ${chosen.length - left - broken} noticed, ${left} survived, ${broken} do not compile`);
  process.exit(0);
}

/** Runs tests whenever the parent asks. vitest transforms a file once, and a changed one again. */
async function serveTests(project: string): Promise<void> {
  let outcome: Outcome = { passed: 0 };
  const note = (where: string, [error]: readonly { message?: string }[]) => {
    if (error) outcome.failed ??= `${where}: ${error.message?.split("\n", 1)}`;
  };
  const reporter: Reporter = {
    onTestCaseResult: (test) => {
      if (test.result().state === "passed") outcome.passed += 1;
      if (test.result().state === "failed") outcome.failed ??= `${test.module.relativeModuleId} > ${test.fullName}`;
    },
    onTestSuiteResult: (suite) => note(suite.module.relativeModuleId, suite.errors()),
    onTestModuleEnd: (module) => note(module.relativeModuleId, module.errors()),
  };
  const { createVitest } = await import("vitest/node");
  const vitest = await createVitest("test", {
    root: process.cwd(),
    watch: false,
    bail: 1,
    project,
    reporters: [reporter],
  });
  process.on("message", async ({ file, tests }: Request) => {
    vitest.invalidateFile(resolve(file));
    outcome = { passed: 0 };
    const { unhandledErrors } = await vitest.runTestSpecifications(await vitest.globTestSpecifications([...tests]));
    note("an unhandled error", unhandledErrors as { message?: string }[]);
    process.send?.(outcome);
  });
  process.on("disconnect", () => process.exit());
}

const childArgument = "--run-tests";
const [, , argument, project = ""] = process.argv;
if (argument === childArgument) await serveTests(project);
else await runProgram(mutate);
