import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { formatPublicLine } from "../../scripts/starting/ssh-wire.ts";
import keyFiles from "../data/key-files.json" with { type: "json" };
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { askToForget } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { run } from "../support/started.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000000", "bob");
const carol = new Person("bbbbbbbb-0000-4000-8000-000000000001", "carol");
const erin = new Person("bbbbbbbb-0000-4000-8000-000000000002", "erin");
const frank = new Person("bbbbbbbb-0000-4000-8000-000000000003", "frank");
const heidi = new Person("bbbbbbbb-0000-4000-8000-000000000005", "heidi");
const grace = new Person("bbbbbbbb-0000-4000-8000-000000000004", "grace");
/** On no account: only its line is used. */
const laptop = new Person("99999999-0000-4000-8000-000000000001", "laptop").account.keys[0]?.key ?? "";
const service = new BrowserService();

/** The names of an account's keys, as another client reads them. */
async function listNames(person: Person): Promise<unknown> {
  const { json } = await person.send(service.port, "/my/keys");
  return Array.isArray(json) ? json.map(({ name }) => name).sort() : json;
}

/** The keys of an account that has one, named `file`. */
async function open(person: Person): Promise<Window> {
  const window = await service.open();
  await person.signIn(window);
  await window.page.getByRole("link", { name: "Keys" }).click();
  await window.page.getByRole("rowheader", { name: "file" }).waitFor();
  return window;
}

async function add({ page }: Window, line: string, name = ""): Promise<void> {
  await page.getByLabel("Public key").fill(line);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Add the key" }).click();
}

async function remove({ page }: Window, name: string): Promise<void> {
  await page.getByRole("button", { name: `Delete ${name}` }).click();
  await page.getByRole("button", { name: "Delete the key" }).click();
}

/** The service gets changes of keys, and the page none of their answers. */
async function loseAnswers(window: Window): Promise<void> {
  window.expected.push(/ERR_FAILED/);
  await window.page.route(/\/keys/, async (route) => {
    if (route.request().method() === "GET") return await route.continue();
    await route.fetch();
    await route.abort();
  });
}

