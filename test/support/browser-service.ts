import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { findFreePort } from "../../scripts/running/address.ts";
import { type Look, startChromium, Window } from "./chromium.ts";
import { loaderAccount } from "./loader.ts";
import { withKinds } from "./provision-files.ts";
import { run, StartedService } from "./started.ts";

/** The service as `npm run serve` runs it, with a state of its own, and a Chromium that looks at its pages. */
export class BrowserService {
  readonly folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-browser-"));
  port = 0;
  #service: StartedService | undefined;
  #browser: Browser | undefined;
  #windows: Window[] = [];

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get output(): string {
    return this.#service?.output ?? "";
  }

  /** Provisions the accounts and images, the loader's among them, and starts both. */
  async start({
    accounts = [],
    images = [],
  }: {
    accounts?: readonly object[];
    images?: readonly object[];
  }): Promise<void> {
    const file = join(this.folder, "provision.json");
    const all = [...accounts, loaderAccount];
    writeFileSync(file, JSON.stringify(withKinds({ accounts: all, images })));
    const provisioned = await run(process.execPath, ["scripts/provision.ts", "--state", this.#state, file]);
    if (provisioned.code !== 0) throw new Error(provisioned.stderr);
    await this.startService();
    this.#browser = await startChromium();
  }

  get #state(): string {
    return join(this.folder, "state");
  }

  /** Starts the service alone, on the port that it had. @param more further options */
  async startService(...more: string[]): Promise<void> {
    this.port ||= await findFreePort();
    this.#service = new StartedService(["--port", String(this.port), "--state", this.#state, ...more], "serve");
    await this.#service.waitUntilReady();
  }

  /** Ends the service alone. */
  async endService(): Promise<void> {
    await this.#service?.end();
  }

  /** Opens a window with storage of its own: another person. */
  async open(look: Look = {}): Promise<Window> {
    if (!this.#browser) throw new Error("start first");
    const window = await Window.open(this.#browser, this.origin, look);
    this.#windows.push(window);
    return window;
  }

  /** Closes every window, and answers what went wrong in them. */
  async closeWindows(): Promise<string[]> {
    const faults = await Promise.all(this.#windows.map((window) => window.close()));
    this.#windows = [];
    return faults.flat();
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#service?.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
