import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Look, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const service = new BrowserService();

const own = ["a", "b", "c", "d", "e"].map((name, at) => ({
  uuid: makeUuid(at + 1),
  owner: bob.uuid,
  name,
  version: "1",
  published_at: new Date(Date.UTC(2020, 0, 10 - at)).toISOString(),
}));
const shared = [{ uuid: makeUuid(50), owner: carol.uuid, name: "hers", version: "1", acl: [bob.uuid] }];

const looks: Look[] = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
];

const waitForText = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();
const readFocused = (page: Page) =>
  page.evaluate(
    () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim(),
  );
const listSelected = async (page: Page) => (await page.locator("tr.selected th a").allInnerTexts()).join("");
const readOutcomes = async (page: Page) =>
  (await page.getByRole("dialog").getByRole("row").allInnerTexts()).slice(1).map((text) => text.replace(/\s+/g, " "));
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).press("Enter");

async function open(look: Look = {}): Promise<Page> {
  const window = await service.open(look);
  // The browser's own lines for a 412 and a lost answer.
  window.expected.push(/status of 412/, /ERR_FAILED/);
  await bob.signIn(window);
  await waitForText(window.page, "5 of 5 images");
  return window.page;
}

describe.skipIf(!chromiumPath)(`several images at once${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({ accounts: [bob.account, carol.account], images: [...own, ...shared] });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("are selected by keys and by the mouse, in ranges and all that match", async () => {
    const page = await open();
    await page.getByRole("link", { name: "a", exact: true }).focus();
    await page.keyboard.press("Space");
    await waitForText(page, "1 selected");
    expect(await readFocused(page)).toBe("a");
    for (const key of ["ArrowDown", "ArrowDown", "Shift+Space"]) await page.keyboard.press(key);
    await waitForText(page, "3 selected");
    expect([await listSelected(page), await readFocused(page)]).toEqual(["abc", "c"]);
    await page.keyboard.press("Escape");
    await page.getByText("3 selected").waitFor({ state: "detached" });
    await page.getByLabel("Select b 1").click();
    await page.getByLabel("Select e 1").click({ modifiers: ["Shift"] });
    expect(await listSelected(page)).toBe("bcde");
    await page.getByLabel("Select c 1").click();
    expect(await listSelected(page)).toBe("bde");
    await page.getByLabel("Search images").fill("a");
    await waitForText(page, "3 selected, 3 of them not shown");
    await page.getByLabel("Select all 1 that match").click();
    await waitForText(page, "4 selected, 3 of them not shown");
    await page.getByRole("link", { name: "a", exact: true }).press("Enter");
    await page.getByRole("heading", { name: "a 1" }).waitFor();
    await page.goBack();
    await waitForText(page, "4 selected, 3 of them not shown");
    await press(page, "Clear");
    expect(await readFocused(page)).toBe("a");
    // No row is drawn to go back to.
    await page.getByLabel("Select a 1").click();
    await page.getByLabel("Search images").fill("nothing");
    await waitForText(page, "1 selected, 1 of them not shown");
    await press(page, "Clear");
    await expect.poll(() => readFocused(page)).toBe("Images");
    await page.getByLabel("Search images").fill("");
    await page.getByRole("button", { name: "Shared with me" }).click();
    await page.getByRole("link", { name: "hers" }).waitFor();
    expect(await page.getByRole("checkbox").count()).toBe(0);
  });

  it("are rehearsed, then changed one by one; what failed is tried again alone", async () => {
    const page = await open();
    await page.getByLabel("Select all 5 that match").press("Space");
    await page.getByLabel("Select e 1").click();
    await press(page, "Change tags or sharing…");
    const dialog = page.getByRole("dialog", { name: "Change 4 images" });
    await dialog.getByLabel("Tag", { exact: true }).fill("role");
    await dialog.getByLabel("Value", { exact: true }).fill("db");
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Do it for 4 images" }).waitFor();
    expect(await readFocused(page)).toBe("What would change");
    const planned = "would change tags: role: (none) → db";
    expect(await readOutcomes(page)).toEqual(["a 1", "b 1", "c 1", "d 1"].map((name) => `${name} ${planned}`));
    const change = { method: "POST", body: { version: "2" } };
    expect((await bob.send(service.port, `/my/images/${makeUuid(1)}?action=update`, change)).status).toBe(200);
    // The writes of b are made, and no answer comes.
    await page.route(`**/images/${makeUuid(2)}/tags`, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await press(page, "Do it for 4 images");
    await dialog.getByRole("button", { name: "Stop" }).focus();
    await dialog.getByText("2 changed, 1 refused, 1 without an answer").waitFor();
    await expect.poll(() => readFocused(page)).toBe("What became of it");
    expect(await readOutcomes(page)).toEqual([
      expect.stringMatching(/^a 1 /),
      "b 1 no answer came: it may have been changed. Tried again, it is changed once.",
      "c 1 changed tags",
      "d 1 changed tags",
    ]);
    await page.unroute(`**/images/${makeUuid(2)}/tags`);
    await press(page, "Try 2 again");
    await dialog.getByText("3 changed, 1 would change").waitFor();
    await press(page, "Do it for 1 image");
    await dialog.getByText("4 changed").waitFor();
    const audit = await bob.send(service.port, `/my/images/${makeUuid(2)}/audit`);
    expect(JSON.parse(audit.text).map(({ action }: { action: string }) => action)).toEqual(["add-tags", "provision"]);
    await press(page, "Close");
    await page.getByText("4 images changed.").waitFor();
    await expect.poll(() => readFocused(page)).toBe("Change tags or sharing…");
    await page.goto("/--console/#/images?columns=role");
    await page.getByRole("button", { name: "Show only images with role = db" }).nth(3).waitFor();
  });

  it("a dialog that is left says what was done; mistakes are told at the field", async () => {
    const page = await open();
    await page.getByLabel("Select e 1").click();
    await press(page, "Change tags or sharing…");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What to do").selectOption("Share with accounts");
    await dialog.getByLabel("Accounts").fill("nobody");
    await page.keyboard.press("Enter");
    await dialog.getByText('"nobody" is no account UUID.').waitFor();
    await dialog.getByLabel("Accounts").fill(carol.uuid);
    await page.keyboard.press("Enter");
    await dialog.getByText("would change acl: shared with 1 more account").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nothing was changed.").waitFor();
    await expect.poll(() => readFocused(page)).toBe("Change tags or sharing…");
    await page.keyboard.press("Escape");
    await page.getByText("1 selected").waitFor({ state: "detached" });
    expect(await readFocused(page)).toBe("e");
  });

  it("once the view is left, no further image is changed, and the page says how many were", async () => {
    const page = await open();
    await page.getByLabel("Select all 5 that match").click();
    await press(page, "Change tags or sharing…");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Tag", { exact: true }).fill("left");
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Do it for 5 images" }).waitFor();
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route(/\/tags$/, async (route) => {
      asked.resolve();
      await answered.promise;
      await route.continue();
    });
    await press(page, "Do it for 5 images");
    await asked.promise;
    await page.evaluate(() => {
      location.hash = "#/keys";
    });
    await page.getByRole("heading", { name: "Keys" }).waitFor();
    answered.resolve();
    // Those that were sent: four at a time.
    await page.getByText("4 images changed, 1 not tried.").waitFor();
  });

  it.each(looks)("have no finding of axe and no scrolling sideways: %o", async (look) => {
    const page = await open(look);
    await page.getByLabel("Select all 5 that match").click();
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(page)).toBe(0);
    await press(page, "Change tags or sharing…");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Tag", { exact: true }).fill("look");
    expect(await listFindings(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Do it for 5 images" }).waitFor();
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(page)).toBe(0);
  });
});