describe.skipIf(!chromiumPath)(`keys in the console${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob, carol, erin, frank, grace, heidi].map(({ account }) => account) }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("are added by their line, refused in the service's words, and deleted after a question", async () => {
    const window = await open(bob);
    window.expected.push(/status of 409/);
    const { page } = window;
    await add(window, "ssh-dss AAAA mine");
    await page.getByText("DSA keys cannot be verified here;").waitFor();
    expect(await page.getByLabel("Public key").inputValue()).toBe("ssh-dss AAAA mine");
    await add(window, laptop, "spare");
    await page.getByText("Added the key spare.").waitFor();
    await page.getByRole("rowheader", { name: "spare", exact: true }).waitFor();
    expect(await page.getByLabel("Public key").inputValue()).toBe("");
    expect(await listNames(bob)).toEqual(["file", "spare"]);
    await page.getByRole("button", { name: "Delete spare" }).click();
    expect(await page.getByText("It is the key that signs here.").count()).toBe(0);
    await page.getByRole("button", { name: "Keep it" }).click();
    expect(await listNames(bob)).toEqual(["file", "spare"]);
    await remove(window, "spare");
    await page.getByRole("rowheader", { name: "spare" }).waitFor({ state: "detached" });
    expect(await listNames(bob)).toEqual(["file"]);
  });

  it("of a program can do what was chosen, and the lines to copy sign with it", async () => {
    const window = await open(heidi);
    const { page } = window;
    const form = page.locator("form", { hasText: "Add a key for a program" });
    const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" });
    writeFileSync(join(service.folder, "it's ci"), pem);
    await form.getByLabel("OpenSSH line of the program").fill(formatPublicLine(String(pem), "it's ci"));
    await form.getByRole("button", { name: "Add the program's key" }).click();
    await page.getByText("Choose what the key may do.").waitFor();
    const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
    for (const word of ["images:tag", "account:read"]) await form.getByLabel(word).check();
    await form.getByLabel("For one image alone").fill(image);
    await form.getByLabel("For how long").selectOption("a year");
    await form.getByRole("button", { name: "Add the program's key" }).click();
    const scope = `account:read images:tag@${image}`;
    await page.getByText(`Added the key it's ci, which may do ${scope}.`).waitFor();
    const row = page.getByRole("row", { name: "it's ci" });
    expect(await row.textContent()).toContain(`${scope}, until `);
    expect(await page.getByRole("row", { name: "file" }).textContent()).toContain("everything");
    const [profile = "", curl = ""] = await form.locator("pre").allTextContents();
    const printed = await run("bash", ["-c", `${curl}\necho\n${profile.replace(/ \| triton .*/, "")}`], {
      cwd: service.folder,
    });
    const [shown = "", made = ""] = printed.stdout.split("\n");
    expect(JSON.parse(shown)).toMatchObject({ name: "it's ci", scope, expires: expect.any(String) });
    const { fingerprint } = JSON.parse(shown);
    expect(JSON.parse(made)).toEqual({ name: "it's ci", url: service.origin, account: "heidi", keyId: fingerprint });
    expect(await listFindings(page)).toEqual([]);
  });

  it("are replaced by one of the browser's own, which alone is kept; the file's can go then", async () => {
    const window = await open(carol);
    const { page } = window;
    await page.getByRole("button", { name: "Make and use a new key" }).click();
    const own = page.getByRole("rowheader", { name: /^console-.* signs here$/ });
    await own.waitFor();
    await remove(window, "file");
    await page.getByRole("rowheader", { name: "file" }).waitFor({ state: "detached" });
    await page.reload();
    await own.waitFor();
    expect(await page.getByRole("rowheader").count()).toBe(1);
    expect(await listNames(carol)).toMatchObject({ code: "InvalidCredentials" });
  });

  it("sign nobody in any more once the one that signs here is deleted", async () => {
    const window = await open(erin);
    const { page } = window;
    await page.getByRole("button", { name: "Delete file" }).click();
    await page.getByText("It is the key that signs here.").waitFor();
    await page.getByRole("button", { name: "Delete the key" }).click();
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await page.getByText("Deleted the key file, which signed here. Sign in with another one.").waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  });

  it("tell what became of a change whose answer was lost", async () => {
    const window = await open(frank);
    const { page } = window;
    await loseAnswers(window);
    await add(window, laptop, "spare");
    await page.getByText("Added the key spare.").waitFor();
    await remove(window, "spare");
    await page.getByText("Deleted the key spare.").waitFor();
    await page.getByRole("button", { name: "Make and use a new key" }).click();
    await page.getByRole("rowheader", { name: /^console-.* signs here$/ }).waitFor();
    expect(await listNames(frank)).toEqual([expect.stringMatching(/^console-/), "file"]);
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("say what to look for when no change reached the service, and lose nothing that was typed", async () => {
    const window = await open(grace);
    window.expected.push(/ERR_INTERNET_DISCONNECTED/);
    const { page } = window;
    await window.context.setOffline(true);
    await add(window, laptop, "spare");
    await page.getByText("The keys below were read again.").waitFor();
    expect(await page.getByText("A change that was sent is kept here").count()).toBe(0);
    await window.context.setOffline(false);
    await page.getByRole("button", { name: "Add the key" }).click();
    await page.getByText("Added the key spare.").waitFor();
    expect(await listNames(grace)).toEqual(["file", "spare"]);
  });

  it("are reached from the question before a key is forgotten; signing in and out moves the focus to the content", async () => {
    const window = await service.open();
    const { page } = window;
    const readFocus = () => page.evaluate(() => document.activeElement?.id);
    await grace.signIn(window);
    expect(await readFocus()).toBe("main");
    await askToForget(page);
    await page.getByRole("dialog").getByRole("button", { name: "Open Keys" }).click();
    await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    await askToForget(page);
    expect(await listFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Forget the key" }).click();
    await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    expect(await readFocus()).toBe("main");
  });

  it("are added and deleted by keyboard, and the focus never falls out of the page", async () => {
    const window = await open(heidi);
    const { page } = window;
    const readFocus = () => page.evaluate(() => document.activeElement?.textContent);
    const posts: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") posts.push(request.url());
    });
    await page.getByRole("button", { name: "Add the key" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Enter the key's public line, such as ~/.ssh/id_ed25519.pub has.").waitFor();
    await page.getByLabel("Public key").fill(heidi.keyFile);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("This is a private key, which stays where it is: it was not sent.").waitFor();
    await page.getByRole("button", { name: "Add the program's key" }).click();
    await page.getByText("Choose what the key may do.").waitFor();
    expect(await page.getByText("Enter the key's public line,").count()).toBe(1);
    expect(posts).toEqual([]);
    await page.getByLabel("Public key").fill(laptop);
    await page.getByLabel("Name").fill("spare");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "spare" }).waitFor();
    expect(await readFocus()).toBe("Add the key");
    await page.getByRole("button", { name: "Delete spare" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    // Closed it has no role any more, and a moment later it is gone.
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Delete spare");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete the key" }).press("Enter");
    await page.getByRole("rowheader", { name: "spare" }).waitFor({ state: "detached" });
    expect(await readFocus()).toBe("Keys");
  });

  it("have their kind and words unbroken on a telephone, and space below", async () => {
    const window = await service.open({ width: 390 });
    const { page } = window;
    await bob.signIn(window);
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("rowheader", { name: "file" }).waitFor();
    /** The lines that each text takes. */
    const countLines = (selector: string) =>
      page.locator(selector).evaluateAll((all) =>
        all.map((element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return new Set([...range.getClientRects()].map(({ top }) => top)).size;
        }),
      );
    expect(await countLines(".keys bdi")).toEqual([1, 1]);
    // At its hyphen, if at all.
    expect((await countLines(".keys .kind"))[0]).toBeLessThanOrEqual(2);
    expect(await measureSidewaysScroll(page)).toBe(0);
    const bottomOf = await page.evaluate(() => document.querySelector(".keys")?.getBoundingClientRect().bottom ?? 0);
    const topOf = await page.evaluate(() => document.querySelector(".panel")?.getBoundingClientRect().top ?? 0);
    expect(topOf - bottomOf).toBeGreaterThanOrEqual(12);
  });

  it("of the demo stay in no address of a person who is signed in already", async () => {
    const window = await service.open();
    await bob.signIn(window);
    await window.page.goto(`/--console/#/demo/${"A".repeat(43)}`);
    await window.page.getByText("You are signed in as bob. To use the demo's key, forget yours").waitFor();
    expect(window.page.url()).toBe(`${service.origin}/--console/#/images`);
  });

  it("with a passphrase ask for it once, and leave the focus where the person types", async () => {
    const sealed = keyFiles.find(({ passphrase }) => passphrase !== undefined);
    const { page } = await service.open();
    await page.goto("/--console/");
    const form = page.locator("form", { hasText: "With your key file" });
    const login = form.getByLabel("Login");
    await login.fill("b");
    const buffer = Buffer.from(sealed?.file ?? "");
    await form.getByLabel("Private key file").setInputFiles({ name: "id", mimeType: "text/plain", buffer });
    await form.getByRole("button", { name: "Sign in" }).click();
    const passphrase = page.getByLabel("Passphrase of the key");
    await passphrase.waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("passphrase");
    await login.click();
    await page.keyboard.press("End");
    await page.keyboard.type("ob");
    expect([await login.inputValue(), await passphrase.inputValue()]).toEqual(["bob", ""]);
  });
});
