import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { loader, loaderAccount, loaderKeyText, sendTo } from "./loader.ts";
import { type Ended, run } from "./started.ts";
import { makeUuid } from "./uuids.ts";

const root = join(import.meta.dirname, "../..");

/** The provision file of the loader with so many images. */
export const makeImages = (count: number) => ({
  accounts: [loaderAccount],
  images: Array.from({ length: count }, (_, at) => ({
    uuid: makeUuid(at),
    owner: loader.uuid,
    name: "n",
    version: "1",
    published_at: new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString(),
  })),
});

/** `npm run follow` without npm, by the loader, in a folder of its own. Bundled, it starts in a fifth of the time. */
export class Following {
  readonly folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-follow-"));
  readonly keyFile = join(this.folder, "key");
  readonly #program = join(this.folder, "follow.mjs");
  readonly #started = new Set<ChildProcess>();

  constructor() {
    writeFileSync(this.keyFile, loaderKeyText);
    const options = { bundle: true, platform: "node", format: "esm" } as const;
    buildSync({ entryPoints: [join(root, "scripts/follow.ts")], outfile: this.#program, ...options });
  }

  path = (name: string): string => join(this.folder, name);

  #listArguments(port: number, more: readonly string[]): string[] {
    const source = ["--url", `http://127.0.0.1:${port}`, "--account", loader.login, "--key", this.keyFile];
    return [this.#program, ...source, "--interval", "0.1", ...more];
  }

  /** Runs it to its end. */
  run(port: number, ...more: string[]): Promise<Ended> {
    return run(process.execPath, this.#listArguments(port, more), { cwd: this.folder, env: this.#env });
  }

  /** Starts it. `output` is what it has printed. */
  start(port: number, ...more: string[]): { process: ChildProcess; output: { text: string } } {
    const child = spawn(process.execPath, this.#listArguments(port, more), { cwd: this.folder, env: this.#env });
    const output = { text: "" };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output.text += chunk.toString();
      });
    }
    this.#started.add(child);
    child.once("exit", () => this.#started.delete(child));
    return { process: child, output };
  }

  /** The commands that it runs are in this folder. */
  get #env(): Record<string, string> {
    return { PATH: process.env["PATH"] ?? "", INIT_CWD: this.folder };
  }

  stop(): void {
    for (const child of this.#started) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ends a program by a signal. @returns its exit code */
export async function endBy(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
  return child.exitCode;
}

/** Looks again until it is so. */
export async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The entries of the loader's feed, page by page. */
export async function readFeed(port: number): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let query = ""; ; query = `?after=${all.at(-1)?.["cursor"]}`) {
    // As the follower asks: types are those of release 9.
    const { json } = await sendTo(port, `/my/changes${query}`, { headers: { "Accept-Version": "~9" } });
    const page = json as Record<string, unknown>[];
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** The lines of JSON in a text. @throws {Error} one of them is none */
export const parseLines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
