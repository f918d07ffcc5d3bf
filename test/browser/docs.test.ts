import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { example } from "../../scripts/openapi/examples.ts";
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

/** The form of an operation, and the place of its answer. */
const findTrial = ({ page }: Window, operation: string) => {
  const section = page.locator(`#${operation}`);
  const form = section.locator("form");
  return { form, answer: section.locator(".answer"), send: form.getByRole("button", { name: "Send" }) };
};

const updates = "UpdateImage_CloneImage_RevertImage";

describe.skipIf(!chromiumPath)(`the documentation${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => {
    const { accounts, images } = makeExchangeFile(demo.account.keys);
    return service.start({ accounts, images });
  });
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 1280 },
    { colorScheme: "light", width: 390 },
    { colorScheme: "dark", width: 390 },
  ] as const)("has no finding of axe and scrolls in one direction, with all of it open: %o", async (look) => {
    const { page } = await service.open(look);
    await page.goto("/--docs/");
    await page.getByText("Nobody is signed in.").waitFor();
    expect(await page.locator("main > section").count()).toBe(24);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    expect(await listFindings(page)).toEqual([]);
    expect(await measureSidewaysScroll(page)).toBe(0);
  });

  it("says all without scripts: fields, bounds, codes, answers and examples", async () => {
    const { page } = await service.open({ hasScripts: false });
    await page.goto("/--docs/");
    await page.getByText("To try an operation on this page, allow scripts").waitFor();
    expect(await page.locator("form:visible").count()).toBe(0);
    const section = page.locator(`#${updates}`);
    const text = await section.innerText();
    for (const shown of ["description", "string or null", "at most 10240 characters", "homepage", "InvalidContent"])
      expect(text).toContain(shown);
    await section.getByText("UpdateImage, curl: Change two fields").click();
    await section.getByText(`TARGET='${path}?action=update'`).first().waitFor();
    await section.getByText("UpdateImage, triton").click();
    await section.getByText(`triton image update ${example.image} name=my-renamed-image`).waitFor();
    await section.getByText("Body of 200: An image.").first().click();
    await section.getByText("files[].sha1").first().waitFor();
  });

  it("begins with a link past the list of operations", async () => {
    const { page } = await service.open();
    await page.goto("/--docs/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
  });

  it("copies an example", async () => {
    const window = await service.open();
    await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await window.page.goto("/--docs/");
    const section = window.page.locator("#ListImages");
    await section.getByText("ListImages, triton").click();
    await section.locator("details[open]").getByRole("button", { name: "Copy" }).click();
    await section.getByRole("button", { name: "Copied" }).waitFor();
    expect(await window.page.evaluate("navigator.clipboard.readText()")).toBe("triton image list name=my-image");
  });

  it("sends nothing while nobody is signed in, but what needs no signature", async () => {
    const window = await service.open();
    await window.page.goto("/--docs/");
    const list = findTrial(window, "ListImages");
    await list.send.click();
    await list.answer.getByText("Nothing was sent: nobody is signed in.").waitFor();
    const ping = findTrial(window, "Ping");
    await ping.send.click();
    await ping.answer.getByText('"ping": "pong"').waitFor();
    await list.answer.getByRole("link", { name: "Sign in at the console" }).click();
    await window.page.getByRole("heading", { name: "With your key file" }).waitFor();
  });

  it("sends a read with the console's key, and shows status, headers and body", async () => {
    const window = await service.open();
    await demo.signIn(window);
    await window.page.goto("/--docs/");
    await window.page.getByText("Signed in as demo, with the key SHA256:").waitFor();
    const { form, answer, send } = findTrial(window, "ListImages");
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
    await window.page.goto("/--docs/");
    const { form, answer, send } = findTrial(window, updates);
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
    expect(await window.page.title()).toBe("cloudapi-edge documentation");
  });

  it("asks before a write that has no rehearsal, and shows a refusal", async () => {
    const window = await service.open();
    window.expected.push(/status of 404/);
    await demo.signIn(window);
    await window.page.goto("/--docs/");
    const { form, answer, send } = findTrial(window, "DeleteKey");
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
    await window.page.goto("/--docs/");
    const { form, answer, send } = findTrial(window, updates);
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
