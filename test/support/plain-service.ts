import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../scripts/provisioning/database.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { bundleWorker } from "../../scripts/serving/bundle.ts";
import { endProcess, runPlainWorkerd } from "../../scripts/serving/workerd.ts";
import { provision } from "./local-state.ts";

/** What a service starts with beside a provision file. */
type Prepared = {
  sql?: readonly string[];
  v8Flags?: readonly string[];
  /** Another Worker than the service. */
  entry?: string;
  vars?: Readonly<Record<string, string>>;
};

/** The service on workerd itself, without wrangler before it, with a database of its own. */
export class PlainService {
  readonly folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-plain-"));
  port = 0;
  #process: ChildProcess | undefined;
  #run: (() => Promise<ChildProcess>) | undefined;

  /** Provisions a file, runs SQL on the database, and starts. */
  async start(
    file: unknown,
    { sql = [], v8Flags = [], entry = "src/index.ts", vars = {} }: Prepared = {},
  ): Promise<void> {
    const state = join(this.folder, "state");
    await provision(state, file);
    const { db, close } = await openDatabase({ state });
    for (const text of sql) await db.prepare(text).all();
    await close();
    this.port = await findFreePort();
    const bundle = bundleWorker(entry, join(this.folder, "bundle"));
    const served = [{ name: "service", bundle, port: this.port, vars }];
    const options = { folder: join(this.folder, "workerd"), persist: join(state, "v3"), v8Flags };
    this.#run = () => runPlainWorkerd(served, options);
    this.#process = await this.#run();
  }

  /** Kills it, and starts it again on the same port and database. */
  async restart(): Promise<void> {
    const exit = this.#process && once(this.#process, "exit");
    this.#process?.kill("SIGKILL");
    await exit;
    this.#process = await this.#run?.();
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  async stop(): Promise<void> {
    if (this.#process) await endProcess(this.#process);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
