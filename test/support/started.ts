import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** What a program printed, and how it ended. */
export type Ended = { code: number; stdout: string; stderr: string };

/** Where a program runs. By default in the project's folder, with the environment of the tests. */
type Place = { cwd?: string; env?: Readonly<Record<string, string>> };

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], { cwd = root, env }: Place = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: 170_000, maxBuffer: 50_000_000, ...(env && { env }) };
    const child = execFile(file, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(child.exitCode ?? 1) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Finds a port of 127.0.0.1 that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** The commands that run the service, by the name of their program. */
export type Command = "start" | "serve";

/** `npm start` or `npm run serve` without npm: its program, and what it has printed. */
export class StartedService {
  readonly process: ChildProcess;
  output = "";

  constructor(args: readonly string[], command: Command = "start") {
    this.process = spawn(process.execPath, [join(root, `scripts/${command}.ts`), ...args], { cwd: root });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Waits until the service says that it answers. */
  async waitUntilReady(): Promise<void> {
    for (const deadline = Date.now() + 120_000; !this.output.includes("cloudapi-edge answers on"); ) {
      if (this.process.exitCode !== null || Date.now() > deadline)
        throw new Error(`the service does not start:\n${this.output}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Waits until the program has ended by itself. @returns the exit code; null after a signal that it does not catch */
  async waitUntilEnded(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
    // What it printed last may still be on its way.
    await new Promise((done) => setTimeout(done, 50));
    return this.process.exitCode;
  }

  /** Ends the service by a signal. @returns the exit code */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.process.exitCode === null) {
      const exit = once(this.process, "exit");
      this.process.kill(signal);
      await exit;
    }
    return this.process.exitCode;
  }
}
