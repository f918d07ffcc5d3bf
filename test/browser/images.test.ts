import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const many = new Person("dddddddd-0000-4000-8000-000000000001", "many");
const some1000 = new Person("eeeeeeee-0000-4000-8000-000000000001", "some1000");
const service = new BrowserService();
const manyCount = 10_000;
const fewCount = 1000;

const some = [
  { name: "base", version: "1.9.0", published_at: "2020-01-01T00:00:00Z", tags: { role: "db" } },
  { name: "base", version: "1.10.0", published_at: "2021-01-01T00:00:00Z", state: "disabled" },
  { name: "web", version: "2.0.0", published_at: "2022-01-01T00:00:00Z", type: "docker", acl: [carol.uuid] },
  { name: "hostile", version: "1", description: `<img src=x onerror=alert(1)> \u202Egnp.exe ${"x".repeat(10_000)} 😀` },
].map((image, at) => ({ uuid: makeUuid(at + 1), owner: bob.uuid, ...image }));
const others = [
  { name: "shared-with-bob", acl: [bob.uuid] },
  { name: "everybodys", public: true },
  { name: "hidden" },
].map((image, at) => ({ uuid: makeUuid(at + 11), owner: carol.uuid, version: "1", ...image }));
const makeLots = ({ uuid: owner }: Person, { count, from }: { count: number; from: number }) =>
  Array.from({ length: count }, (_, at) => ({
    uuid: makeUuid(at + from),
    owner,
    name: `image-${String(at).padStart(5, "0")}`,
    version: `1.${at}.0`,
    description: `number ${at}`,
    published_at: new Date(Date.UTC(2020, 0, 1) + at * 3_600_000).toISOString(),
  }));
const lots = [
  ...makeLots(many, { count: manyCount, from: 1000 }),
  ...makeLots(some1000, { count: fewCount, from: 20_000 }),
];

/** Counts in `reads` how often the page reads the state of an image, and what the list is sorted by at first. */
const countReads = () => {
  const reads: Record<string, number> = { state: 0, published_at: 0 };
  Object.assign(globalThis, { reads });
  const parse = JSON.parse;
  JSON.parse = (text, reviver) => {
    const value = parse(text, reviver);
    for (const image of Array.isArray(value) ? value : []) {
      for (const name of Object.keys(reads)) {
        const { [name]: own } = image;
        if (typeof own !== "string") continue;
        const get = () => {
          reads[name] = (reads[name] ?? 0) + 1;
          return own;
        };
        Object.defineProperty(image, name, { get, enumerable: true });
      }
    }
    return value;
  };
};

type Reads = { state: number; published_at: number };

const readReads = ({ page }: Window): Promise<Reads> =>
  page.evaluate(() => ({ ...(globalThis as unknown as { reads: Reads }).reads }));

/** Scrolls on in each of 180 frames. Answers how long they took, and how often a state was read meanwhile. */
const scroll = ({ page }: Window) =>
  page.evaluate(
    () =>
      new Promise<{ gaps: number[]; reads: number }>((done) => {
        const { reads } = globalThis as unknown as { reads: { state: number } };
        const before = reads.state;
        const box = document.querySelector(".scrolled");
        const gaps: number[] = [];
        let last = performance.now();
        const step = (now: number) => {
          gaps.push(now - last);
          last = now;
          if (box) box.scrollTop += 100;
          if (gaps.length < 180) requestAnimationFrame(step);
          else done({ gaps: gaps.slice(5), reads: reads.state - before });
        };
        requestAnimationFrame(step);
      }),
  );

/** Opens the list of a person, whose images are counted. */
async function openCounted(person: Person, count: number): Promise<Window> {
  const window = await service.open();
  await window.page.addInitScript(countReads);
  await person.signIn(window);
  await waitForCount(window, `${count} of ${count} images`);
  return window;
}

const rows = ({ page }: Window) => page.locator("tbody tr[data-row]");
const readNames = async (window: Window): Promise<string[]> =>
  (await rows(window).locator("th a").allInnerTexts()).map((name) => name.trim());
const waitForCount = ({ page }: Window, text: string) => page.getByText(text, { exact: true }).waitFor();

