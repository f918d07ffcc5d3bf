import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, startChromium, Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";
import { WranglerDev } from "../support/wrangler-dev.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const op = new Person("dddddddd-0000-4000-8000-000000000001", "op", { isOperator: true });
const accounts = [bob.account, op.account];
const [throttled, readOnly, stopped] = [makeUuid(1), makeUuid(2), makeUuid(3)];
const images = [throttled, readOnly, stopped].map((uuid) => ({ uuid, owner: bob.uuid, name: "n", version: "1" }));

/** Opens the image, and types a description. */
async function edit({ page }: Window, id: string, origin = ""): Promise<void> {
  await page.goto(`${origin}/--console/#/images/${id}`);
  await page.getByLabel("Description").fill("typed");
}

const save = ({ page }: Window) => page.locator("form button.primary").click();

/** Who did what to the image, as the operator reads it, whom bob's limit does not bind. */
async function readActions(port: number, id: string): Promise<unknown[]> {
  const { json } = await op.send(port, `/bob/images/${id}/audit`);
  return Array.isArray(json) ? json.map(({ action }) => action) : [json];
}

const suffix = chromiumPath ? "" : ` (${withoutChromium})`;

describe.skipIf(!chromiumPath)(`the console where the service does nothing${suffix}`, () => {
  const service = new BrowserService();
  beforeAll(() => service.start({ accounts, images }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("says that the service is read-only and for how long, keeps what was typed, and saves it once afterwards", async () => {
    await service.endService();
    await service.startService("--var", "READ_ONLY=true");
    const window = await service.open();
    window.expected.push(/status of 503/);
    const { page } = window;
    await bob.signIn(window);
    await edit(window, readOnly);
    await save(window);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect((await alert.innerText()).split(/\n+/)).toEqual([
      "The service cannot do this at the moment",
      "The service is read-only for maintenance; nothing was changed.",
      "The database is busy or read-only. Try again in 60 seconds; a change is made once, however often it is sent.",
    ]);
    expect(await listFindings(page)).toEqual([]);
    expect(await page.getByLabel("Description").inputValue()).toBe("typed");
    expect(await readActions(service.port, readOnly)).toEqual(["provision"]);
    await service.endService();
    await service.startService();
    await save(window);
    await page.getByText("Saved: description.").waitFor();
    expect(await readActions(service.port, readOnly)).toEqual(["update", "provision"]);
  });

  it("says that a stopped service cannot be reached, keeps what was typed, and saves it once afterwards", async () => {
    const window = await service.open();
    window.expected.push(/ERR_CONNECTION_REFUSED/);
    const { page } = window;
    await bob.signIn(window);
    await edit(window, stopped);
    await service.endService();
    await save(window);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect((await alert.innerText()).split(/\n+/)).toEqual([
      "The service cannot be reached",
      expect.any(String),
      "Check the network. A change that was sent is kept here, and is made once when you send it again.",
    ]);
    expect(await page.getByLabel("Description").inputValue()).toBe("typed");
    await service.startService();
    await save(window);
    await page.getByText("Saved: description.").waitFor();
    expect(await readActions(service.port, stopped)).toEqual(["update", "provision"]);
    await page.getByText("No answer says whether a change of yours was made").waitFor({ state: "detached" });
  });
});

/** A limiter that counts by the clock's minutes: an answer of 429 asks to wait longer than the console waits by itself. */
const limiter = `[[ratelimits]]
name = "ACCOUNT_LIMITER"
namespace_id = "1001"
simple = { limit = 60, period = 60 }
`;

/** The platform's own window is the point: `LONG=1 npm run test:browser`. */
describe.skipIf(!chromiumPath || !process.env["LONG"])(`the console over a rate limit${suffix}`, () => {
  const service = new WranglerDev();
  let browser: Browser;
  beforeAll(async () => {
    await service.start(
      { accounts, images },
      (settings) =>
        settings.replace(/^\[vars\]$/m, '[vars]\nRATE_LIMIT_REQUESTS = "60"\nRATE_LIMIT_SECONDS = "60"') + limiter,
    );
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await service.stop();
  });

  it("says that there were too many requests and when to try again, and changes nothing", async () => {
    const origin = `http://127.0.0.1:${service.port}`;
    const window = await Window.open(browser, origin);
    window.expected.push(/status of 429/);
    const { page } = window;
    await bob.signIn(window);
    await edit(window, throttled);
    // So that the minute does not turn between the last request that passes and the one that does not.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 15_000) await new Promise((done) => setTimeout(done, left + 500));
    const statuses: number[] = [];
    while (statuses.length < 100 && statuses.at(-1) !== 429)
      statuses.push((await bob.send(service.port, "/my")).status);
    expect(statuses.at(-1)).toBe(429);
    await save(window);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const [title, text, advice] = (await alert.innerText()).split(/\n+/);
    expect(title).toBe("Too many requests at once");
    expect(text).toMatch(/^This account sent more than 60 requests in 60 seconds; try again after \d+ seconds\.$/);
    expect(advice).toMatch(/^Nothing was done\. Try again in \d+ seconds?\.$/);
    expect(await page.getByLabel("Description").inputValue()).toBe("typed");
    expect(await page.getByText("No answer says whether a change of yours was made").count()).toBe(0);
    expect(await readActions(service.port, throttled)).toEqual(["provision"]);
    page.once("dialog", (dialog) => dialog.accept());
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByText("Too many requests at once").waitFor();
    expect(await window.close()).toEqual([]);
  });
});
