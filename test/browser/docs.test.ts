import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";

const service = new BrowserService();

describe.skipIf(!chromiumPath)(`the documentation${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({}));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 390 },
  ] as const)("lists every operation, without a finding of axe and without scrolling sideways: %o", async (look) => {
    const { page } = await service.open(look);
    await page.goto("/--docs/");
    await page.getByRole("heading", { name: "Update, clone or revert an image" }).waitFor();
    expect(await page.locator("section").count()).toBe(21);
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(page)).toBe(0);
  });
});
