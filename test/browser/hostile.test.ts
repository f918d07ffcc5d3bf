import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { measureSidewaysScroll } from "../support/accessibility.ts";
import { actAs } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const carol = new Person("cccccccc-0000-4000-8000-000000000001", "carol");
const op = new Person("dddddddd-0000-4000-8000-000000000001", "op", { isOperator: true });
const service = new BrowserService();
const long = "x".repeat(10_000);
const script = `<script>document.title="run"</script><img src=x onerror="document.title='run'">`;
const rtl = "\u202Egnp.exe";

const hostile = {
  name: `${script}${rtl}`,
  version: `1${rtl}`,
  description: `${script}${rtl} ${long}`,
  homepage: "javascript:document.title='run'",
  eula: "JaVaScRiPt:document.title='run'",
  tags: { [`${script}${rtl}`]: `</textarea>${script}`, [long.slice(0, 200)]: long },
  state: "failed",
  error: { code: "PrepareImageDidNotRun", message: `${script}${rtl} ${long}` },
};
const [own, shared] = [makeUuid(1), makeUuid(2)];
/** As a backup has an image that was stored before names had a rule. */
function makeStored(uuid: string, fields: object): object {
  const image = { ...hostile, ...fields };
  const made = { revision: 1, time: "2026-01-01T00:00:00.000Z", operation: "provision", writeId: uuid, image };
  return { uuid, ...image, revision: 1, history: [made] };
}

const images = [
  makeStored(own, { owner: bob.uuid }),
  makeStored(shared, { owner: carol.uuid, acl: [bob.uuid], state: "active" }),
];

/** Nothing ran, nothing is a link that would run, and the page scrolls down alone. */
async function expectStands({ page }: Window): Promise<void> {
  expect(await page.title()).toMatch(/ – cloudapi-edge$/);
  expect(await page.locator("main script, main img").count()).toBe(0);
  for (const link of await page.locator("a").all())
    expect(await link.getAttribute("href")).toMatch(/^(?:#|\/|https?:)/);
  expect(await measureSidewaysScroll(page)).toBe(0);
}

async function openSignedIn(width: number, person = bob): Promise<Window> {
  const window = await service.open({ width });
  await person.signIn(window);
  return window;
}

describe.skipIf(!chromiumPath)(`hostile text in the console${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob.account, carol.account, op.account], images }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it.each([1280, 390])("of an image is text in every view, and the layout stands: %i pixels wide", async (width) => {
    const window = await openSignedIn(width);
    const { page } = window;
    await page.getByRole("link", { name: hostile.name }).waitFor();
    await expectStands(window);
    await page.goto(`/--console/#/images/${own}`);
    await page.getByLabel("Description").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).locator("bdi").allInnerTexts()).toEqual([
      hostile.name,
      hostile.version,
    ]);
    expect(await page.getByLabel("Description").inputValue()).toBe(hostile.description);
    expect(await page.getByLabel("Homepage").inputValue()).toBe(hostile.homepage);
    expect(await page.getByLabel("Key of tag 1").inputValue()).toBe(Object.keys(hostile.tags)[0]);
    expect(await page.getByLabel("Value of tag 1").inputValue()).toBe(Object.values(hostile.tags)[0]);
    expect((await page.locator(".facts dd").allInnerTexts()).at(-1)).toBe(
      `PrepareImageDidNotRun ${hostile.error.message}`,
    );
    await expectStands(window);
    await page.getByLabel("Description").fill(`${long}${script}`);
    await page.getByRole("heading", { name: "What changes" }).waitFor();
    await expectStands(window);
    await page.goto(`/--console/#/images/${own}/history`);
    await page.getByText("Provisioned").waitFor();
    for (const summary of await page.locator("summary").all()) await summary.click();
    await expectStands(window);
    await page.goto(`/--console/#/images/${shared}`);
    await page.getByText("This image is another account's").waitFor();
    await page.getByText(hostile.homepage, { exact: true }).waitFor();
    await page.getByText(hostile.eula, { exact: true }).waitFor();
    await expectStands(window);
  });

  it("in a conflict is text too", async () => {
    const window = await openSignedIn(390, carol);
    window.expected.push(/status of 412/);
    const { page } = window;
    await page.goto(`/--console/#/images/${shared}`);
    for (const [label, text] of Object.entries({ Name: "n", Version: "2", Homepage: "", EULA: "" }))
      await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByLabel("Description").fill(`${script} mine`);
    await carol.send(service.port, `/my/images/${shared}?action=update`, {
      method: "POST",
      body: { description: `${script}${rtl} theirs ${long}` },
    });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "You changed this image elsewhere" }).waitFor();
    await expectStands(window);
  });

  it("as a login and as the account to act as is text", async () => {
    const window = await service.open({ width: 390 });
    window.expected.push(/status of 40\d/);
    const { page } = window;
    await page.goto("/--console/");
    const form = page.locator("form", { hasText: "With your key file" });
    const buffer = Buffer.from(bob.keyFile);
    for (const login of [script, rtl, long.slice(0, 3000), "javascript:alert(1)"]) {
      await form.getByLabel("Login").fill(login);
      await form
        .getByLabel("Private key file")
        .setInputFiles({ name: `${script}.pem`, mimeType: "text/plain", buffer });
      await form.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      await expectStands(window);
    }
    await op.signIn(window);
    await actAs(page, `${script}${rtl}`);
    await page.getByRole("alert").waitFor();
    await expectStands(window);
  });

  it("in a refusal is text, whoever between sent it", async () => {
    const window = await openSignedIn(390);
    window.expected.push(/status of 409/);
    const { page } = window;
    const message = `${script}${rtl} ${long}`;
    await page.route("**/keys", (route) =>
      route.fulfill({ status: 409, contentType: "application/json", body: JSON.stringify({ code: script, message }) }),
    );
    await page.getByRole("link", { name: "Keys" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain(message);
    await expectStands(window);
  });
});
