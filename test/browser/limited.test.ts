import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openAccountMenu } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const service = new BrowserService();
const ivan = new Person("bbbbbbbb-0000-4000-8000-000000000006", "ivan");
const [tagged, other] = [makeUuid(1), makeUuid(2)];
const limited = {
  ...ivan.account,
  operator: true,
  keys: ivan.account.keys.map((key) => ({ ...key, scope: `account:read images:tag@${tagged}` })),
};
const image = { owner: ivan.uuid, version: "1", tags: { role: "db" } };

describe.skipIf(!chromiumPath)(
  `a key with a scope in the console${chromiumPath ? "" : ` (${withoutChromium})`}`,
  () => {
    beforeAll(() =>
      service.start({
        accounts: [limited],
        images: [
          { ...image, uuid: tagged, name: "tagged" },
          { ...image, uuid: other, name: "other" },
        ],
      }),
    );
    afterAll(() => service.stop());
    afterEach(async () => expect(await service.closeWindows()).toEqual([]));

    it("is shown only what it may do, and does it", async () => {
      const window = await service.open();
      await ivan.signIn(window);
      const { page } = window;
      await page.getByLabel("Select tagged 1").click();
      await page.getByRole("button", { name: "Change tags or sharing…" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("What to do").waitFor();
      expect(await dialog.getByLabel("What to do").locator("option").allInnerTexts()).toEqual([
        "Set a tag",
        "Remove a tag",
      ]);
      await dialog.getByLabel("Tag", { exact: true }).fill("bulk");
      await dialog.getByLabel("Value", { exact: true }).fill("yes");
      await page.keyboard.press("Enter");
      await dialog.getByRole("button", { name: "Do it for 1 image" }).click();
      await dialog.getByText("changed tags").waitFor();
      await dialog.getByRole("button", { name: "Close" }).click();
      // Its key may read no feed.
      await page.getByLabel("Search images").fill("bulk");
      await page.getByText("1 of 1 images", { exact: true }).waitFor();
      await page.getByRole("link", { name: "tagged" }).click();
      const form = page.getByRole("form", { name: "Edit the image" });
      await form.waitFor();
      const menu = await openAccountMenu(page);
      await menu.getByRole("button", { name: "Forget key" }).waitFor();
      expect(await menu.getByText(/Keys|Act as/).count()).toBe(0);
      await page.keyboard.press("Escape");
      for (const hidden of ["Keys", "Share", "Delete…"])
        expect([hidden, await page.getByText(hidden, { exact: true }).count()]).toEqual([hidden, 0]);
      expect(await form.getByLabel("Name", { exact: true }).count()).toBe(0);
      expect(await page.getByText("other", { exact: true }).count()).toBe(0);
      await form.getByRole("textbox").nth(1).fill("web");
      await form.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved: tags.").waitFor();
      const { json } = await ivan.send(service.port, `/my/images/${tagged}/tags`);
      expect(json).toEqual({ role: "web", bulk: "yes" });
      await page.getByRole("link", { name: "History" }).click();
      await page
        .getByRole("button", { name: /^Undo tags/ })
        .first()
        .waitFor();
      expect(await page.getByRole("button", { name: /^Make the image as it was/ }).count()).toBe(0);
    });
  },
);
