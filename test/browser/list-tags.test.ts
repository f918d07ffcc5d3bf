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

const tagged = [
  { name: "one", tags: { role: "db", cores: 10, "a=b, c": "odd" } },
  { name: "two", tags: { role: "web", cores: 9 }, state: "failed" },
  { name: "three", tags: { role: "db", note: { deep: [1] } }, public: true },
  { name: "four", state: "unactivated", acl: [carol.uuid] },
].map((image, at) => ({ uuid: makeUuid(at + 1), owner: bob.uuid, version: "1", ...image }));

const looks: Look[] = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
];

const rows = (page: Page) => page.locator("tbody tr[data-row]");
const readNames = (page: Page) => rows(page).locator("th a").allInnerTexts();
const waitForCount = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();
const readHash = (page: Page) => new URL(page.url()).hash;
const readFocused = (page: Page) =>
  page.evaluate(
    () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim(),
  );

async function open(look: Look = {}): Promise<Page> {
  const window = await service.open(look);
  window.expected.push(/status of 500/);
  await bob.signIn(window);
  await waitForCount(window.page, "4 of 4 images");
  return window.page;
}

describe.skipIf(!chromiumPath)(`columns and filters of tags${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({ accounts: [bob.account, carol.account], images: tagged });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("a tag becomes a column that sorts, is in the address, and filters by what is in it", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Columns" }).press("Enter");
    const keys = page.getByRole("group", { name: "Tags as columns" });
    await keys.waitFor();
    const offered = (await keys.getByRole("listitem").allInnerTexts()).map((text) => text.trim());
    expect(offered).toEqual(["role 3", "cores 2", "a=b, c 1", "note 1"]);
    await expect.poll(() => readFocused(page)).toBe("Find a tag");
    await page.keyboard.type("co");
    await keys.getByLabel("cores").press("Space");
    await keys.getByLabel("Find a tag").fill("");
    for (const key of ["note", "a=b, c", "role"]) await keys.getByLabel(key).check();
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    expect(await readFocused(page)).toBe("Columns");
    expect(readHash(page)).toBe("#/images?columns=cores,note,a%3Db%2C%20c,role");
    await page.getByRole("columnheader", { name: "cores" }).getByRole("button").press("Enter");
    expect(await readNames(page)).toEqual(["two", "one", "three", "four"]);
    expect(await rows(page).nth(2).locator("td.tag").allInnerTexts()).toEqual(["", '{"deep":[1]}', "", "db"]);
    await page.reload();
    await waitForCount(page, "4 of 4 images");
    expect(await readNames(page)).toEqual(["two", "one", "three", "four"]);
    await page.getByRole("link", { name: "two", exact: true }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    expect(await readFocused(page)).toBe("Copy id of one");
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("Tab");
    expect(await readFocused(page)).toBe("Show only images with role = db");
    await page.keyboard.press("Enter");
    await waitForCount(page, "2 of 4 images");
    expect(readHash(page)).toContain("?tag=role=db&");
    expect(await readNames(page)).toEqual(["one", "three"]);
    await page.getByRole("button", { name: "No longer filter by role = db" }).press("Enter");
    await waitForCount(page, "4 of 4 images");
    expect(await readFocused(page)).toBe("Search images");
    await page.getByRole("button", { name: "Columns" }).click();
    await keys.getByLabel("cores").uncheck();
    expect(readHash(page)).toBe("#/images?columns=note,a%3Db%2C%20c,role");
  });

  it("a filter takes any key and value, and offers those that occur", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Filter by a tag" }).press("Enter");
    await page.getByLabel("Tag", { exact: true }).fill("role");
    expect(await page.locator("#tag-values option").allInnerTexts()).toEqual(["db (2)", "web (1)"]);
    await page.getByLabel("Value").fill("db");
    await page.keyboard.press("Enter");
    await waitForCount(page, "2 of 4 images");
    expect(await readFocused(page)).toBe("Filter by a tag");
    await page.keyboard.press("Enter");
    await page.getByLabel("Tag", { exact: true }).fill("cores");
    await page.getByLabel("Value").fill("10");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await waitForCount(page, "1 of 4 images");
    await page.goto("/--console/#/images?tag=a%3Db%2C%20c=nothing");
    await page.getByText("No image matches the search and the filters.").waitFor();
    await page.getByRole("button", { name: "Clear the search and the filters" }).click();
    await waitForCount(page, "4 of 4 images");
  });

  it("colour is for states that are not as usual; a row copies its id, and says what is typed and not saved", async () => {
    const page = await open();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const chips = await page.locator("tbody .chip").allInnerTexts();
    expect(chips.toSorted()).toEqual(["failed", "public", "shared with 1", "unactivated"]);
    const copy = page.getByRole("button", { name: "Copy id of two" });
    expect(await copy.count()).toBe(0);
    await page.getByRole("row", { name: "two" }).hover();
    await copy.click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(makeUuid(2));
    await page.getByRole("link", { name: "one", exact: true }).click();
    await page.getByLabel("Description").fill("typed, and not saved");
    await page.goBack();
    await page.getByRole("row", { name: /one edited/ }).waitFor();
    expect(await page.getByText("edited", { exact: true }).count()).toBe(1);
    await page.getByRole("link", { name: "one", exact: true }).click();
    await page.getByRole("button", { name: "Discard" }).click();
  });

  it.each(looks)("has no finding of axe and no scrolling sideways: %o", async (look) => {
    const page = await open(look);
    await page.goto("/--console/#/images?columns=role,cores,note&sort=tag.role&tag=role=db");
    await waitForCount(page, "2 of 4 images");
    for (const name of ["Columns", "Filter by a tag"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator(".tag-tools .panel").waitFor();
      expect(await listFindings(page)).toEqual([]);
      expect(await measureSidewaysScroll(page)).toBe(0);
    }
    await page.goto("/--console/#/images?search=nothing&sort=size");
    await page.getByText("No image matches the search and the filters.").waitFor();
    expect(await listFindings(page)).toEqual([]);
    await page.route(/\/images\?/, (route) =>
      route.fulfill({ status: 500, json: { code: "InternalError", message: "it broke" } }),
    );
    await page.reload();
    await page.getByText("The service failed").waitFor();
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(page)).toBe(0);
  });
});
