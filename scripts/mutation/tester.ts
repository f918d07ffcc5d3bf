import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestOutcome, TestRequest } from "./run-tests.ts";

/** What came of one run of the tests; `isOver` where it took longer than the limit. */
export type Run = TestOutcome & { isOver: boolean };

/** Runs tests in a copy of the project, in a process of its own: an endless loop ends with it. */
export class Tester {
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async run(request: TestRequest, limitMs: number): Promise<Run> {
    this.#child ??= await this.#start(request.project);
    const child = this.#child;
    child.send(request);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), limitMs);
    try {
      const [outcome] = await once(child, "message", { signal: limit.signal });
      return { ...(outcome as TestOutcome), isOver: false };
    } catch {
      this.end();
      return { passed: 0, isOver: true };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process and those that it started: the next run starts a new one, which reads the migrations anew. */
  end(): void {
    const pid = this.#child?.pid;
    this.#child = undefined;
    try {
      if (pid) process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      // ESRCH: it has ended.
    }
  }

  async #start(project: string): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, "run-tests.ts"), [project], {
      cwd: this.#folder,
      env: { ...process.env, PWD: this.#folder },
      // A group of its own, to end workerd with it.
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    await once(child, "message");
    return child;
  }
}
