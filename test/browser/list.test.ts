import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const nobody = new Person("eeeeeeee-0000-4000-8000-000000000001", "newcomer");
const service = new BrowserService();

const own = Array.from({ length: 120 }, (_, at) => ({
  uuid: makeUuid(at + 1),
  owner: bob.uuid,
  name: `image-${String(at).padStart(3, "0")}`,
  version: `1.${at}.0`,
  published_at: new Date(Date.UTC(2020, 0, 1) + at * 3_600_000).toISOString(),
  ...(at % 40 === 0 && { state: "disabled" }),
}));
const shared = [{ uuid: makeUuid(501), owner: carol.uuid, name: "from-carol", version: "1", acl: [bob.uuid] }];

const rows = (page: Page) => page.locator("tbody tr[data-row]");
const waitForCount = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();
const readHash = (page: Page) => new URL(page.url()).hash;
const readFocused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());
const countEntries = (page: Page) => page.evaluate(() => history.length);

/** The lists that a page asks for from now on. */
function watchLists(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (/^\/[^/]+\/images$/.test(pathname)) asked.push(search);
  });
  return asked;
}

async function signIn(person: Person): Promise<Window> {
  const window = await service.open();
  await person.signIn(window);
  return window;
}

const lists = /\/images\?/;

describe.skipIf(!chromiumPath)(`a list of images${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    const accounts = [bob.account, carol.account, nobody.account];
    await service.start({ accounts, images: [...own, ...shared] });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("is in the address: an entry of the history for a search, a filter, an order and a scope each", async () => {
    const { page, context } = await signIn(bob);
    await waitForCount(page, "120 of 120 images");
    const before = await countEntries(page);
    await page.keyboard.press("/");
    await page.keyboard.type("image-0");
    await waitForCount(page, "100 of 120 images");
    expect(readHash(page)).toBe("#/images?search=image-0");
    expect(await countEntries(page)).toBe(before + 1);
    await page.getByLabel("State").selectOption("disabled");
    await waitForCount(page, "3 of 120 images");
    await page.getByRole("button", { name: "Version" }).press("Enter");
    await page.getByRole("button", { name: "Version" }).press("Enter");
    expect(readHash(page)).toBe("#/images?search=image-0&state=disabled&sort=version&order=desc");
    expect(await readFocused(page)).toBe("Version ↓");
    await page.getByRole("button", { name: "Shared with me" }).press("Enter");
    await waitForCount(page, "0 of 1 images");
    expect(await countEntries(page)).toBe(before + 5);

    await page.goBack();
    await waitForCount(page, "3 of 120 images");
    const names = ["image-080", "image-040", "image-000"];
    expect(await rows(page).locator("th a").allInnerTexts()).toEqual(names);
    const other = await context.newPage();
    await other.goto(page.url());
    for (const each of [page, other]) {
      await each.reload();
      await waitForCount(each, "3 of 120 images");
      expect(await rows(each).locator("th a").allInnerTexts()).toEqual(names);
      expect(await each.getByLabel("Search images").inputValue()).toBe("image-0");
    }
    for (const hash of ["?search=image-0&state=disabled&sort=version", "?search=image-0&state=disabled"]) {
      await page.goBack();
      expect(readHash(page)).toBe(`#/images${hash}`);
    }
    await page.goBack();
    await waitForCount(page, "100 of 120 images");
    await page.goBack();
    await waitForCount(page, "120 of 120 images");
    expect(await page.getByLabel("Search images").inputValue()).toBe("");
  });

  it("says what of an address no list has", async () => {
    const { page } = await signIn(bob);
    await page.goto("/--console/#/images?sort=size&state=disabled&state=failed");
    await waitForCount(page, "3 of 120 images");
    await page.getByText("no list has: sort=size, state=failed. It was left out.").waitFor();
    expect(await page.getByLabel("State").inputValue()).toBe("disabled");
  });

  it("is found again at the row that was opened, from a link too, and is asked for no second time", async () => {
    const { page } = await signIn(bob);
    await page.goto("/--console/#/images?search=image");
    await waitForCount(page, "120 of 120 images");
    await page.getByRole("link", { name: "image-119" }).focus();
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("PageDown");
    const opened = (await readFocused(page)) ?? "";
    const scrollTop = () => page.locator(".scrolled").evaluate((box) => box.scrollTop);
    const top = await scrollTop();
    expect(top).toBeGreaterThan(500);
    const asked = watchLists(page);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: opened }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: opened }).waitFor();
    expect([await readFocused(page), await scrollTop()]).toEqual([opened, top]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: opened }).waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Images" }).press("Enter");
    await page.getByRole("link", { name: opened }).waitFor();
    expect([await readFocused(page), await scrollTop()]).toEqual([opened, top]);
    expect(readHash(page)).toBe("#/images?search=image");
    expect(asked).toEqual([]);
  });

  it("follows what another key changes, without being asked for again", async () => {
    const { page } = await signIn(bob);
    await waitForCount(page, "120 of 120 images");
    const asked = watchLists(page);
    const sent = { method: "POST", body: { name: "image-119", version: "9.9.9" } };
    expect((await bob.send(service.port, `/my/images/${makeUuid(120)}?action=update`, sent)).status).toBe(200);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.getByRole("row", { name: "9.9.9" }).waitFor();
    expect(asked).toEqual([]);
  });

  it("of others is read again once a minute while it is open, and says when it was read", async () => {
    const { page } = await service.open();
    await page.clock.install();
    await bob.signIn({ page } as Window);
    await waitForCount(page, "120 of 120 images");
    const asked = watchLists(page);
    await page.clock.fastForward(61_000);
    expect(asked).toEqual([]);
    await page.getByRole("button", { name: "Shared with me" }).click();
    await page.getByText(/^Read at \d/).waitFor();
    const readings = () => asked.filter((search) => !search.includes("docker")).length;
    await expect.poll(readings).toBe(1);
    await page.getByRole("button", { name: "Read again" }).waitFor();
    const change = { method: "POST", body: { version: "2" } };
    expect((await carol.send(service.port, `/my/images/${makeUuid(501)}?action=update`, change)).status).toBe(200);
    await page.clock.fastForward(61_000);
    await page.getByRole("row", { name: /from-carol 2/ }).waitFor();
    expect(readings()).toBe(2);
    await page.getByRole("button", { name: "Read again" }).click();
    await expect.poll(readings).toBe(3);
  });

  it("says that it loads, that it failed, that nothing answers, that one is offline, and that nothing is there, each in its words", async () => {
    const window = await service.open();
    window.expected.push(/status of 500/, /ERR_FAILED/);
    const { page } = window;
    const held = Promise.withResolvers<void>();
    await page.route(lists, async (route) => {
      await held.promise;
      await route.fulfill({ status: 500, json: { code: "InternalError", message: "it broke" } });
    });
    await nobody.signIn(window);
    await waitForCount(page, "Loading the list…");
    expect(await page.getByRole("group", { name: "Whose images" }).innerText()).not.toMatch(/\d/);
    held.resolve();
    await page.getByText("The service failed").waitFor();
    expect(await page.locator("#main").innerText()).not.toMatch(/0 of 0|own no images/);
    await page.unroute(lists);
    await page.route(lists, (route) => route.abort());
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The service cannot be reached").waitFor();
    await page.unroute(lists);
    await window.context.setOffline(true);
    await page.getByText("You are offline").waitFor();
    await window.context.setOffline(false);
    await page.getByText("You own no images yet.").waitFor();
    await waitForCount(page, "0 of 0 images");
  });

  it("that nothing matches offers to clear the filters; one that is not read again stays, with its time", async () => {
    const window = await signIn(bob);
    window.expected.push(/status of 500/);
    const { page } = window;
    await page.goto("/--console/#/images?search=nothing&state=active");
    await page.getByText("No image matches the search and the filters.").waitFor();
    await page.getByRole("button", { name: "Clear the search and the filters" }).press("Enter");
    await waitForCount(page, "120 of 120 images");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Search images");
    await page.getByRole("button", { name: "Shared with me" }).click();
    await page.route(lists, (route) =>
      route.fulfill({ status: 500, json: { code: "InternalError", message: "it broke" } }),
    );
    await page.getByRole("button", { name: "Read again" }).click();
    await page.getByText(/What is below was read/).waitFor();
    expect(await rows(page).locator("th a").allInnerTexts()).toEqual(["from-carol"]);
    await page.unroute(lists);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The service failed").waitFor({ state: "detached" });
  });

  it("is used with the keyboard alone, and the focus is where the person left it", async () => {
    const { page } = await signIn(bob);
    await waitForCount(page, "120 of 120 images");
    const keys = async (...pressed: string[]) => {
      for (const key of pressed) await page.keyboard.press(key);
      return await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent?.trim();
      });
    };
    expect(await keys("/")).toBe("Search images");
    await page.keyboard.type("image-11");
    await waitForCount(page, "10 of 120 images");
    // Back over the scopes, which keep the focus that chooses them.
    expect(await keys("Shift+Tab")).toMatch(/^Deleted/);
    expect(await keys("Shift+Tab", "Shift+Tab", "Enter")).toBe("Shared with me 1");
    await waitForCount(page, "0 of 1 images");
    expect(await keys("Shift+Tab", "Enter")).toBe("Mine 120");
    await waitForCount(page, "10 of 120 images");
    // Search, state, type, columns, filter by a tag, the head of the table.
    const tabs = Array<string>(8).fill("Tab");
    expect(await keys(...tabs)).toBe("Filter by a tag");
    expect(await keys("Tab", "Tab", "Enter")).toBe("Name ↑");
    expect(await page.locator("th a").first().innerText()).toBe("image-110");
    expect(await keys("Enter")).toBe("Name ↓");
    expect(await keys(...Array<string>(7).fill("Tab"))).toBe("image-119");
    expect(await keys("ArrowDown", "ArrowDown")).toBe("image-117");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "image-117" }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "image-117" }).waitFor();
    expect(await keys()).toBe("image-117");
    expect(await keys("/", "Tab")).toBe("State");
    await page.keyboard.press("d");
    await page.getByText("No image matches the search and the filters.").waitFor();
    expect(await keys(...Array<string>(4).fill("Tab"))).toBe("Clear the search and the filters");
    expect(await keys("Enter")).toBe("Search images");
    await waitForCount(page, "120 of 120 images");
  });

  it("of deleted images is read when it is opened, is no part of the others, and leads to the history", async () => {
    const window = await signIn(bob);
    // The history asks for the image too.
    window.expected.push(/status of 404/);
    const { page } = window;
    await waitForCount(page, "120 of 120 images");
    const asked = watchLists(page);
    expect((await bob.send(service.port, `/my/images/${makeUuid(50)}`, { method: "DELETE" })).status).toBe(204);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await waitForCount(page, "119 of 119 images");
    expect(asked).toEqual([]);
    await page.getByRole("button", { name: "Deleted" }).press("Enter");
    await waitForCount(page, "1 of 1 images");
    expect(readHash(page)).toBe("#/images?scope=deleted");
    expect(asked.every((search) => search.includes("destroyed=true"))).toBe(true);
    expect(await page.getByRole("button", { name: "Deleted" }).innerText()).toBe("Deleted 1");
    await page.getByRole("link", { name: "image-049" }).press("Enter");
    await page.getByText("The image is deleted. Its history stays for a while.").waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "image-049" }).waitFor();
    expect(await readFocused(page)).toBe("image-049");
    await page.getByRole("button", { name: "Mine" }).press("Enter");
    await waitForCount(page, "119 of 119 images");
  });
});
