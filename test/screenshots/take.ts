/** Makes the pictures of the console in docs/screenshots from a service of its own. `npm run screenshots [-- --out DIR]` */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { fromCaller, readOptions, runProgram } from "../../scripts/running/program.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Look, withoutChromium } from "../support/chromium.ts";
import type { Person } from "../support/person.ts";
import { makeExample } from "./example.ts";
import { makeHistory, moreViews, signedInViews } from "./views.ts";

const usage = `usage: npm run screenshots [-- --out DIR] [--all]
  --out DIR  the folder of the pictures (default docs/screenshots)
  --all      every view, light, dark, on a telephone and at 200 %, to be looked at`;

const wide = { width: 1200, height: 700 } as const;
const phone = { colorScheme: "dark", width: 390, height: 844 } as const;

/** Of the pictures in the documents, where a view is higher. */
const heights: Readonly<Record<string, number>> = { image: 970 };

/** The looks of `--all`: at 200 % a window shows half as much each way. */
const looks: Readonly<Record<string, Look>> = {
  light: wide,
  dark: { ...wide, colorScheme: "dark" },
  phone: { ...phone, colorScheme: "light" },
  zoom: { width: 640, height: 400 },
};

async function takePictures(out: string, isAll: boolean): Promise<number> {
  if (!chromiumPath) throw new Error(`no picture was made: ${withoutChromium}`);
  mkdirSync(out, { recursive: true });
  const take = async (page: Page, name: string, fullPage = false) => {
    const path = join(out, `${name}.png`);
    await page.evaluate("scrollTo(0, 0)");
    // What happened is said for a moment, over the page.
    await page.locator(".told:empty").waitFor({ state: "attached" });
    await page.screenshot({ path, animations: "disabled", fullPage });
    console.log(`${path}: ${Math.ceil(statSync(path).size / 1024)} KiB`);
  };
  const { laptop, desk, ...provisioned } = makeExample();
  const service = new BrowserService();
  const openSignedIn = async (person: Person, look: Look = wide): Promise<Page> => {
    const window = await service.open(look);
    await person.signIn(window);
    return window.page;
  };
  try {
    await service.start(provisioned);
    const elsewhere = await openSignedIn(desk);
    await makeHistory(elsewhere);
    for (const [turn, [look, size]] of Object.entries(isAll ? looks : {}).entries()) {
      const { page: signingIn } = await service.open(size);
      await signingIn.goto("/--console/");
      await signingIn.getByLabel("Private key file").waitFor();
      await take(signingIn, `sign-in-${look}`, true);
      const page = await openSignedIn(laptop, size);
      for (const [name, open] of Object.entries({ ...signedInViews, ...moreViews })) {
        await open({ page, elsewhere, turn });
        await take(page, `${name}-${look}`, true);
      }
    }
    if (isAll) return 0;
    const page = await openSignedIn(laptop);
    for (const [name, open] of Object.entries(signedInViews)) {
      await page.setViewportSize({ ...wide, height: heights[name] ?? wide.height });
      await open({ page, elsewhere, turn: 0 });
      await take(page, name);
    }
    const small = await openSignedIn(laptop, phone);
    await small.getByRole("link", { name: "base-64-lts" }).first().waitFor();
    await take(small, "images-phone-dark");
    return 0;
  } finally {
    await service.stop();
  }
}

await runProgram(async () => {
  const { values } = readOptions(usage, {
    options: {
      out: { type: "string", default: join(import.meta.dirname, "../../docs/screenshots") },
      all: { type: "boolean", default: false },
    },
  });
  return await takePictures(fromCaller(values.out), values.all);
});
