import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import keyFiles from "../data/key-files.json" with { type: "json" };
import { listFindings } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000000", "bob");
const service = new BrowserService();

/** What the browser itself says of a script that is gone, or of no network. */
const gone = /status of 404|ERR_INTERNET_DISCONNECTED/;

/** The service answers as after an update: pages name other scripts, and parts that were not loaded yet are gone. */
async function update({ page, expected }: Window): Promise<void> {
  expected.push(gone);
  await page.route(/\/--console\/(keys-view|read-key-file|bcrypt-pbkdf)-\w{8}\.js$/, (route) =>
    route.fulfill({ status: 404 }),
  );
  await page.route(/\/--console\/$/, async (route) => {
    const answer = await route.fetch();
    const html = (await answer.text()).replace(/console-\w{8}\.js/, "console-AAAAAAAA.js");
    await route.fulfill({ response: answer, body: html });
  });
}

/** As the update is over for this browser: it loads the new pages. */
const settle = ({ page }: Window): Promise<void> => page.unrouteAll();

/** A key file whose passphrase needs a script of its own. */
const sealed = keyFiles.find(({ name, passphrase }) => name.startsWith("OpenSSH ed25519") && passphrase !== undefined);

describe.skipIf(!chromiumPath)(`a console older than its service${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob.account] }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("says so where a part of it is gone, keeps what was typed, and loads the new one at a click", async () => {
    const window = await service.open({ width: 390 });
    const { page } = window;
    await page.goto("/--console/");
    await page.locator("#file-login").fill("bob");
    const buffer = Buffer.from(sealed?.file ?? "");
    await page.locator("#key-file").setInputFiles({ name: "key", mimeType: "application/octet-stream", buffer });
    await page.getByRole("button", { name: "Sign in" }).click();
    const passphrase = page.getByLabel("Passphrase of the key");
    await passphrase.fill("typed");
    await update(window);
    await passphrase.press("Enter");
    const notice = page.getByRole("alert");
    expect(await notice.innerText()).toBe(
      "This page is older than the service\n\nThe service was updated, and this part of the page is gone.\n\nCopy what you typed and did not save. Then reload the page.\n\nReload the page",
    );
    expect([await page.locator("#file-login").inputValue(), await passphrase.inputValue()]).toEqual(["bob", "typed"]);
    expect(await page.locator("#key-file").evaluate((input: HTMLInputElement) => input.files?.length)).toBe(1);
    expect(await listFindings(page)).toEqual([]);
    await settle(window);
    await notice.getByRole("button", { name: "Reload the page" }).click();
    await notice.waitFor({ state: "detached" });
    await bob.signIn(window);
  });

  it("opens the view that was asked for, after the reload", async () => {
    const window = await service.open();
    const { page } = window;
    await bob.signIn(window);
    await update(window);
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByText("This page is older than the service").waitFor();
    expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
    await settle(window);
    await page.getByRole("button", { name: "Reload the page" }).click();
    await page.getByRole("rowheader", { name: "file" }).waitFor();
  });

  it("is not what it says without a network: that, it says, and loads when it is back", async () => {
    const window = await service.open();
    const { page } = window;
    await bob.signIn(window);
    window.expected.push(gone);
    await window.context.setOffline(true);
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByText("You are offline").waitFor();
    expect(await page.getByText("This page is older").count()).toBe(0);
    await window.context.setOffline(false);
    await page.getByRole("rowheader", { name: "file" }).waitFor();
  });
});
