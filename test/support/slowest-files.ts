import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** Prints the ten files that took longest, after all others are done. */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules
      .map((module) => ({ name: relative("", module.moduleId), project: module.project.name, ms: measure(module) }))
      .sort((one, other) => other.ms - one.ms)
      .slice(0, 10);
    const lines = rows.map(({ name, project, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${project}  ${name}`);
    console.log(["The slowest files:", ...lines, ""].join("\n"));
  }
}

function measure(module: TestModule): number {
  const { duration, collectDuration, setupDuration } = module.diagnostic();
  return duration + collectDuration + setupDuration;
}
