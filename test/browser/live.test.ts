import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
/** The same account with another key. */
const robot = new Person(bob.uuid, "bob", { keyName: "robot" });
const other = "cccccccc-0000-4000-8000-000000000001";
const service = new BrowserService();

const names = ["saving", "sharing", "told", "typed", "walked", "left"] as const;
const idOf = (name: (typeof names)[number]): string => makeUuid(names.indexOf(name) + 1);
const images = names.map((name) => ({
  uuid: idOf(name),
  owner: bob.uuid,
  name,
  version: "1.0.0",
  tags: { role: "db" },
}));

/** Opens an image in a new window, signed in. */
async function open(name: (typeof names)[number]): Promise<Window> {
  const window = await service.open();
  await bob.signIn(window);
  await window.page.goto(`/--console/#/images/${idOf(name)}`);
  await window.page.getByRole("heading", { level: 1, name: new RegExp(name) }).waitFor();
  return window;
}

const read = async (name: (typeof names)[number]) =>
  (await bob.send(service.port, `/my/images/${idOf(name)}`)).json as Record<string, unknown>;

const update = (name: (typeof names)[number], body: object) =>
  robot.send(service.port, `/my/images/${idOf(name)}?action=update`, { method: "POST", body });

/** What has the focus: its tag, and its name. */
const readFocus = ({ page }: Window): Promise<string> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return "body";
    const label = document.querySelector(`label[for="${focused.id}"]`);
    return `${focused.tagName.toLowerCase()} ${focused.getAttribute("aria-label") ?? (label ?? focused).textContent?.trim() ?? ""}`;
  });