describe.skipIf(!chromiumPath)(`the console's list of images${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({
      accounts: [bob, carol, many, some1000].map(({ account }) => account),
      images: [...some, ...others, ...lots],
    });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("shows one's own, shared and public images apart; docker images and every state of one's own too", async () => {
    const window = await service.open();
    await bob.signIn(window);
    await waitForCount(window, "4 of 4 images");
    expect(await readNames(window)).toEqual(["web", "base", "base", "hostile"]);
    const { page } = window;
    expect(await page.getByRole("row", { name: /web/ }).innerText()).toContain("shared with 1");
    await page.getByRole("button", { name: /Shared with me/ }).click();
    expect(await readNames(window)).toEqual(["shared-with-bob"]);
    await page.getByRole("button", { name: /Public/ }).click();
    expect(await readNames(window)).toEqual(["everybodys"]);
    expect(await page.getByRole("row", { name: /everybodys/ }).innerText()).toContain(carol.uuid);
  });

  it("searches, filters, sorts and opens with the keyboard, and finds the place again", async () => {
    const window = await service.open();
    await bob.signIn(window);
    await waitForCount(window, "4 of 4 images");
    const { page } = window;
    await page.keyboard.press("/");
    await page.keyboard.type("BASE");
    await waitForCount(window, "2 of 4 images");
    await page.getByRole("button", { name: "Version" }).press("Enter");
    const versions = () => rows(window).locator("td.version").allInnerTexts();
    expect(await versions()).toEqual(["1.9.0", "1.10.0"]);
    await page.getByRole("button", { name: /Version/ }).press("Enter");
    expect(await versions()).toEqual(["1.10.0", "1.9.0"]);
    expect(await page.getByRole("columnheader", { name: /Version/ }).getAttribute("aria-sort")).toBe("descending");
    await page.getByLabel("State").selectOption("active");
    await waitForCount(window, "1 of 4 images");
    await page.getByLabel("State").selectOption("");
    await page.getByRole("link", { name: "base" }).first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "base 1.9.0" }).waitFor();
    await page.goBack();
    await waitForCount(window, "2 of 4 images");
    expect(await page.getByLabel("Search images").inputValue()).toBe("BASE");
    await page.getByLabel("Search images").fill("nothing like it");
    await page.getByText("No image matches the search and the filters.").waitFor();
  });

  it("stands still while it loads, and scrolls 10 000 images with few rows in the page", async () => {
    const window = await service.open();
    const { page } = window;
    await bob.signIn(window);
    await page.addInitScript(() => {
      const seen = { shift: 0 };
      Object.assign(globalThis, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.shift += "value" in entry ? Number(entry.value) : 0;
      }).observe({ type: "layout-shift", buffered: true });
    });
    const took: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await page.goto("about:blank");
      const from = performance.now();
      await page.goto("/--console/");
      await rows(window).first().waitFor();
      took.push(performance.now() - from);
    }
    const shift = await page.evaluate(() => (globalThis as unknown as { seen: { shift: number } }).seen.shift);
    const small = await openCounted(some1000, fewCount);
    const other = await openCounted(many, manyCount);
    expect(await rows(other).count()).toBeLessThan(100);
    expect(await other.page.locator("table").getAttribute("aria-rowcount")).toBe(String(manyCount + 1));
    const scrolled = { [fewCount]: await scroll(small), [manyCount]: await scroll(other) };
    const describeFrames = ([count, { gaps, reads }]: [string, { gaps: number[]; reads: number }]) => {
      const late = gaps.filter((gap) => gap > 34).length;
      return `at ${count} images ${late} of ${gaps.length} frames late, ${reads} rows drawn`;
    };
    console.log(
      `usable after ${took.map((ms) => ms.toFixed(0)).join(", ")} ms; layout shift ${shift.toFixed(4)}; ${Object.entries(scrolled).map(describeFrames).join("; ")}`,
    );
    expect(shift).toBeLessThan(0.01);
    // A frame draws the rows in sight, however many there are: each reads its state twice.
    for (const { gaps, reads } of Object.values(scrolled)) expect(reads / gaps.length).toBeLessThan(150);
    await other.page
      .getByRole("link")
      .filter({ hasText: /^image-/ })
      .first()
      .focus();
    await other.page.keyboard.press("End");
    await other.page.getByRole("link", { name: "image-00000", exact: true }).waitFor();
    expect(await other.page.evaluate(() => document.activeElement?.textContent)).toBe("image-00000");
    const before = await readReads(other);
    await other.page.getByLabel("Search images").fill("IMAGE-04242 number");
    await waitForCount(other, `1 of ${manyCount} images`);
    // The rows are sorted already: only those that are drawn are asked for their time.
    expect((await readReads(other)).published_at - before.published_at).toBeLessThan(500);
    expect(await readNames(other)).toEqual(["image-04242"]);
  }, 120_000);

  it("says that there is no network, and goes on when it is back", async () => {
    const window = await service.open();
    window.expected.push(/ERR_INTERNET_DISCONNECTED/);
    await bob.signIn(window);
    await waitForCount(window, "4 of 4 images");
    const { page } = window;
    await page.getByRole("link", { name: "hostile" }).focus();
    await window.context.setOffline(true);
    await page.getByRole("link", { name: "hostile" }).press("Enter");
    await page.getByText("You are offline").waitFor();
    await window.context.setOffline(false);
    await page.getByRole("heading", { name: "hostile 1" }).waitFor();
  });

  it("says that the key is gone when it was deleted meanwhile", async () => {
    const own = new Person(carol.uuid, "carol");
    await carol.send(service.port, "/my/keys", {
      method: "POST",
      body: { name: "second", key: own.account.keys[0]?.key ?? "" },
    });
    const window = await service.open();
    window.expected.push(/status of 401/);
    await own.signIn(window);
    await carol.send(service.port, "/my/keys/second", { method: "DELETE" });
    await window.page.getByRole("link", { name: "Keys" }).click();
    await window.page.getByText("The service does not know this key").waitFor();
  });

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 1280 },
    { colorScheme: "light", width: 390 },
    { colorScheme: "dark", width: 390 },
  ] as const)("has no finding of axe and no scrolling sideways: %o", async (look) => {
    const window = await service.open(look);
    await bob.signIn(window);
    await waitForCount(window, "4 of 4 images");
    expect(await listFindings(window.page)).toEqual([]);
    expect(await measureSidewaysScroll(window.page)).toBe(0);
  });
});
