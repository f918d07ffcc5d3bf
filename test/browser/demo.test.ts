import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { chromiumPath, outerHost, startChromium, Window, withoutChromium } from "../support/chromium.ts";
import { StartedService } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-demo-"));
let service: StartedService;
let browser: Browser;
let origin = "";

describe.skipIf(!chromiumPath)(`the console of npm start${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    const port = await findFreePort();
    origin = `http://127.0.0.1:${port}`;
    const places = ["--state", join(folder, "state"), "--home", join(folder, "home")];
    service = new StartedService(["--port", String(port), ...places]);
    await service.waitUntilReady();
    browser = await startChromium({ outerPort: port });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is opened by the printed address, and signs in as demo with one click, never without", async () => {
    const [address = ""] = /http:\S+--console\S+/.exec(service.output) ?? [];
    const window = await Window.open(browser, origin);
    const { page } = window;
    await page.goto(address);
    await page.getByRole("heading", { name: "The demo of this machine" }).waitFor();
    expect(await page.getByRole("heading", { name: "Images", exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Sign in as demo" }).click();
    await page.getByRole("link", { name: "my-image" }).click();
    await page.getByLabel("Name").fill("renamed-by-console");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved: name.").waitFor();
    // The key is in no address that the browser remembers.
    for (let back = 0; back < 3; back += 1) {
      expect(page.url()).not.toContain("demo/");
      await page.goBack().catch(() => undefined);
    }
    expect(await window.close()).toEqual([]);
  });

  it("offers no key of its own: a visit without the printed address has nothing to click", async () => {
    const window = await Window.open(browser, origin);
    await window.page.goto(`${origin}/--console/`);
    await window.page.getByRole("heading", { name: "With your key file" }).waitFor();
    expect(await window.page.getByText(/demo/i).count()).toBe(0);
    expect(await window.close()).toEqual([]);
  });

  it("takes the printed address on a loopback host alone", async () => {
    const { hash, port } = new URL(/http:\S+--console\S+/.exec(service.output)?.[0] ?? "");
    const outer = `http://${outerHost}:${port}`;
    const window = await Window.open(browser, outer);
    const { page } = window;
    const sent: string[] = [];
    page.on("request", (request) => sent.push(new URL(request.url()).pathname));
    await page.goto(`${outer}/--console/${hash}`);
    await page.getByText("A demo key is for the service of your own machine alone.").waitFor();
    expect(await page.evaluate(() => isSecureContext)).toBe(true);
    expect(await page.getByRole("button", { name: "Sign in as demo" }).count()).toBe(0);
    expect(sent.filter((path) => !path.startsWith("/--console/"))).toEqual([]);
    expect(await window.close()).toEqual([]);
  });

  it("says what is wrong with an address that was not copied whole", async () => {
    const window = await Window.open(browser, origin);
    await window.page.goto(`${origin}/--console/#/demo/abc`);
    await window.page.getByRole("button", { name: "Sign in as demo" }).click();
    await window.page
      .getByText("This address has no complete demo key. Copy it whole from the terminal of npm start.")
      .waitFor();
    expect(await window.close()).toEqual([]);
  });
});