describe.skipIf(!chromiumPath)(
  `an image that is edited while it changes${chromiumPath ? "" : ` (${withoutChromium})`}`,
  () => {
    beforeAll(() =>
      service.start({ accounts: [{ ...bob.account, keys: [...bob.account.keys, ...robot.account.keys] }], images }),
    );
    afterAll(() => service.stop());
    afterEach(async () => expect(await service.closeWindows()).toEqual([]));

    it("keeps what is typed while a save runs, and saves it next", async () => {
      const window = await open("saving");
      const { page } = window;
      const held = Promise.withResolvers<void>();
      await page.route("**/images/*?action=update", async (route) => {
        await held.promise;
        await route.continue();
      });
      await page.getByLabel("Description").fill("first");
      await page.getByLabel("Description").press("Control+s");
      await page.getByText("Saving… You may go on typing.").waitFor();
      await page.getByLabel("Description").fill("first and second");
      await page.getByLabel("Version").fill("1.0.1");
      held.resolve();
      await page.getByText("Saved: description.").waitFor();
      await page.getByText("Not saved: version, description").waitFor();
      expect(await page.getByLabel("Description").inputValue()).toBe("first and second");
      expect(await read("saving")).toMatchObject({ version: "1.0.0", description: "first" });
      await page.getByLabel("Description").press("Control+s");
      await page.getByText("Saved: version, description.").waitFor();
      expect(await read("saving")).toMatchObject({ version: "1.0.1", description: "first and second" });
      expect(await page.getByText("Someone else").count()).toBe(0);
    });

    it("takes one's own sharing for one's own, and keeps what is typed", async () => {
      const window = await open("sharing");
      const { page } = window;
      await page.getByLabel("Description").fill("typed");
      await page.getByLabel("Share with").fill(other);
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await page.getByText("Shared with 1 account.").waitFor();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved: description.").waitFor();
      expect(await page.getByText(/Someone else|elsewhere/).count()).toBe(0);
      expect(await read("sharing")).toMatchObject({ description: "typed", acl: [other] });
    });

    it("tells who changed what as it happens, and fields that nobody typed follow", async () => {
      const window = await open("told");
      const { page } = window;
      await page.getByLabel("Version").fill("2.0.0");
      await update("told", { description: "of the robot", tags: { role: "db", size: 8 } });
      // It looks every few seconds, and at once when the network is back.
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await page.getByText(/^The key robot changed description, tags, /).waitFor();
      expect(await page.getByLabel("Description").inputValue()).toBe("of the robot");
      expect(await page.getByLabel("Value of tag 2").inputValue()).toBe("8");
      expect(await page.getByLabel("Type of tag 2").inputValue()).toBe("number");
      expect(await page.getByLabel("Version").inputValue()).toBe("2.0.0");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved: version.").waitFor();
      expect(await page.getByText("The key robot").count()).toBe(0);
      expect(await read("told")).toMatchObject({
        version: "2.0.0",
        description: "of the robot",
        tags: { role: "db", size: 8 },
      });
    });

    it("says in another view that a save was refused, and keeps what was typed", async () => {
      const window = await open("left");
      window.expected.push(/status of 403/);
      const { page } = window;
      const held = Promise.withResolvers<void>();
      await page.route("**/images/*?action=update", async (route) => {
        await held.promise;
        await route.fulfill({ status: 403, json: { code: "QuotaExceeded", message: "the account is full" } });
      });
      await page.getByLabel("Description").fill("too much");
      await page.getByLabel("Description").press("Control+s");
      await page.getByText("Saving…").waitFor();
      await page.getByRole("link", { name: "Keys" }).click();
      await page.getByRole("heading", { level: 1, name: "Keys" }).waitFor();
      held.resolve();
      await page.getByText("left is not saved: The account has reached a limit.").waitFor();
      await page.goBack();
      expect(await page.getByLabel("Description").inputValue()).toBe("too much");
    });

    it("keeps what is typed in another view, and says so on the way back", async () => {
      const window = await open("typed");
      const { page } = window;
      await page.getByLabel("Description").fill("not saved yet");
      await page.getByRole("button", { name: "Add a tag" }).click();
      await page.getByLabel("Key of tag 2").fill("half");
      await page.getByRole("link", { name: "History" }).click();
      await page.getByRole("heading", { level: 1, name: "History" }).waitFor();
      await page.goBack();
      await page.getByText("Not saved: description, tags").waitFor();
      expect(await page.getByLabel("Description").inputValue()).toBe("not saved yet");
      expect(await page.getByLabel("Key of tag 2").inputValue()).toBe("half");
      // The browser asks before the page goes with it.
      page.once("dialog", (dialog) => dialog.accept());
      await page.reload();
      await page.getByLabel("Description").waitFor();
      expect(await page.getByLabel("Description").inputValue()).toBe("");
    });

    it("is edited from the list and back by the keyboard, with the focus and the title where the person is", async () => {
      const window = await service.open();
      const { page } = window;
      await bob.signIn(window);
      await page.getByRole("link", { name: "walked" }).press("Enter");
      await page.getByRole("heading", { level: 1, name: /walked/ }).waitFor();
      expect([await readFocus(window), await page.title()]).toEqual([
        "h1 walked 1.0.0",
        "walked 1.0.0 – cloudapi-edge",
      ]);
      await page.getByRole("button", { name: "Add a tag" }).press("Enter");
      expect(await readFocus(window)).toBe("input Key of tag 2");
      await page.keyboard.type("cores");
      await page.keyboard.press("Tab");
      await page.keyboard.type("8");
      expect(await page.getByLabel("Type of tag 2").inputValue()).toBe("number");
      await page.getByRole("button", { name: "Rehearse" }).press("Enter");
      await page.getByText("The service would change: tags.").waitFor();
      expect(await readFocus(window)).toBe("button Rehearse");
      await page.getByRole("button", { name: "Save" }).press("Enter");
      await page.getByText("Saved: tags.").waitFor();
      expect(await readFocus(window)).toBe("button Save");
      await page.getByRole("button", { name: "Remove tag 1" }).press("Enter");
      expect(await readFocus(window)).toBe("button Remove tag 1");
      await page.getByRole("button", { name: "Remove tag 1" }).press("Enter");
      expect(await readFocus(window)).toBe("button Add a tag");
      await page.getByRole("button", { name: "Discard" }).press("Enter");
      expect([await readFocus(window), await page.getByLabel(/^Key of tag/).count()]).toEqual(["button Discard", 2]);
      await page.getByRole("button", { name: "Delete…" }).press("Enter");
      expect(await readFocus(window)).toMatch(/^input Type the name/);
      await page.keyboard.press("Escape");
      expect(await readFocus(window)).toBe("button Delete…");
      await page.goBack();
      await page.getByRole("heading", { level: 1, name: "Images" }).waitFor();
      expect(await page.title()).toBe("Images – cloudapi-edge");
      expect(await readFocus(window)).not.toBe("body");
    });
  },
);
