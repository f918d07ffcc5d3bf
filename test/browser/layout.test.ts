import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listBrokenWords, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const service = new BrowserService();
const [shown, gone] = [makeUuid(1), makeUuid(2)];
const long = "w".repeat(200);
const images = [shown, gone].map((uuid) => ({ uuid, owner: bob.uuid, name: "postgres", version: "1.0.0" }));
const update = (body: object) => bob.send(service.port, `/my/images/${shown}?action=update`, { method: "POST", body });

/** Edits what somebody else edits meanwhile. */
async function meetConflict(page: Page): Promise<void> {
  await page.getByLabel("Description").fill("The description that was typed meanwhile, in several words");
  await page.getByLabel("Homepage").fill(`https://example.com/${long}`);
  const [description, homepage] = [crypto.randomUUID(), `https://example.com/${crypto.randomUUID()}`];
  await update({ description, homepage });
  // The page may know already, from the feed: then the button waits for a choice.
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.locator(".conflicts").waitFor();
}

/** Each view: its address, and what there is to do in it. */
const views: Readonly<Record<string, readonly [string, ((page: Page) => Promise<void>)?]>> = {
  images: ["images"],
  history: [`images/${shown}/history`],
  comparison: [`images/${shown}/history?compare=1,3`],
  "history of a deleted image": [`images/${gone}/history`],
  keys: ["keys"],
  conflict: [`images/${shown}`, meetConflict],
};

describe.skipIf(!chromiumPath)(`every view${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({ accounts: [bob.account], images });
    await update({ description: `Two words and ${long}`, tags: { role: "database", [`key-${long}`]: [long] } });
    await update({ tags: { role: "web" }, acl: [makeUuid(90)], eula: `https://example.com/${long}` });
    await bob.send(service.port, `/my/images/${gone}`, { method: "DELETE" });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  // 640 px is what a window of 1280 px has at 200 %.
  it.each([1280, 640, 390])("at %i px breaks no word of ours, and scrolls nothing sideways", async (width) => {
    const window = await service.open({ width });
    window.expected.push(/status of (404|412)/);
    await bob.signIn(window);
    const { page } = window;
    for (const [name, [address, act]] of Object.entries(views)) {
      await page.goto(`/--console/#/${address}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator("[role=status]", { hasText: "Loading" }).waitFor({ state: "detached" });
      await act?.(page);
      for (const details of await page.locator("details:not([open]) > summary").all()) await details.click();
      expect([name, await listBrokenWords(page), await measureSidewaysScroll(page)]).toEqual([name, [], 0]);
    }
  });
});
