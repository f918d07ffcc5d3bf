import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Look, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const service = new BrowserService();
const names = ["reverted", "field", "raced", "long", "granted", "left", "gone"] as const;
type Name = (typeof names)[number];
const idOf = (name: Name): string => makeUuid(1 + names.indexOf(name));
const images = names.map((name) => ({
  uuid: idOf(name),
  owner: name === "left" ? carol.uuid : bob.uuid,
  name,
  version: "1.0.0",
  ...((name === "left" || name === "reverted") && { acl: [name === "left" ? bob.uuid : carol.uuid] }),
}));

async function open(name: Name, { part = "", ...look }: Look & { part?: "" | "/history" } = {}): Promise<Window> {
  const window = await service.open(look);
  await bob.signIn(window);
  await window.page.goto(`/--console/#/images/${idOf(name)}${part}`);
  await window.page.getByRole("heading", { level: 1, name: part ? "History" : new RegExp(name) }).waitFor();
  return window;
}

const send = (path: string, options: Parameters<Person["send"]>[2] = {}) => bob.send(service.port, path, options);
const read = async (name: Name, query = "") =>
  (await send(`/my/images/${idOf(name)}${query}`)).json as Record<string, unknown>;
const readAudit = async (name: Name, person = bob) =>
  (await person.send(service.port, `/my/images/${idOf(name)}/audit`)).json as Record<string, unknown>[];
const update = (name: Name, body: object) => send(`/my/images/${idOf(name)}?action=update`, { method: "POST", body });

