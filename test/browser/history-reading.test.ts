import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Look, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const service = new BrowserService();
const names = ["keyboard", "compared", "read", "told"] as const;
type Name = (typeof names)[number];
const idOf = (name: Name): string => makeUuid(1 + names.indexOf(name));
const images = names.map((name) => ({ uuid: idOf(name), owner: bob.uuid, name, version: "1.0.0" }));

/** A message stays for as long as a test looks at it: its 8 seconds are ten minutes. */
const keepMessages = `{
  const wait = setTimeout;
  window.setTimeout = (act, ms, ...rest) => wait(act, ms === 8000 ? 600_000 : ms, ...rest);
}`;

async function open(name: Name, look: Look = {}): Promise<Window> {
  const window = await service.open(look);
  await window.page.addInitScript({ content: keepMessages });
  await bob.signIn(window);
  await window.page.goto(`/--console/#/images/${idOf(name)}/history`);
  await window.page.getByRole("heading", { level: 1, name: `History of ${name}` }).waitFor();
  return window;
}

const update = (name: Name, body: object) =>
  bob.send(service.port, `/my/images/${idOf(name)}?action=update`, { method: "POST", body });

describe.skipIf(!chromiumPath)(`the history of an image${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({ accounts: [bob.account], images });
    await update("told", { description: "something" });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("is done by keyboard: the focus comes back from each dialog to what opened it", async () => {
    await update("keyboard", { description: "one" });
    await update("keyboard", { description: "two" });
    const window = await open("keyboard");
    window.expected.push(/status of 412/);
    const { page } = window;
    const focused = () => page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent");
    const dialog = page.getByRole("dialog");
    const press = async (name: string) => {
      await dialog.locator("ins").first().waitFor();
      await dialog.getByRole("button", { name, exact: true }).press("Enter");
      await dialog.waitFor({ state: "detached" });
    };
    const undo = page.getByRole("button", { name: "Undo description of revision 3" });
    await undo.press("Enter");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await focused()).toBe("Undo description of revision 3");
    await page.keyboard.press("Space");
    await press("Cancel");
    expect(await focused()).toBe("Undo description of revision 3");
    await page.keyboard.press("Enter");
    await press("Undo");
    await page.getByText("revision 4", { exact: true }).waitFor();
    await page.getByText("It is as before already.").waitFor();
    expect(await focused()).toBe("Undo description of revision 3");
    await page.keyboard.press("Enter");
    expect(await dialog.count()).toBe(0);
    const revert = page.getByRole("button", { name: "Make the image as it was at revision 3…" });
    await revert.press("Enter");
    await dialog.locator("ins").first().waitFor();
    await update("keyboard", { description: "three" });
    await dialog.getByRole("button", { name: "Revert" }).press("Enter");
    await dialog.getByRole("button", { name: "Look again" }).press("Enter");
    await page.getByText("revision 5", { exact: true }).waitFor();
    await page.locator("button:not([aria-disabled])", { hasText: "Make the image as it was at revision 3…" }).waitFor();
    expect(await focused()).toBe("Make the image as it was at revision 3…");
    await page.keyboard.press("Enter");
    await press("Revert");
    await page.getByText("revision 6", { exact: true }).waitFor();
    expect(await focused()).toBe("Make the image as it was at revision 3…");
  });

  it("shows two revisions beside each other, in the address; what is not kept is said", async () => {
    await update("compared", { description: "one", tags: { role: "db", kept: 1 } });
    await update("compared", { description: "two", acl: [makeUuid(90)] });
    await update("compared", { tags: { role: "web", kept: 1 } });
    const window = await open("compared");
    window.expected.push(/status of 409/);
    const { page } = window;
    await page.getByRole("link", { name: "Compare revisions 3 and 4" }).waitFor();
    for (const revision of [1, 4, 2]) await page.getByLabel(`Compare revision ${revision}`).press("Space");
    const link = page.getByRole("link", { name: "Compare revisions 2 and 4" });
    await link.press("Enter");
    const readRows = async () =>
      (await page.locator(".compared tbody tr").allInnerTexts()).map((row) => row.split(/\s*\n\s*|\t/));
    await page.locator(".compared").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Revisions 2 and 4 of compared");
    expect(await page.title()).toBe("Revisions 2 and 4 of compared – cloudapi-edge");
    expect(page.url()).toMatch(/history\?compare=2,4$/);
    expect(await readRows()).toEqual([
      ["description", "one", "two"],
      ["tag role", "db", "web"],
      [`acl ${makeUuid(90)}`, "not shared", "shared"],
    ]);
    await page.getByText("8 fields are the same in both").click();
    await page.getByText("tag kept").waitFor();
    expect(await listFindings(page)).toEqual([]);
    await page.goBack();
    await page.locator("#compare:focus").waitFor();
    expect(await page.getByLabel("Compare revision 4").isChecked()).toBe(true);
    await page.goto(`/--console/#/images/${idOf("compared")}/history?compare=9,4`);
    await page.getByText("There is no revision 9: the newest is 4.").waitFor();
  });

  it.each([1280, 390])("lets through what is clicked beneath a message: %i px", async (width) => {
    const { page } = await open("told", { width });
    const told = page.locator(".told p");
    await page.getByRole("button", { name: "Undo description of revision 2" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Undo", exact: true }).click();
    await told.waitFor();
    await page.locator("li", { hasText: "revision 2" }).getByText("It is as before already.").waitFor();
    // The names of the keys have come.
    await expect.poll(() => page.getByText("By file").count()).toBeGreaterThan(1);
    const summary = page.locator("summary").last();
    const isOpen = async () => (await page.locator("details").last().getAttribute("open")) !== null;
    // The line that opens and closes a revision, brought beneath the message.
    const at = await told.boundingBox();
    const middle = { x: (at?.x ?? 0) + (at?.width ?? 0) / 2, y: (at?.y ?? 0) + (at?.height ?? 0) / 2 };
    await summary.evaluate((line, y) => {
      document.body.style.padding = "100vh 0";
      scrollTo(0, line.getBoundingClientRect().top + scrollY + line.getBoundingClientRect().height / 2 - y);
    }, middle.y);
    expect(await isOpen()).toBe(true);
    await page.mouse.click(middle.x, middle.y);
    expect(await isOpen()).toBe(false);
    await page.getByRole("button", { name: "Dismiss the message" }).press("Enter");
    await told.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.tagName")).toBe("H1");
    await update("told", { description: "again" });
  });

  it("tells loading, offline, unanswered and refused apart, and keeps what it shows, with its age, when it cannot read again", async () => {
    const window = await service.open();
    window.expected.push(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 500/);
    const { page } = window;
    await page.clock.install();
    await bob.signIn(window);
    const { promise, resolve: release } = Promise.withResolvers<void>();
    await page.route("**/audit", async (route) => {
      await promise;
      await route.continue();
    });
    await page.goto(`/--console/#/images/${idOf("read")}/history`);
    await page.getByRole("status").filter({ hasText: "Loading the history…" }).waitFor();
    release();
    await page.getByText("revision 1", { exact: true }).waitFor();
    const time = page.locator(".timeline time").first();
    const before = (await time.textContent()) ?? "";
    await page.clock.fastForward("02:00");
    // The times move on by themselves.
    await time.filter({ hasNotText: before }).waitFor();
    await window.context.setOffline(true);
    const alert = page.getByRole("alert");
    await alert.filter({ hasText: "You are offline" }).waitFor();
    expect(await alert.innerText()).toMatch(/What is below was read 2 minutes ago/);
    await page.getByText("revision 1", { exact: true }).waitFor();
    await page.unroute("**/audit");
    await window.context.setOffline(false);
    await alert.waitFor({ state: "detached" });
    await page.route("**/audit", (route) => route.abort());
    await page.evaluate("dispatchEvent(new Event('online'))");
    await alert.filter({ hasText: "The service cannot be reached" }).waitFor();
    await page.getByText("revision 1", { exact: true }).waitFor();
    await page.unroute("**/audit");
    await page.route("**/audit", (route) => route.fulfill({ status: 500, json: { message: "it broke" } }));
    await page.getByRole("button", { name: "Try again" }).click();
    await alert.filter({ hasText: "The service failed" }).waitFor();
    await page.unroute("**/audit");
    // That the image cannot be read does not say that it is deleted.
    const image = new RegExp(`/images/${idOf("read")}$`);
    await page.route(image, (route) => route.fulfill({ status: 500, json: { message: "the image broke" } }));
    await page.getByRole("button", { name: "Try again" }).click();
    await alert.filter({ hasText: "The image broke." }).waitFor();
    expect(await page.getByText("The image is deleted.").count()).toBe(0);
    await page.unroute(image);
    await page.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("History of read");
  });
});
