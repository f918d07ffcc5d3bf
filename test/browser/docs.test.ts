import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { example } from "../../scripts/openapi/example-values.ts";
import { examples } from "../../scripts/openapi/examples.ts";
import { listFindings, measureSidewaysScroll } from "../support/accessibility.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { makeExchangeFile } from "../support/exchanges.ts";
import { Person } from "../support/person.ts";

const demo = new Person(example.account, "demo");
const service = new BrowserService();
const hostile = `<img src=x onerror="document.title='run'">`;

const path = `/my/images/${example.image}`;
const getDescription = async () => Object(await demo.send(service.port, path)).json.description;

/** The form of the page, and the place of its answer. */
const findTrial = ({ page }: Window) => {
  const form = page.locator("form.try");
  return { form, answer: page.locator(".answer"), send: form.getByRole("button", { name: "Send" }) };
};

/** Opens a page, and its search by the keyboard. */
async function openSearch(page: Page, name: string): Promise<void> {
  await page.goto(`/--docs/${name}`);
  await page.locator("form[role=search]:not([hidden])").waitFor({ state: "attached" });
  await page.keyboard.press("/");
}

const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
  { colorScheme: "light", width: 320 },
] as const;

describe.skipIf(!chromiumPath)(`the documentation${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => {
    const { accounts, images } = makeExchangeFile(demo.account.keys);
    return service.start({ accounts, images });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it.each(looks)("has no finding of axe and scrolls in one direction, with all of it open: %o", async (look) => {
    const { page } = await service.open(look);
    for (const name of ["", "UpdateImage", "headers", "errors", "contract"]) {
      await page.goto(`/--docs/${name}`);
      await page.locator("form[role=search]").waitFor({ state: "attached" });
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      expect(await listFindings(page), name).toEqual([]);
      expect(await measureSidewaysScroll(page), name).toBe(0);
    }
  });

  it("leads to a page of each operation, which has no finding of axe either", async () => {
    const { page } = await service.open();
    await page.goto("/--docs/");
    const hrefs = await page.evaluate<string[]>(
      "[...document.querySelectorAll('#contents a')].map((link) => link.getAttribute('href'))",
    );
    expect(hrefs.slice(0, 3)).toEqual(["./", "UpdateImage", "ListImages"]);
    const names = await page.locator("#contents code").allInnerTexts();
    expect(names.toSorted()).toEqual(Object.keys(examples).toSorted());
    for (const href of hrefs.filter((href) => /^[A-Z]/.test(href))) {
      await page.goto(`/--docs/${href}`);
      expect(await page.locator("[aria-current=page]").getAttribute("href")).toBe(href);
      expect(await listFindings(page), href).toEqual([]);
    }
  });

  it("says all without scripts: how to sign, fields, bounds, codes, answers and examples", async () => {
    const { page } = await service.open({ hasScripts: false, width: 390 });
    await page.goto("/--docs/");
    expect(await page.locator("main").innerText()).toContain("export URL=https://cloudapi.example.com LOGIN=demo");
    await page.getByRole("button", { name: "Contents" }).click();
    await page.getByRole("link", { name: "Update an image UpdateImage" }).click();
    await page.getByRole("heading", { name: "Update an image UpdateImage" }).waitFor();
    await page.getByText("allow scripts").waitFor();
    expect(await page.locator("form:visible").count()).toBe(0);
    await page.locator("summary", { hasText: "The body of 200" }).click();
    const text = await page.locator("main").innerText();
    for (const shown of [
      `edge POST "/my/images/$IMAGE?action=update" -d '{"name":"my-renamed-image"}'`,
      "Changed-Fields: name",
      "PreconditionFailed 412",
      "What to do: Read the image again.",
      "string or null",
      "at most 10240 characters",
      "homepage",
      "files[].sha1",
    ])
      expect(text).toContain(shown);
    await page.locator("summary", { hasText: "triton, UpdateImage" }).click();
    await page.getByText("triton image update $IMAGE name=my-renamed-image").waitFor();
  });

  it("begins with a link past the contents", async () => {
    const { page } = await service.open();
    await page.goto("/--docs/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
  });

  it("has this service's own address in every sample, and copies it", async () => {
    const window = await service.open();
    await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await window.page.goto("/--docs/");
    const first = window.page.locator("figure").first();
    await first.getByRole("button", { name: "Copy" }).click();
    await first.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await window.page.evaluate("navigator.clipboard.readText()");
    expect(copied).toContain(`export URL=${service.origin} LOGIN=demo`);
    expect(await window.page.content()).not.toContain("cloudapi.example.com");
  });

  it("finds operations, fields, codes and sections of the contract by their words, from the keyboard", async () => {
    const { page } = await service.open({ width: 390 });
    await openSearch(page, "GetImage");
    await page.keyboard.type("homepage eula");
    await page.getByText(/^\d places$/).waitFor();
    expect(await page.locator("#results a").first().innerText()).toBe("Update an image: UpdateImage");
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.fill("eula zzz");
    await page.getByText("Nothing has these words.").waitFor();
    await search.fill("preconditionfailed");
    await page.locator("#results a", { hasText: "PreconditionFailed" }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/--docs/errors#PreconditionFailed");
    await openSearch(page, "");
    await page.keyboard.type("order of checks");
    await page.getByRole("link", { name: "Order of checks, the contract" }).click();
    await page.waitForURL("**/--docs/contract#order-of-checks");
    await page.locator("#order-of-checks").waitFor();
  });

  it("says that the search cannot be read, and shows the contents again when it is emptied", async () => {
    const window = await service.open();
    window.expected.push(/ERR_FAILED/);
    await window.context.route("**/search.json", (route) => route.abort());
    await window.page.goto("/--docs/");
    const search = window.page.getByRole("searchbox", { name: "Search" });
    await search.fill("acl");
    await window.page.getByText("The index cannot be read: check the network.").waitFor();
    expect(await window.page.locator("#pages").isVisible()).toBe(false);
    await window.context.unroute("**/search.json");
    await search.fill("acl ");
    await window.page.getByText(/^\d+ places$|^20 of/).waitFor();
    await search.fill("");
    await window.page.locator("#pages").waitFor();
  });

  it("prints text and samples, what was closed too, without the contents", async () => {
    const { page } = await service.open();
    await page.goto("/--docs/UpdateImage");
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#contents").isVisible()).toBe(false);
    expect(await page.locator("form.try").isVisible()).toBe(false);
    const closed = page.locator("details:not([open]) pre").first();
    expect(await closed.isVisible()).toBe(true);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
  });

  it("sends nothing while nobody is signed in, but what needs no signature", async () => {
    const window = await service.open();
    const { send, answer } = findTrial(window);
    await window.page.goto("/--docs/Ping");
    await send.click();
    await answer.getByText('"ping": "pong"').waitFor();
    await window.page.goto("/--docs/ListImages");
    await window.page.getByText("Nobody is signed in.").waitFor();
    await send.click();
    await answer.getByText("Nothing was sent: nobody is signed in.").waitFor();
    await answer.getByRole("link", { name: "Sign in at the console" }).click();
    await window.page.getByRole("heading", { name: "With your key file" }).waitFor();
  });

  it("sends a read with the console's key, and shows status, headers and body", async () => {
    const window = await service.open();
    await demo.signIn(window);
    await window.page.goto("/--docs/ListImages");
    await window.page.getByText("Signed in as demo, with the key SHA256:").waitFor();
    const { form, answer, send } = findTrial(window);
    await form.getByLabel("name query").fill("my-image");
    await form.getByLabel("tag.KEY query").fill("tag.role=db");
    await send.click();
    await answer.getByText("GET /my/images?name=my-image&tag.role=db").waitFor();
    const shown = await answer.locator("pre").innerText();
    expect(shown.split("\n")[0]).toBe("200 OK");
    expect(shown).toContain("\napi-version: 9.0.0\n");
    expect(JSON.parse(shown.slice(shown.indexOf("\n[")))).toEqual([expect.objectContaining({ id: example.image })]);
    expect(await listFindings(window.page)).toEqual([]);
  });

  it("rehearses a write, and makes it only where its writer confirms that", async () => {
    const window = await service.open();
    await demo.signIn(window);
    await window.page.goto("/--docs/UpdateImage");
    const { form, answer, send } = findTrial(window);
    await form.getByLabel("body, JSON").fill(JSON.stringify({ description: hostile }));
    await send.click();
    await answer.getByText("dry-run: true").waitFor();
    expect(await getDescription()).toBeUndefined();

    const asked: string[] = [];
    window.page.once("dialog", (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await form.getByLabel("dry-run query").selectOption("");
    await send.click();
    await answer.getByText("Nothing was sent.").waitFor();
    expect(asked).toEqual([
      `POST ${path}?action=update\n\nThis is no rehearsal: it changes what the service stores, as demo. Send it?`,
    ]);
    expect(await getDescription()).toBeUndefined();

    window.page.once("dialog", (dialog) => void dialog.accept());
    await send.click();
    await answer.getByText("changed-fields: description").waitFor();
    expect(await getDescription()).toBe(hostile);
    expect(await answer.innerText()).toContain("<img src=x");
    expect(await answer.locator("img").count()).toBe(0);
    expect(await window.page.title()).toBe("Update an image: UpdateImage – cloudapi-edge");
  });

  it("asks before a write that has no rehearsal, and shows a refusal", async () => {
    const window = await service.open();
    window.expected.push(/status of 404/);
    await demo.signIn(window);
    await window.page.goto("/--docs/DeleteKey");
    const { form, answer, send } = findTrial(window);
    await form.getByLabel("key path").fill("no such/key");
    window.page.once("dialog", (dialog) => void dialog.accept());
    await send.click();
    await answer.getByText("DELETE /my/keys/no%20such%2Fkey").waitFor();
    await answer.getByText('"code": "ResourceNotFound"').waitFor();
  });

  it("says when no answer comes, and what a browser cannot send", async () => {
    const window = await service.open();
    window.expected.push(/ERR_FAILED/);
    await demo.signIn(window);
    await window.page.goto("/--docs/UpdateImage");
    const { form, answer, send } = findTrial(window);
    await form.getByLabel("If-Match header").fill("ü💡");
    await send.click();
    await answer.getByText("The browser does not send this").waitFor();
    await form.getByLabel("If-Match header").fill("");
    await form.getByLabel("dry-run query").selectOption("false");
    window.page.on("dialog", (dialog) => void dialog.accept());
    await window.context.route("**/my/**", (route) => route.abort());
    await send.click();
    await answer.getByText("no answer came; check the network. The change may have been made.").waitFor();
  });
});
