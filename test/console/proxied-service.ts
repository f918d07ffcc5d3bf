import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { run, StartedService } from "../support/started.ts";
import { LosingProxy } from "./losing-proxy.ts";

/** The service as `npm run serve` runs it, with a state of its own, and a bad network before it. */
export class ProxiedService {
  proxy = new LosingProxy(0);
  /** The service itself, without the network. */
  origin = "";
  readonly #folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-console-"));
  #service: StartedService | undefined;

  /** @param provisioned accounts and images, as `npm run provision` takes them @param more arguments of the service */
  async start(provisioned: { accounts: object[]; images: object[] }, ...more: string[]): Promise<void> {
    const [file, state] = [join(this.#folder, "provision.json"), join(this.#folder, "state")];
    writeFileSync(file, JSON.stringify(provisioned));
    expect((await run(process.execPath, ["scripts/provision.ts", "--state", state, file])).stderr).toBe("");
    const port = await findFreePort();
    this.origin = `http://127.0.0.1:${port}`;
    this.#service = new StartedService(["--port", String(port), "--state", state, ...more], "serve");
    await this.#service.waitUntilReady();
    this.proxy = new LosingProxy(port);
    await this.proxy.start();
  }

  async stop(): Promise<void> {
    this.proxy.stop();
    await this.#service?.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
