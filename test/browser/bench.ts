/** Measures the console over many images, beside that of another checkout. `npm run bench-console [-- --before DIR]` */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, CDPSession, Page } from "playwright-core";
import { findFreePort } from "../../scripts/running/address.ts";
import { fromCaller, readNumber, readOptions, runProgram } from "../../scripts/running/program.ts";
import { chromiumPath, startChromium, Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { withKinds } from "../support/provision-files.ts";
import { run, StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const usage = `usage: npm run bench-console [-- --images N] [--before DIR]
  --images N    images of the account (default 10000); scrolling is measured with 1000 too
  --before DIR  another checkout with its packages installed, whose console is measured in the same run`;

const project = join(import.meta.dirname, "../..");
const person = new Person("dddddddd-0000-4000-8000-000000000001", "many");
const frames = 180;

/** What one step took. */
type Step = { requests: number; kib: number; ms: number };

/** Does something in the page, and waits until the network is quiet. */
async function measure(page: Page, network: CDPSession, act: () => Promise<unknown>): Promise<Step> {
  const seen = { requests: 0, bytes: 0 };
  const count = ({ encodedDataLength }: { encodedDataLength: number }) => {
    seen.requests += 1;
    seen.bytes += encodedDataLength;
  };
  network.on("Network.loadingFinished", count);
  const from = performance.now();
  await act();
  const ms = performance.now() - from;
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(1000);
  network.off("Network.loadingFinished", count);
  return { requests: seen.requests, kib: seen.bytes / 1024, ms };
}

const watchShifts = `globalThis.shifted = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.shifted += entry.value; })
  .observe({ type: "layout-shift", buffered: true });`;

const scroll = `new Promise((done) => {
  const box = document.querySelector(".scrolled");
  let left = ${frames};
  const step = () => {
    box.scrollTop += 180;
    left -= 1;
    if (left > 0) requestAnimationFrame(step); else done();
  };
  requestAnimationFrame(step);
})`;

const waitForRows = (page: Page, count: number) => page.locator(`table.images[aria-rowcount="${count + 1}"]`).waitFor();

/** What the main thread works for a frame of scrolling, in ms. */
async function measureScroll(page: Page, network: CDPSession): Promise<number> {
  const readBusy = async () => {
    const { metrics } = await network.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };
  await network.send("Performance.enable");
  const before = await readBusy();
  await page.evaluate(scroll);
  return ((await readBusy()) - before) * (1000 / frames);
}

/** The console of a service that runs. */
async function measureSite(browser: Browser, origin: string, count: number): Promise<Record<string, number>> {
  const window = await Window.open(browser, origin);
  await person.signIn(window);
  const page = await window.context.newPage();
  const network = await window.context.newCDPSession(page);
  await network.send("Network.enable");
  await page.addInitScript(watchShifts);
  const load = await measure(page, network, async () => {
    await page.goto("/--console/");
    await waitForRows(page, count);
  });
  const shift = await page.evaluate<number>("globalThis.shifted");
  const opened = await measure(page, network, async () => {
    await page.locator("table.images tbody a").first().click();
    await page.getByLabel("Description").waitFor();
  });
  const back = await measure(page, network, async () => {
    await page.goBack();
    await waitForRows(page, count);
  });
  const frame = await measureScroll(page, network);
  await window.close();
  const name = (step: string, { requests, kib, ms }: Step) => ({
    [`${step}: requests`]: requests,
    [`${step}: KiB`]: kib,
    [`${step}: ms`]: ms,
  });
  return {
    ...name("list", load),
    "list: layout shift": shift,
    ...name("open an image", opened),
    ...name("back to the list", back),
    "a frame of scrolling: ms": frame,
  };
}

/** Starts the service of a checkout over so many images, and measures its console. */
async function measureCheckout(browser: Browser, folder: string, count: number): Promise<Record<string, number>> {
  const work = mkdtempSync(join(tmpdir(), "cloudapi-edge-console-"));
  const [file, state] = [join(work, "provision.json"), join(work, "state")];
  const images = Array.from({ length: count }, (_, at) => ({
    ...{ uuid: makeUuid(at + 1000), owner: person.uuid, version: `1.${at}.0`, description: `number ${at}` },
    name: `image-${String(at).padStart(5, "0")}`,
    tags: { role: at % 3 === 0 ? "db" : "web" },
    published_at: new Date(Date.UTC(2020, 0, 1) + at * 3_600_000).toISOString(),
  }));
  writeFileSync(file, JSON.stringify(withKinds({ accounts: [person.account], images })));
  const provisioned = await run(process.execPath, ["scripts/provision.ts", "--state", state, file], { cwd: folder });
  if (provisioned.code !== 0) throw new Error(provisioned.stderr);
  const port = await findFreePort();
  const service = new StartedService(["--port", String(port), "--state", state], "serve", folder);
  try {
    await service.waitUntilReady();
    return await measureSite(browser, `http://127.0.0.1:${port}`, count);
  } finally {
    await service.end();
    rmSync(work, { recursive: true, force: true });
  }
}

const format = (value: number | undefined): string =>
  value === undefined ? "" : value.toFixed(Number.isInteger(value) ? 0 : value < 10 ? 2 : 0);

await runProgram(async () => {
  const { values } = readOptions(usage, {
    options: { images: { type: "string", default: "10000" }, before: { type: "string" } },
  });
  if (!chromiumPath) throw new Error(`nothing was measured: ${withoutChromium}`);
  const count = readNumber("--images", values.images, { least: 1 });
  const folders = [project, ...(values.before === undefined ? [] : [fromCaller(values.before)])];
  const browser = await startChromium();
  try {
    const columns: Record<string, number>[] = [];
    for (const folder of folders) {
      const few = await measureCheckout(browser, folder, 1000);
      const all = await measureCheckout(browser, folder, count);
      columns.push({ ...all, "a frame of scrolling 1000 images: ms": few["a frame of scrolling: ms"] ?? 0 });
    }
    const [now = {}, before] = columns;
    console.log(`| ${count} images | now |${before ? " before | ratio |" : ""}\n|---|---|${before ? "---|---|" : ""}`);
    for (const [name, value] of Object.entries(now)) {
      const other = before?.[name];
      const more = other === undefined ? "" : ` ${format(other)} | ${other === 0 ? "" : (value / other).toFixed(2)} |`;
      console.log(`| ${name} | ${format(value)} |${more}`);
    }
    return 0;
  } finally {
    await browser.close();
  }
});
