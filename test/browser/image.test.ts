import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const image = { uuid: makeUuid(1), owner: bob.uuid, name: "base", version: "1.0.0", tags: { role: "db" } };
const service = new BrowserService();

describe.skipIf(!chromiumPath)(`the console's image${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob.account], images: [image] }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("is edited, previewed and saved", async () => {
    const window = await service.open();
    await bob.signIn(window);
    const { page } = window;
    await page.screenshot({ path: "/tmp/list.png" });
    await page.getByRole("link", { name: "base" }).click();
    await page.getByLabel("Description").fill("The base image of the fleet.");
    await page.screenshot({ path: "/tmp/image.png", fullPage: true });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved: description.").waitFor();
    const { json } = await bob.send(service.port, `/my/images/${image.uuid}`);
    expect(json).toMatchObject({ description: "The base image of the fleet.", tags: { role: "db" } });
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("heading", { name: "History" }).waitFor();
    await page.screenshot({ path: "/tmp/history.png", fullPage: true });
  });
});