/** Holds requests back until what it answers is called. */
async function holdBack(page: Page, url: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

describe.skipIf(!chromiumPath)(
  `the console's history and sharing${chromiumPath ? "" : ` (${withoutChromium})`}`,
  () => {
    beforeAll(() => service.start({ accounts: [bob.account, carol.account], images }));
    afterAll(() => service.stop());
    afterEach(async () => expect(await service.closeWindows()).toEqual([]));

    it("reverts to a revision after showing what changes; a grant comes back only where the person says so", async () => {
      await update("reverted", { description: "first", tags: { a: 1 } });
      await update("reverted", { description: "second words", tags: { b: null }, acl: [] });
      const { page } = await open("reverted", { part: "/history" });
      const second = page.getByRole("listitem").filter({ hasText: "revision 3" }).first();
      await second.getByText("By file, the key that signs here").waitFor();
      expect(await second.locator("del").allInnerTexts()).toContain("first");
      expect(await second.locator("ins").allInnerTexts()).toContain("second words");
      await page.getByRole("button", { name: "Make the image as it was at revision 2…" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.locator("ins").first().waitFor();
      expect(await dialog.locator("ins").allInnerTexts()).toEqual(["first", "1"]);
      expect(await dialog.locator("del").allInnerTexts()).toEqual(["second words", "null"]);
      expect(await listFindings(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Revert", exact: true }).click();
      await page.getByText("The image is as it was at revision 2.").waitFor();
      const { name, version, description, tags } = await read("reverted", "?revision=2");
      const now = await read("reverted");
      expect(now).toMatchObject({ name, version, description, tags });
      expect(now).not.toHaveProperty("acl");
      await page.getByRole("button", { name: "Make the image as it was at revision 2…" }).click();
      await dialog.getByText("Nothing would change.").waitFor();
      await dialog.getByRole("checkbox").check();
      await dialog.locator("ins", { hasText: carol.uuid }).waitFor();
      await dialog.getByRole("button", { name: "Revert", exact: true }).click();
      await dialog.waitFor({ state: "detached" });
      expect(await read("reverted")).toMatchObject({ acl: [carol.uuid] });
      expect((await readAudit("reverted")).map(({ action }) => action)).toEqual([
        "revert",
        "revert",
        "update",
        "update",
        "provision",
      ]);
    });

    it("takes back one field of one revision, and leaves what was changed since in others", async () => {
      await update("field", { description: "good", tags: { keep: 1, role: "db" } });
      await update("field", { description: "bad", tags: { keep: 1, role: "web", new: true } });
      await update("field", { version: "2.0.0", tags: { keep: 2, role: "web", new: true } });
      const { page } = await open("field", { part: "/history" });
      const third = page.getByRole("listitem").filter({ hasText: "revision 3" }).first();
      const undo = (field: string) => page.getByRole("button", { name: `Undo ${field} of revision 3` });
      const confirm = page.getByRole("dialog").getByRole("button", { name: "Undo", exact: true });
      await undo("tags").click();
      const release = await holdBack(page, "**/audit");
      await page.getByRole("dialog").locator("ins", { hasText: "db" }).waitFor();
      await confirm.click();
      await page.getByText("Took back tags of revision 3.").waitFor();
      // What is shown is the revision before: an edit over it would be refused as somebody else's.
      expect(await undo("description").isDisabled()).toBe(true);
      release();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await third.getByText("It is as before already.").waitFor();
      expect(await undo("tags").isDisabled()).toBe(true);
      await undo("description").click();
      await confirm.click();
      await page.getByText("Took back description of revision 3.").waitFor();
      expect(await read("field")).toMatchObject({
        version: "2.0.0",
        description: "good",
        tags: { keep: 2, role: "db" },
      });
    });

    it("loses nothing when someone else writes while a revert is looked at", async () => {
      await update("raced", { description: "one" });
      await update("raced", { description: "two" });
      const window = await open("raced", { part: "/history" });
      window.expected.push(/status of 412/);
      const { page } = window;
      await page.getByRole("button", { name: "Make the image as it was at revision 2…" }).click();
      await page.getByRole("dialog").locator("ins").first().waitFor();
      await update("raced", { description: "three" });
      await page.getByRole("button", { name: "Revert", exact: true }).click();
      await page.getByText("It was changed meanwhile").waitFor();
      expect(await read("raced")).toMatchObject({ description: "three" });
      await page.getByRole("button", { name: "Look again" }).click();
      await page.getByText("revision 4").waitFor();
    });

    it("shows 150 revisions a hundred at a time, and moves the focus to those that it adds", async () => {
      for (let at = 0; at < 149; at += 1) await update("long", { description: `edit ${at}` });
      const { page } = await open("long", { part: "/history" });
      const revisions = page.locator(".timeline > li");
      expect(await revisions.count()).toBe(100);
      await page.getByRole("button", { name: "Show older" }).press("Enter");
      await page.locator("#revision-50:focus").waitFor();
      expect(await revisions.count()).toBe(150);
      expect(await page.getByRole("button", { name: "Show older" }).count()).toBe(0);
    });

    it("shares with several accounts, names what is no account, and keeps what another client grants at the same time", async () => {
      const { page } = await open("granted");
      await page.getByLabel("Share with").fill(`${carol.uuid}, alice`);
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await page.getByText('"alice" is no account UUID.').waitFor();
      expect(await read("granted")).not.toHaveProperty("acl");
      await send(`/my/images/${idOf("granted")}/acl?action=add`, { method: "POST", body: [makeUuid(90)] });
      await page.getByLabel("Share with").fill(`${carol.uuid}\n${makeUuid(91)} ${carol.uuid}`);
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await page.getByText("Shared with 2 accounts.").waitFor();
      expect((await read("granted"))["acl"]).toEqual([makeUuid(90), carol.uuid, makeUuid(91)]);
      await page.getByRole("button", { name: `Remove ${makeUuid(90)}` }).click();
      await page.getByText("No longer shared with 1 account.").waitFor();
      expect((await read("granted"))["acl"]).toEqual([carol.uuid, makeUuid(91)]);
      expect(await listFindings(page)).toEqual([]);
    });

    it("leaves an image that was shared: it is gone at once, and the owner's audit names who", async () => {
      const window = await open("left");
      const { page } = window;
      await page.getByRole("button", { name: "Leave…" }).click();
      await page.getByRole("button", { name: "Leave the image" }).click();
      await page.getByText("You left the image.").waitFor();
      await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
      expect((await send(`/my/images/${idOf("left")}`)).status).toBe(404);
      const [entry] = await readAudit("left", carol);
      expect(entry).toMatchObject({ action: "leave", caller: { type: "signature", account: bob.uuid } });
    });

    it("shows the history of a deleted image to its owner, without a way to change it", async () => {
      await send(`/my/images/${idOf("gone")}`, { method: "DELETE" });
      const window = await service.open();
      window.expected.push(/status of 404/);
      await bob.signIn(window);
      await window.page.goto(`/--console/#/images/${idOf("gone")}/history`);
      await window.page.getByText("The image is deleted. Its history stays for a while.").waitFor();
      await window.page.getByText("Deleted", { exact: true }).waitFor();
      await window.page.getByRole("heading", { level: 1, name: "History of gone" }).waitFor();
      expect(await window.page.title()).toBe("History of gone – cloudapi-edge");
      expect(await window.page.getByRole("button", { name: /Make the image|Undo/ }).count()).toBe(0);
      await window.page.getByRole("link", { name: "Compare revisions 1 and 2" }).click();
      await window.page.locator(".compared ins", { hasText: "destroyed" }).waitFor();
    });

    it.each([
      { colorScheme: "light", width: 1280 },
      { colorScheme: "dark", width: 390 },
    ] as const)("has no finding of axe and no scrolling sideways: %o", async (look) => {
      const { page } = await open("field", { part: "/history", ...look });
      expect(await listFindings(page)).toEqual([]);
      expect(await measureSidewaysScroll(page)).toBe(0);
    });
  },
);
