import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LosingProxy } from "../console/losing-proxy.ts";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
/** The same account with another key. */
const robot = new Person(bob.uuid, "bob", { keyName: "robot" });
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const service = new BrowserService();

const names = ["edited", "mistaken", "conflict", "merged", "lost", "deleted", "keys", "looked", "theirs"] as const;
const ids = Object.fromEntries(names.map((name, at) => [name, makeUuid(at + 1)]));
const idOf = (name: (typeof names)[number]): string => ids[name] ?? "";

const images = names.map((name) => ({
  uuid: idOf(name),
  owner: name === "theirs" ? carol.uuid : bob.uuid,
  name,
  version: "1.0.0",
  ...(name === "theirs" && { acl: [bob.uuid], description: "Carol's", homepage: "https://example.com/x" }),
}));

/** Opens an image in a new window, signed in. */
async function open(name: (typeof names)[number], person = bob): Promise<Window> {
  const window = await service.open();
  await person.signIn(window);
  await window.page.goto(`/--console/#/images/${idOf(name)}`);
  await window.page.getByRole("heading", { level: 1, name: new RegExp(name) }).waitFor();
  return window;
}

const read = async (name: (typeof names)[number]) =>
  (await bob.send(service.port, `/my/images/${idOf(name)}`)).json as Record<string, unknown>;
const readAudit = async (name: (typeof names)[number]) =>
  (await bob.send(service.port, `/my/images/${idOf(name)}/audit`)).json as Record<string, unknown>[];

const update = (name: (typeof names)[number], body: object, by = robot) =>
  by.send(service.port, `/my/images/${idOf(name)}?action=update`, { method: "POST", body });

