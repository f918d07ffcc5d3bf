import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { actAs, askToForget, forgetKey, openAccountMenu, stopActing } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const erin = new Person("eeeeeeee-0000-4000-8000-000000000001", "erin");
const op = new Person("dddddddd-0000-4000-8000-000000000001", "op", { isOperator: true });
const image = { uuid: makeUuid(1), owner: bob.uuid, name: "mine", version: "1" };
const service = new BrowserService();

const forgotten = "You forgot the key in another tab.";

/** A page of this site that hears no other tab, as one that slept meanwhile. */
const deafen = (page: Page) =>
  page.addInitScript({ content: "BroadcastChannel.prototype.addEventListener = () => {};" });

/** Another tab of a signed-in person, with the list of images. */
async function openTab({ context }: Window, { isDeaf = false } = {}): Promise<Page> {
  const page = await context.newPage();
  if (isDeaf) await deafen(page);
  await page.goto("/--console/#/images");
  await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
  await page.getByText(/\d of \d images/).waitFor();
  return page;
}

const waitForSignIn = (page: Page) => page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();

/** What comes when a person turns to the tab. */
const turnTo = (page: Page) => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");

/** Whether the browser keeps the key of a session. */
const keeps = (page: Page): Promise<string | undefined> =>
  page.evaluate(async () => {
    const open = indexedDB.open("cloudapi-edge-console");
    const db = await new Promise<IDBDatabase>((done) => {
      open.onsuccess = () => done(open.result);
    });
    const read = db.transaction("session").objectStore("session").get("current");
    return await new Promise<string | undefined>((done) => {
      read.onsuccess = () => done(read.result?.login);
    });
  });

/** Counts the signed requests of a page from now on. */
function countSigned(page: Page): { count: number } {
  const counted = { count: 0 };
  page.on("request", (request) => {
    if (request.headers()["authorization"]) counted.count += 1;
  });
  return counted;
}

