import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** What a program printed, and how it ended. */
export type Ended = { code: number; stdout: string; stderr: string };

/** Where a program runs. By default in the project's folder, with the environment of the tests. */
type Place = { cwd?: string; env?: Readonly<Record<string, string>> };

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], { cwd = root, env }: Place = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, maxBuffer: 50_000_000, ...(env && { env }) };
    const child = execFile(file, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(child.exitCode ?? 1) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** The commands that run the service, by the name of their program. */
export type Command = "start" | "serve";

/** `npm start` or `npm run serve` without npm: its program, and what it has printed. */
export class StartedService {
  static readonly #running = new Set<StartedService>();
  readonly process: ChildProcess;
  output = "";

  /** Ends every service of this test file that still runs. */
  static async endAll(): Promise<void> {
    await Promise.all([...StartedService.#running].map((service) => service.end()));
  }

  /** @param cwd another checkout */
  constructor(args: readonly string[], command: Command = "start", cwd = root) {
    this.process = spawn(process.execPath, [join(cwd, `scripts/${command}.ts`), ...args], { cwd });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    StartedService.#running.add(this);
    this.process.once("exit", () => StartedService.#running.delete(this));
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Waits until the service says that it answers, however long that takes. @throws {Error} it ended before */
  async waitUntilReady(): Promise<void> {
    while (!this.output.includes("cloudapi-edge answers on")) {
      if (!this.isRunning) throw new Error(`the service does not start:\n${this.output}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** Waits until the program has ended. What it started may still run, and hold its output. */
  async waitUntilExited(): Promise<void> {
    if (this.isRunning) await once(this.process, "exit");
  }

  /** Waits until the program and all that writes to its output have ended. @returns the exit code; null after a signal */
  async waitUntilEnded(): Promise<number | null> {
    // "close" comes after the last of its output.
    if (!this.process.stdout?.closed || !this.process.stderr?.closed) await once(this.process, "close");
    return this.process.exitCode;
  }

  /** Ends the service by a signal. @returns the exit code */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.isRunning) {
      const exit = once(this.process, "exit");
      this.process.kill(signal);
      await exit;
    }
    return this.process.exitCode;
  }
}