describe.skipIf(!chromiumPath)(`the console's image${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() =>
    service.start({
      accounts: [{ ...bob.account, keys: [...bob.account.keys, ...robot.account.keys] }, carol.account],
      images,
    }),
  );
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("is edited field by field, rehearsed without a write, and saved", async () => {
    const { page } = await open("edited");
    await page.getByLabel("Description").fill("The base image of the fleet. 日本語 😀");
    await page.getByLabel("Version").fill("1.0.1");
    await page.getByLabel("Homepage").fill("https://example.com/base");
    await page.getByRole("button", { name: "Add a tag" }).click();
    await page.getByLabel("Key of tag 1").fill("role");
    await page.getByLabel("Value of tag 1").fill("db");
    await page.getByRole("button", { name: "Add a tag" }).click();
    await page.getByLabel("Key of tag 2").fill("cores");
    await page.getByLabel("Value of tag 2").fill("8");
    await page.getByRole("button", { name: "Rehearse" }).click();
    await page
      .getByText("The service would change: version, description, homepage, tags. Nothing is written yet.")
      .waitFor();
    expect(await read("edited")).not.toHaveProperty("description");
    expect(await readAudit("edited")).toHaveLength(1);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved: version, description, homepage, tags.").waitFor();
    expect(await read("edited")).toMatchObject({
      name: "edited",
      version: "1.0.1",
      description: "The base image of the fleet. 日本語 😀",
      homepage: "https://example.com/base",
      tags: { role: "db", cores: 8 },
    });
    await page.getByRole("button", { name: "Edit as JSON" }).click();
    await page.getByLabel("Tags as JSON").fill('{"role": "web", "nested": {"a": [null, 1.5e-7]}}');
    await page.getByLabel("Description").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved: description, tags.").waitFor();
    const after = await read("edited");
    expect(after["tags"]).toEqual({ role: "web", nested: { a: [null, 1.5e-7] } });
    expect(after).not.toHaveProperty("description");
  });

  it("names mistakes at their fields in the service's words, and sends nothing", async () => {
    const { page } = await open("mistaken");
    const sent: string[] = [];
    page.on("request", (request) => sent.push(`${request.method()} ${request.url()}`));
    await page.getByLabel("Name").fill("no: colons");
    await page.getByText("name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space").waitFor();
    await page.getByLabel("EULA").fill("ftp://example.com");
    await page
      .getByText("eula is an http: or https: URL of at most 1024 characters without white space at its ends", {
        exact: true,
      })
      .waitFor();
    await page.getByRole("button", { name: "Edit as JSON" }).click();
    await page.getByLabel("Tags as JSON").fill('{"a": 1');
    await page.getByText(/This is no JSON/).waitFor();
    await page.getByText("Correct name, eula, tags first.").waitFor();
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await page.getByLabel("Tags as JSON").press("Control+s");
    await page.waitForFunction(() => document.activeElement?.id === "field-name");
    expect(sent).toEqual([]);
    await page.getByLabel("Tags as JSON").fill("{}");
    await page.getByRole("button", { name: "Edit as rows" }).click();
    for (const at of [1, 2]) {
      await page.getByRole("button", { name: "Add a tag" }).click();
      await page.getByLabel(`Key of tag ${at}`).fill("same");
    }
    await page.getByText('The key "same" stands twice.').waitFor();
    // Another view keeps what was typed, mistakes and all.
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
    await page.goBack();
    await page.getByText('The key "same" stands twice.').waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("no: colons");
    expect(await page.getByLabel("EULA").inputValue()).toBe("ftp://example.com");
    // Leaving the page asks first.
    page.once("dialog", (dialog) => dialog.accept());
    await page.reload();
  });

  it("shows a conflict field by field, and keeps both edits as they were chosen", async () => {
    const window = await open("conflict");
    window.expected.push(/status of 412/);
    const { page } = window;
    await page.getByLabel("Description").fill("mine");
    await page.getByLabel("Version").fill("2.0.0");
    await page.getByRole("button", { name: "Add a tag" }).click();
    await page.getByLabel("Key of tag 1").fill("a");
    await page.getByLabel("Value of tag 1").fill("1");
    await update("conflict", { description: "theirs", homepage: "https://example.com/theirs", tags: { b: 2 } });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Someone else changed this image" }).waitFor();
    expect(await listFindings(page)).toEqual([]);
    await page.getByText(/^The key robot changed description, tags, homepage/).waitFor();
    await page
      .getByRole("row", { name: /description/ })
      .getByRole("radio", { name: "mine" })
      .check();
    // Choosing keeps the focus where it is.
    expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("radio");
    // A third one in between: what was chosen over another value is chosen anew.
    await update("conflict", { eula: "https://example.com/eula", description: "theirs again" });
    await page.getByRole("button", { name: "Save over theirs" }).click();
    await page.getByText("https://example.com/eula").first().waitFor();
    expect(await page.getByRole("radio", { checked: true }).count()).toBe(0);
    await page
      .getByRole("row", { name: /description/ })
      .getByRole("radio", { name: "mine" })
      .check();
    await page.getByRole("button", { name: "Save over theirs" }).click();
    await page.getByText("Saved: version, description, tags.").waitFor();
    expect(await page.getByRole("heading", { name: "Someone else changed this image" }).count()).toBe(0);
    expect(await read("conflict")).toMatchObject({
      version: "2.0.0",
      description: "mine",
      homepage: "https://example.com/theirs",
      eula: "https://example.com/eula",
      tags: { a: 1, b: 2 },
    });
    expect(await readAudit("conflict")).toHaveLength(4);
  });

  it("takes theirs where the person chooses so, and writes nothing", async () => {
    const window = await open("merged");
    window.expected.push(/status of 412/);
    const { page } = window;
    await page.getByLabel("Description").fill("mine");
    await update("merged", { description: "theirs" }, bob);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "You changed this image elsewhere" }).waitFor();
    await page.getByRole("radio", { name: "theirs" }).check();
    await page.getByRole("button", { name: "Take theirs" }).click();
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "theirs");
    expect(await readAudit("merged")).toHaveLength(2);
  });

  it("is made once when the answer is lost, also after a reload, under the key that was kept", async () => {
    const proxy = new LosingProxy(service.port);
    await proxy.start();
    const window = await service.open();
    window.expected.push(/outside request/, /ERR_EMPTY_RESPONSE/, /ERR_CONNECTION/);
    const { page } = window;
    await bob.signIn(window, proxy.origin);
    await page.goto(`${proxy.origin}/--console/#/images/${idOf("lost")}`);
    await page.getByLabel("Description").fill("once");
    // More than the page tries: Chromium itself sends a request again when a connection that it kept is closed.
    proxy.fates = Array.from({ length: 20 }, () => "answer lost" as const);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The service cannot be reached").waitFor();
    expect(await page.getByLabel("Description").inputValue()).toBe("once");
    proxy.fates = [];
    page.once("dialog", (dialog) => dialog.accept());
    await page.reload();
    await page.getByText("No answer says whether a change of yours was made").waitFor();
    await update("lost", { homepage: "https://example.com/between" });
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It had been made already.").waitFor();
    await page.getByText("No answer says whether a change of yours was made").waitFor({ state: "detached" });
    const audit = await readAudit("lost");
    expect(audit.map(({ action }) => action)).toEqual(["update", "update", "provision"]);
    expect(await read("lost")).toMatchObject({ description: "once", homepage: "https://example.com/between" });
    expect(new Set(proxy.seen.map(({ key }) => key).filter((key) => key !== undefined)).size).toBe(1);
    proxy.stop();
  });

  it("is deleted after its name is typed", async () => {
    const { page } = await open("deleted");
    await page.getByRole("button", { name: "Delete…" }).click();
    const button = page.getByRole("button", { name: "Delete the image" });
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel(/Type the name/).fill("delete");
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel(/Type the name/).fill("deleted");
    await button.click();
    await page.getByText("Deleted deleted.").waitFor();
    await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
    expect((await bob.send(service.port, `/my/images/${idOf("deleted")}`)).status).toBe(404);
  });

  it("is edited and saved with the keyboard alone", async () => {
    const { page } = await open("keys");
    await page.getByLabel("Description").focus();
    await page.keyboard.type("typed");
    await page.keyboard.press("Control+s");
    await page.getByText("Saved: description.").waitFor();
    expect(await read("keys")).toMatchObject({ description: "typed" });
  });

  it("is read-only where it is another's, and cloned where it is shared", async () => {
    const { page } = await open("theirs");
    await page.getByText("This image is another account's: its owner alone can edit it.").waitFor();
    expect(await page.getByRole("textbox").count()).toBe(0);
    expect(await page.getByRole("link", { name: "https://example.com/x" }).getAttribute("rel")).toBe(
      "noopener noreferrer",
    );
    expect(await page.getByRole("link", { name: "History" }).count()).toBe(0);
    await page.getByRole("button", { name: "Clone" }).click();
    await page.getByText("Cloned. This is your own copy.").waitFor();
    await page.getByLabel("Description").waitFor();
    const id = new URL(page.url()).hash.split("/").at(-1);
    const { json } = await bob.send(service.port, `/my/images/${id}`);
    expect(json).toMatchObject({ owner: bob.uuid, name: "theirs", description: "Carol's" });
  });

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 1280 },
    { colorScheme: "dark", width: 390 },
  ] as const)("has no finding of axe and no scrolling sideways: %o", async (look) => {
    const window = await service.open(look);
    await bob.signIn(window);
    const { page } = window;
    await page.goto(`/--console/#/images/${idOf("looked")}`);
    await page.getByLabel("Name").fill("bad: name");
    await page.getByLabel("Description").fill("changed");
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(window.page)).toBe(0);
    await page.getByRole("button", { name: "Delete…" }).click();
    expect(await listFindings(page)).toEqual([]);
  });
});