describe.skipIf(!chromiumPath)(`who is signed in, in every tab${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob, carol, erin, op].map(({ account }) => account), images: [image] }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("a key that is forgotten in one tab is gone in all at once, and the others say why", async () => {
    const window = await service.open();
    await bob.signIn(window);
    const other = await openTab(window);
    const docs = await window.context.newPage();
    await docs.goto("/--docs/ListImages");
    await docs.getByText("Signed in as bob, with the key SHA256:").waitFor();
    await forgetKey(window.page);
    expect(await window.page.getByText(forgotten).count()).toBe(0);
    await waitForSignIn(other);
    await other.getByText(forgotten).waitFor();
    expect(await other.evaluate(() => document.activeElement?.id)).toBe("main");
    await docs.getByText("Nobody is signed in.").waitFor();
    expect(await keeps(other)).toBeUndefined();
  });

  it("the documentation signs nothing with a key that is forgotten while it asks", async () => {
    const window = await service.open();
    await bob.signIn(window);
    const docs = await window.context.newPage();
    await docs.goto("/--docs/DeleteKey");
    await docs.getByText("Signed in as bob, with the key SHA256:").waitFor();
    await docs.getByLabel("key path").fill("file");
    // A page that asks stands still, and may hold up the other tabs: the key is forgotten as if by another one.
    await docs.evaluate(async () => {
      const open = indexedDB.open("cloudapi-edge-console");
      const db = await new Promise<IDBDatabase>((done) => {
        open.onsuccess = () => done(open.result);
      });
      const confirm = () => {
        db.transaction("session", "readwrite").objectStore("session").delete("current");
        return true;
      };
      Object.assign(globalThis, { confirm });
    });
    await docs.locator("form.try").getByRole("button").click();
    await docs.getByText("Nothing was sent: you forgot the key in another tab.").waitFor();
    expect((await bob.send(service.port, "/my/keys")).json).toHaveLength(1);
  });

  it("a tab that heard nothing signs nothing and brings no key back, whatever is done there", async () => {
    const window = await service.open();
    await op.signIn(window);
    const acting = await openTab(window, { isDeaf: true });
    await (await openAccountMenu(acting)).getByRole("button", { name: "Act as…" }).click();
    await acting.getByLabel("Login or UUID").fill("bob");
    const replacing = await openTab(window, { isDeaf: true });
    await replacing.getByRole("link", { name: "Keys" }).click();
    await replacing.getByRole("rowheader", { name: "file" }).waitFor();
    const opening = await openTab(window, { isDeaf: true });
    const turned = await openTab(window, { isDeaf: true });
    await forgetKey(window.page);
    const signed = [replacing, opening, turned].map(countSigned);
    await acting.getByRole("button", { name: "Act as this account" }).click();
    await replacing.getByRole("button", { name: "Make and use a new key" }).click();
    await opening.goto("/--console/#/keys");
    await turnTo(turned);
    for (const page of [acting, replacing, opening, turned]) {
      await waitForSignIn(page);
      await page.getByText(forgotten).waitFor();
    }
    expect(signed).toEqual([{ count: 0 }, { count: 0 }, { count: 0 }]);
    expect(await keeps(turned)).toBeUndefined();
    expect((await op.send(service.port, "/my/keys")).json).toHaveLength(1);
  });

  it("a key that was made to replace one that is forgotten meanwhile is not kept, and the page names it", async () => {
    const window = await service.open();
    await carol.signIn(window);
    const other = await openTab(window, { isDeaf: true });
    await other.getByRole("link", { name: "Keys" }).click();
    await other.getByRole("rowheader", { name: "file" }).waitFor();
    await other.route("**/keys", async (route) => {
      if (route.request().method() === "POST") await forgetKey(window.page);
      await route.continue();
    });
    await other.getByRole("button", { name: "Make and use a new key" }).click();
    await other.getByText(/^You forgot the key meanwhile\. The account has the key console-\w+, which/).waitFor();
    await waitForSignIn(other);
    expect(await keeps(other)).toBeUndefined();
    expect((await carol.send(service.port, "/my/keys")).json).toHaveLength(2);
  });

  it("a request that is tried again after the key was forgotten is not signed again", async () => {
    const window = await service.open();
    window.expected.push(/ERR_FAILED/);
    await bob.signIn(window);
    const other = await openTab(window, { isDeaf: true });
    const tried = { count: 0 };
    const first = new Promise<void>((done) => {
      void other.route("**/images/*", async (route) => {
        tried.count += 1;
        if (tried.count > 1) return await route.continue();
        await forgetKey(window.page);
        done();
        await route.abort();
      });
    });
    await other.getByRole("link", { name: "mine" }).click();
    await first;
    await waitForSignIn(other);
    expect(tried).toEqual({ count: 1 });
  });

  it("whoever an operator acts as is a tab's own, through reloads; a new tab acts as nobody", async () => {
    const window = await service.open();
    const { page } = window;
    await op.signIn(window);
    const other = await openTab(window);
    await actAs(page, "bob");
    await page.getByText("acts as bob").waitFor();
    await page.getByRole("link", { name: "mine" }).waitFor();
    await page.reload();
    await page.getByRole("link", { name: "mine" }).waitFor();
    expect(await page.getByText("acts as bob").count()).toBe(1);
    await other.reload();
    await other.getByText("You own no images yet.").waitFor();
    expect(await other.getByText("acts as").count()).toBe(0);
    await actAs(other, "carol");
    await other.getByText("acts as carol").waitFor();
    expect(await page.getByText("acts as bob").count()).toBe(1);
    await stopActing(page);
    await page.getByText("acts as").waitFor({ state: "detached" });
    expect(await other.getByText("acts as carol").count()).toBe(1);
    await forgetKey(page);
    await op.signIn(window);
    await other.getByText("You signed in as op in another tab").waitFor();
    expect(await other.getByText("acts as").count()).toBe(0);
  });

  it("whoever signs in as somebody else is followed by the other tabs, which say so", async () => {
    const window = await service.open();
    await bob.signIn(window);
    const other = await openTab(window);
    const deaf = await openTab(window, { isDeaf: true });
    await forgetKey(window.page);
    await waitForSignIn(other);
    await carol.signIn(window);
    for (const page of [other, deaf]) {
      if (page === deaf) await turnTo(page);
      await page.getByText("You signed in as carol in another tab: this one follows.").waitFor();
      await page.getByRole("button", { name: "carol" }).waitFor();
      expect(await page.getByText("mine", { exact: true }).count()).toBe(0);
    }
  });

  it("a key that replaces another signs in every tab, and what was typed there stays; one that is deleted ends all", async () => {
    const window = await service.open();
    const { page } = window;
    await erin.signIn(window);
    const other = await openTab(window);
    await other.getByRole("link", { name: "Keys" }).click();
    await other.getByLabel("Public key").fill("typed");
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("button", { name: "Make and use a new key" }).click();
    await page.getByRole("rowheader", { name: /^console-.* signs here$/ }).waitFor();
    await other.getByText(/^Another tab replaced the key: this one signs with console-\w+, too\.$/).waitFor();
    expect(await other.getByLabel("Public key").inputValue()).toBe("typed");
    const menu = await openAccountMenu(other);
    await menu.getByText(/^console-/).waitFor();
    await other.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Delete console-/ }).click();
    await page.getByRole("button", { name: "Delete the key" }).click();
    await waitForSignIn(other);
    await other.getByText("You deleted the key in another tab.").waitFor();
  });

  it("a key that was made here and waits is thrown away in every tab, and then signs nobody in", async () => {
    const window = await service.open();
    const { page, context } = window;
    const other = await context.newPage();
    for (const each of [page, other]) await each.goto("/--console/");
    await page.getByRole("region", { name: "With a new key" }).getByLabel("Login").fill("bob");
    await page.getByRole("button", { name: "Make a key" }).click();
    const line = await page.locator("pre").innerText();
    await other.locator("pre").getByText(line, { exact: true }).waitFor();
    const [, key = "", name = ""] = /'([^']+)' \| triton key add -n (\S+)/.exec(line.replace(/\s+/g, " ")) ?? [];
    expect((await bob.send(service.port, "/my/keys", { method: "POST", body: { name, key } })).status).toBe(201);
    await other.route("**/keys/*", async (route) => {
      await page.getByRole("button", { name: "Throw this key away" }).click();
      await page.getByRole("button", { name: "Make a key" }).waitFor();
      await route.continue();
    });
    await other.getByRole("button", { name: "I have added it: sign in" }).click();
    await other.getByText("You threw this key away in another tab.").waitFor();
    await other.getByRole("button", { name: "Make a key" }).waitFor();
    expect(await keeps(other)).toBeUndefined();
  });

  it("what the key may do is asked again when the page opens, also of one that was kept by an earlier version", async () => {
    const window = await service.open();
    const { page } = window;
    await op.signIn(window);
    await page.evaluate(async () => {
      const open = indexedDB.open("cloudapi-edge-console");
      const db = await new Promise<IDBDatabase>((done) => {
        open.onsuccess = () => done(open.result);
      });
      const store = db.transaction("session", "readwrite").objectStore("session");
      const read = store.get("current");
      await new Promise<void>((done) => {
        read.onsuccess = () => {
          const { login, key } = read.result;
          store.put({ login, key, actAs: "bob", scope: "account:read" }, "current").onsuccess = () => done();
        };
      });
    });
    await page.reload();
    await page.getByRole("link", { name: "Keys" }).waitFor();
    const menu = await openAccountMenu(page);
    await menu.getByRole("button", { name: "Act as…" }).waitFor();
    expect(await page.getByText("acts as").count()).toBe(0);
  });

  it("the question before a key is forgotten can be left, and the focus is where it was", async () => {
    const window = await service.open();
    await bob.signIn(window);
    await askToForget(window.page);
    await window.page.getByRole("button", { name: "Keep it" }).click();
    expect(await window.page.evaluate(() => document.activeElement?.getAttribute("popovertarget"))).toBe(
      "account-menu",
    );
    expect(await keeps(window.page)).toBe("bob");
  });
});
