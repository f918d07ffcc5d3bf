import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../scripts/running/address.ts";
import { withKinds } from "./provision-files.ts";
import { run } from "./started.ts";

const root = join(import.meta.dirname, "../..");

/** `wrangler dev` on a wrangler.toml with more in it, with a folder and a database of its own. */
export class WranglerDev {
  readonly folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-dev-"));
  readonly state = join(this.folder, "state");
  port = 0;
  output = "";
  #process: ChildProcess | undefined;

  /** Provisions a file, and starts. @param edit changes wrangler.toml, of which only what is for this machine is left */
  async start(file: unknown, edit = (settings: string): string => settings): Promise<void> {
    writeFileSync(join(this.folder, "provision.json"), JSON.stringify(withKinds(file)));
    const provision = ["scripts/provision.ts", "--state", this.state, join(this.folder, "provision.json")];
    const { code, stderr } = await run(process.execPath, provision);
    if (code !== 0) throw new Error(stderr);
    const settings = readFileSync(join(root, "wrangler.toml"), "utf8")
      .replace('main = "src/index.ts"', `main = ${JSON.stringify(join(root, "src/index.ts"))}`)
      // The checkout's own pages: paths in the file are relative to its folder, not to the one where wrangler runs.
      .replace('directory = "public"', `directory = ${JSON.stringify(join(root, "public"))}`)
      .replace(/^# What is deployed[\s\S]*/m, "");
    writeFileSync(join(this.folder, "wrangler.toml"), edit(settings));
    this.port = await findFreePort();
    const where = ["--ip", "127.0.0.1", "--port", String(this.port), "--persist-to", this.state];
    const config = ["--config", join(this.folder, "wrangler.toml"), "--show-interactive-dev-session=false"];
    const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
    this.#process = spawn(process.execPath, [cli, "dev", ...where, ...config], {
      cwd: root,
      env: { ...process.env, WRANGLER_LOG: "log", NO_COLOR: "1" },
      detached: true,
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    await this.#waitUntilReady();
  }

  async #waitUntilReady(): Promise<void> {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/--ping`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      if (!this.isAlive) throw new Error(`wrangler dev does not start:\n${this.output}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  get isAlive(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** Ends it and all that it started, and removes the folder. */
  async stop(): Promise<void> {
    const { pid } = this.#process ?? {};
    if (this.#process && pid !== undefined && this.isAlive) {
      const exit = once(this.#process, "exit");
      // The process group that it leads: workerd is in it.
      process.kill(-pid, "SIGTERM");
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
