/**
 * Runs tests again and again with vitest, in the folder that it is started in: what a test imports is transformed once,
 * and a file that changed anew. Its parent sends what to run, and gets what failed.
 */
import { resolve } from "node:path";
import { createVitest, type Reporter } from "vitest/node";

/** @param changed the file that was changed since the last run */
export type TestRequest = { changed: string; project: string; tests: readonly string[] };

/** The first test that failed, or the fault that kept a file from running; undefined where all passed. */
export type TestOutcome = { failed?: string; passed: number };

/** Of this run alone: vitest keeps the results of earlier ones. */
let outcome: TestOutcome = { passed: 0 };

const reporter: Reporter = {
  onTestCaseResult: (test) => {
    if (test.result().state === "passed") outcome.passed += 1;
    if (test.result().state === "failed") outcome.failed ??= `${test.module.relativeModuleId} > ${test.fullName}`;
  },
  onTestSuiteResult: (suite) => noteError(suite.module.relativeModuleId, suite.errors()),
  onTestModuleEnd: (module) => noteError(module.relativeModuleId, module.errors()),
};

function noteError(where: string, [error]: readonly { message?: string }[]): void {
  if (error) outcome.failed ??= `${where}: ${error.message?.split("\n")[0]}`;
}

const [, , project = "worker"] = process.argv;
const vitest = await createVitest("test", {
  root: process.cwd(),
  watch: false,
  bail: 1,
  project,
  reporters: [reporter],
});
const changedFiles = new Set<string>();

process.on("message", async ({ changed, tests }: TestRequest) => {
  // Those of earlier runs too: they are as they were again.
  for (const file of changedFiles.add(resolve(changed))) vitest.invalidateFile(file);
  outcome = { passed: 0 };
  const { unhandledErrors } = await vitest.runTestSpecifications(await vitest.globTestSpecifications([...tests]));
  noteError("an unhandled error", unhandledErrors as { message?: string }[]);
  process.send?.(outcome);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
