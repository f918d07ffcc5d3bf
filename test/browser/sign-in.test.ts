import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import keyFiles from "../data/key-files.json" with { type: "json" };
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { actAs, forgetKey, openAccountMenu, stopActing } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const op = new Person("dddddddd-0000-4000-8000-000000000001", "op", { isOperator: true });
const service = new BrowserService();

/** Files that a browser cannot open are refused with a sentence: test/console/key-files.test.ts. */
const unreadable = ["OpenSSH ed25519 with 3des-cbc", "PKCS#8 P-256 with des3"];
const files = keyFiles.filter(({ name }) => !unreadable.includes(name));
const lines = new Set(keyFiles.map(({ publicLine }) => publicLine));
const keyed = {
  uuid: "eeeeeeee-0000-4000-8000-000000000001",
  login: "keyed",
  keys: [...lines].map((key, at) => ({ name: `k${at}`, key })),
};

const form = ({ page }: Window) => page.locator("form", { hasText: "With your key file" });

const chooseFile = (window: Window, text: string) =>
  form(window)
    .getByLabel("Private key file")
    .setInputFiles({ name: "key", mimeType: "application/octet-stream", buffer: Buffer.from(text) });

async function enter(window: Window, login: string, text: string): Promise<void> {
  await form(window).getByLabel("Login").fill(login);
  await chooseFile(window, text);
  await form(window).getByRole("button", { name: "Sign in" }).click();
}

const alert = ({ page }: Window) => page.getByRole("alert").innerText();

describe.skipIf(!chromiumPath)(`signing in to the console${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob.account, carol.account, op.account, keyed] }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("takes every kind of key file, asks for a passphrase where the file has one, and keeps the key through a reload", async () => {
    const window = await service.open();
    const { page } = window;
    for (const { name, file, passphrase } of files) {
      await page.goto("/--console/");
      await enter(window, "keyed", file);
      if (passphrase !== undefined) {
        const field = page.getByLabel("Passphrase of the key");
        await field.fill("wrong");
        await field.press("Enter");
        await page.getByText("The passphrase does not open this key. Try again.").waitFor();
        await field.fill(passphrase);
        await field.press("Enter");
      }
      await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
      await page.reload();
      await page.getByText("You own no images yet.").waitFor();
      await forgetKey(page);
      expect(await page.evaluate(() => indexedDB.databases().then((all) => all.length)), name).toBe(1);
    }
    await page.reload();
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  }, 240_000);

  it("says what is wrong with a file, at the file, and keeps nothing", async () => {
    const window = await service.open();
    await window.page.goto("/--console/");
    await form(window).getByRole("button", { name: "Sign in" }).click();
    await window.page.getByText("Enter the login of your account.").waitFor();
    await window.page.getByText("Choose the file of your private key.").waitFor();
    await enter(window, "bob", bob.account.keys[0]?.key ?? "");
    await window.page
      .getByText("This is the public half of a key. Choose the file of the same name without .pub.")
      .waitFor();
    await enter(window, "bob", "hello");
    await window.page.getByText("The file holds no private key.").waitFor();
    expect(await form(window).getByLabel("Private key file").getAttribute("aria-invalid")).toBe("true");
  });

  it("says that the service does not know the key, or names the clock that is wrong", async () => {
    const window = await service.open();
    window.expected.push(/status of 40[01]/);
    await window.page.goto("/--console/");
    await enter(window, "bob", carol.keyFile);
    await window.page.getByRole("alert").waitFor();
    expect(await alert(window)).toContain("The service does not know this key");
    await window.page.clock.setSystemTime(Date.now() + 2 * 3_600_000);
    await enter(window, "bob", bob.keyFile);
    await window.page.getByText("This computer's clock is wrong").waitFor();
    expect(await alert(window)).toContain("It is 2 hours fast, compared with the service's.");
  });

  it("makes a key that signs once its line is added to the account, and outlives a reload before that", async () => {
    const window = await service.open();
    window.expected.push(/status of 401/);
    const { page } = window;
    await page.goto("/--console/");
    const made = page.getByRole("region", { name: "With a new key" });
    await made.getByLabel("Login").fill("bob");
    await made.getByRole("button", { name: "Make a key" }).click();
    await made.getByText("triton key add -n console-").waitFor();
    const command = (await made.locator("pre").innerText()).replace(/\s+/g, " ");
    const [, line = "", name = ""] = /^echo '(ssh-ed25519 [^']+)' \| triton key add -n (\S+) -$/.exec(command) ?? [];
    await made.getByRole("button", { name: "I have added it: sign in" }).click();
    await page.getByText("The service does not know this key").waitFor();
    await page.reload();
    await made.getByText(name).first().waitFor();
    expect((await bob.send(service.port, "/my/keys", { method: "POST", body: { name, key: line } })).status).toBe(201);
    await made.getByRole("button", { name: "I have added it: sign in" }).click();
    await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
    // No script can read it out.
    const exported = await page.evaluate(async () => {
      const db = await new Promise<IDBDatabase>((done) => {
        const opened = indexedDB.open("cloudapi-edge-console");
        opened.onsuccess = () => done(opened.result);
      });
      const session = await new Promise<{ key: { privateKey: CryptoKey } }>((done) => {
        const read = db.transaction("session").objectStore("session").get("current");
        read.onsuccess = () => done(read.result);
      });
      return await crypto.subtle.exportKey("jwk", session.key.privateKey).catch((error: Error) => error.name);
    });
    expect(exported).toBe("InvalidAccessError");
  });

  it("lets an operator act as another account, and nobody else", async () => {
    const window = await service.open();
    window.expected.push(/status of 404/);
    const { page } = window;
    await op.signIn(window);
    await actAs(page, "nobody");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").locator("strong, p").allInnerTexts()).toEqual([
      "Not found",
      "There is no account nobody.",
      "Check its login or UUID.",
    ]);
    await page.keyboard.press("Escape");
    await actAs(page, "bob");
    await page.getByText("acts as bob").waitFor();
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("rowheader", { name: "file" }).waitFor();
    await page.reload();
    await page.getByText("acts as bob").waitFor();
    await stopActing(page);
    await page.getByText("acts as bob").waitFor({ state: "detached" });
    const other = await service.open();
    await bob.signIn(other);
    const menu = await openAccountMenu(other.page);
    await menu.getByText("Copy UUID").waitFor();
    expect(await menu.getByRole("button").allInnerTexts()).toEqual([
      "Copy fingerprint",
      "Copy UUID",
      "Names of accounts…",
      "Forget key",
    ]);
  });

  it("works with the keyboard alone, but for choosing the file", async () => {
    const window = await service.open();
    const { page } = window;
    await page.goto("/--console/");
    await chooseFile(window, bob.keyFile);
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    for (let presses = 0; presses < 8; presses += 1) {
      const id = await page.evaluate(() => document.activeElement?.id);
      if (id === "file-login") break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.type("bob");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
  });

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 1280 },
    { colorScheme: "light", width: 390 },
    { colorScheme: "dark", width: 390 },
  ] as const)("has no finding of axe and no scrolling sideways: %o", async (look) => {
    const window = await service.open(look);
    const { page } = window;
    await page.goto("/--console/");
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    expect(await listFindings(page)).toEqual([]);
    await bob.signIn(window);
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("rowheader", { name: "file" }).waitFor();
    expect(await listFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Delete file" }).click();
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(page)).toBe(0);
  });
});
