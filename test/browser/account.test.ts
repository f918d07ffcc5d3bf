import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { actAs, openAccountMenu } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob-of-the-laboratory");
const op = new Person("dddddddd-0000-4000-8000-000000000001", "op", { isOperator: true });
const service = new BrowserService();

describe.skipIf(!chromiumPath)(`the account's menu${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob.account, op.account] }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("opens and closes by keyboard or a click beside it, and copies what others need", async () => {
    const window = await service.open();
    const { page, context } = window;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await bob.signIn(window);
    const button = page.getByRole("button", { name: bob.login });
    const menu = page.getByRole("dialog", { name: "Account", exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    await menu.getByText("Copy UUID").waitFor();
    expect(await button.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Copy fingerprint");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Copied.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(bob.uuid);
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "hidden" });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await openAccountMenu(page);
    await page.getByRole("heading", { name: "Images", exact: true }).click();
    await menu.waitFor({ state: "hidden" });
    await (await openAccountMenu(page)).getByRole("link", { name: "Keys of the account" }).click();
    await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
    expect(await menu.isVisible()).toBe(false);
  });

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 390 },
  ] as const)("has no finding of axe, and the header is one line: %o", async (look) => {
    const window = await service.open(look);
    const { page } = window;
    const measureHeader = () => page.evaluate(() => document.querySelector("header")?.clientHeight);
    await bob.signIn(window);
    expect(await measureHeader()).toBe(48);
    const menu = await openAccountMenu(page);
    await menu.getByText("Copy UUID").waitFor();
    expect(await listFindings(page)).toEqual([]);
    expect(await menu.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await menu.getByRole("button", { name: "Names of accounts…" }).click();
    expect(await listFindings(page)).toEqual([]);
    const other = await service.open(look);
    await op.signIn(other);
    await actAs(other.page, bob.login);
    await other.page.getByText(`acts as ${bob.login}`).waitFor();
    expect(await measureSidewaysScroll(other.page)).toBe(0);
    expect(await listFindings(other.page)).toEqual([]);
    expect(await other.page.evaluate(() => document.querySelector("header")?.clientHeight)).toBe(48);
  });
});
