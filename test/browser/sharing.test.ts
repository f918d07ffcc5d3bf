import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openAccountMenu } from "../support/account-menu.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, type Window, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeUuid } from "../support/uuids.ts";

const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
const names = ["many", "full", "silent", "tabs", "named", "refused", "removed", "typing"] as const;
const idOf = (name: (typeof names)[number]): string => makeUuid(1 + names.indexOf(name));
const images = names.map((name) => ({ uuid: idOf(name), owner: bob.uuid, name, version: "1" }));
const service = new BrowserService();

/** More than 2 564 do not fit into one request of 100 000 bytes. */
const makeAccounts = (count: number): string[] => Array.from({ length: count }, (_, at) => makeUuid(1000 + at));

async function open(name: (typeof names)[number]): Promise<Window> {
  const window = await service.open();
  await bob.signIn(window);
  await window.page.goto(`/--console/#/images/${idOf(name)}`);
  await window.page.getByLabel("Share with").waitFor();
  return window;
}

async function share({ page }: Window, accounts: readonly string[]): Promise<void> {
  await page.getByLabel("Share with").fill(accounts.join(" "));
  await page.getByRole("button", { name: "Share", exact: true }).click();
}

const readField = async ({ page }: Window) => (await page.getByLabel("Share with").inputValue()).split(/\s/);
const readAcl = async (name: (typeof names)[number]) =>
  ((await bob.send(service.port, `/my/images/${idOf(name)}`)).json as { acl?: string[] }).acl ?? [];
/** The actions of the audit, newest first. A page of it ends after 256 KB. */
const readActions = async (name: (typeof names)[number], marker = ""): Promise<string[]> => {
  const { headers, json } = await bob.send(service.port, `/my/images/${idOf(name)}/audit${marker}`);
  const actions = (json as { action: string }[]).map(({ action }) => action);
  const next = headers.get("Next-Marker");
  return next === null ? actions : [...actions, ...(await readActions(name, `?marker=${next}`))];
};

/** The name of what has the focus. */
const readFocus = (page: Window["page"]): Promise<string | null> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    return focused === document.body ? "body" : (focused?.getAttribute("aria-label") ?? focused?.textContent ?? null);
  });

const unanswered = "No answer says whether a change of yours was made";

describe.skipIf(!chromiumPath)(`the console's sharing${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(() => service.start({ accounts: [bob.account], images }));
  afterAll(() => service.stop());
  afterEach(async () => expect(await service.closeWindows()).toEqual([]));

  it("takes more accounts than fit into one request, in parts that each have a key of their own", async () => {
    const window = await open("many");
    const keys: (string | undefined)[] = [];
    window.page.on("request", (request) => {
      if (request.method() === "POST") keys.push(request.headers()["idempotency-key"]);
    });
    const accounts = makeAccounts(2700);
    await share(window, accounts);
    await window.page.getByText("Shared with 2700 accounts.").waitFor();
    expect(await readAcl("many")).toEqual(accounts);
    expect(await readActions("many")).toEqual(["add-acl", "add-acl", "provision"]);
    expect(new Set(keys).size).toBe(2);
    expect(keys).not.toContain(undefined);
    await window.page.getByLabel("Find one of 2700 accounts").waitFor();
    expect(await readField(window)).toEqual([""]);
  });

  it("says how many accounts it is shared with when the service refuses a later part, and keeps the others in the field", async () => {
    const window = await open("full");
    window.expected.push(/status of 422/);
    const accounts = makeAccounts(4500);
    await share(window, accounts);
    await window.page.getByText("Shared with 2000 of 4500 accounts. The other 2500 are below.").waitFor();
    expect(await window.page.getByRole("alert").allInnerTexts()).toEqual([
      expect.stringContaining("The service refused this change"),
      "Shared with 2000 of 4500 accounts. The other 2500 are below.",
    ]);
    expect(await readAcl("full")).toEqual(accounts.slice(0, 2000));
    expect(await readField(window)).toEqual(accounts.slice(2000));
    await window.page.getByLabel("Find one of 2000 accounts").waitFor();
  });

  it("goes on with the others when no answer came to a part", async () => {
    const window = await open("silent");
    window.expected.push(/ERR_FAILED/);
    const { page } = window;
    const network = { posts: 0, isBroken: true };
    await page.route("**/acl?action=add", (route) => {
      network.posts += 1;
      return network.posts > 1 && network.isBroken ? route.abort() : route.continue();
    });
    const accounts = makeAccounts(2700);
    await share(window, accounts);
    await page.getByText("Shared with 2000 of 2700 accounts. The other 700 are below.").waitFor();
    await page.getByText("The service cannot be reached").waitFor();
    await page.getByRole("heading", { name: unanswered }).waitFor();
    network.isBroken = false;
    expect(await readField(window)).toEqual(accounts.slice(2000));
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByText("Shared with 700 accounts.").waitFor();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It is made now.").waitFor();
    await page.getByRole("heading", { name: unanswered }).waitFor({ state: "detached" });
    expect(await readAcl("silent")).toEqual(accounts);
  });

  it("keeps what is typed while it sends", async () => {
    const window = await open("typing");
    const { page } = window;
    const held = Promise.withResolvers<void>();
    await page.route("**/acl?action=add", async (route) => {
      await held.promise;
      await route.continue();
    });
    const [first = "", second = ""] = makeAccounts(2);
    const field = page.getByLabel("Share with");
    await share(window, [first]);
    await field.press("End");
    await field.pressSequentially(` ${second}`);
    await page.getByRole("button", { name: "Share", exact: true }).focus();
    held.resolve();
    await page.getByText("Shared with 1 account.").waitFor();
    expect(await field.inputValue()).toBe(second);
    expect(await readAcl("typing")).toEqual([first]);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: `Remove ${second}` }).waitFor();
    expect(await readAcl("typing")).toEqual([first, second]);
    expect(await readFocus(page)).toBe("Share");
  });

  it("goes by the names that this browser keeps, which every tab shows; no service learns them", async () => {
    const window = await open("named");
    const { page, context } = window;
    const account = makeUuid(9);
    const sent: string[] = [];
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
    const keepName = async (line: string) => {
      await page.getByLabel("UUIDs and names").fill(line);
      await page.getByRole("button", { name: "Keep the names" }).click();
    };
    await (await openAccountMenu(page)).getByRole("button", { name: "Names of accounts…" }).click();
    await keepName("Ann of accounting");
    await page.getByText('"Ann" is no UUID.').waitFor();
    await keepName(`${account} Ann of accounting`);
    await page.getByText("Kept 1 name.").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByLabel("Share with").fill("ann of accounting");
    await page.getByRole("button", { name: "Share", exact: true }).click();
    const list = page.getByRole("region", { name: "Shared with" }).getByRole("listitem");
    await list.getByText("Ann of accounting", { exact: true }).waitFor();
    expect(await readAcl("named")).toEqual([account]);
    expect(await list.locator("bdi").getAttribute("title")).toBe(account);
    expect(sent.filter((text) => text.includes("accounting"))).toEqual([]);
    const other = await context.newPage();
    await other.goto(`/--console/#/images/${idOf("named")}`);
    await other.getByText("Ann of accounting", { exact: true }).waitFor();
    await (await openAccountMenu(other)).getByRole("button", { name: "Names of accounts…" }).click();
    await other.getByRole("dialog").getByRole("button", { name: "Remove Ann of accounting" }).click();
    await list.getByText(account, { exact: true }).waitFor();
    expect(await page.getByText("you", { exact: true }).getAttribute("title")).toBe(bob.uuid);
    await page.bringToFront();
    await page.getByRole("button", { name: `Name ${account}` }).click();
    await page.getByLabel("UUIDs and names").press("End");
    await page.keyboard.type("Ben");
    await page.getByRole("button", { name: "Keep the names" }).click();
    await page.getByRole("button", { name: "Close" }).click();
    await list.getByText("Ben", { exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Rename Ben");
  });

  it("says why a change that was sent again was refused, alone, until it is dismissed", async () => {
    const window = await open("refused");
    window.expected.push(/ERR_FAILED/, /status of 412/);
    const { page } = window;
    await page.route("**/images/*?action=update", (route) => route.abort());
    await page.getByLabel("Description").fill("typed");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: unanswered }).waitFor();
    await page.unroute("**/images/*?action=update");
    const path = `/my/images/${idOf("refused")}?action=update`;
    await bob.send(service.port, path, { method: "POST", body: { description: "of another program" } });
    await page.getByRole("region", { name: unanswered }).getByRole("button", { name: "Send again" }).press("Enter");
    await page.getByRole("heading", { name: unanswered }).waitFor({ state: "detached" });
    expect(await readFocus(page)).toBe("refused 1");
    const refusal = page.getByRole("alert").filter({ hasText: "It was changed meanwhile" });
    await refusal.getByRole("button", { name: "Dismiss" }).press("Enter");
    await refusal.waitFor({ state: "detached" });
    expect(await readFocus(page)).toBe("refused 1");
    expect(await readActions("refused")).toEqual(["update", "provision"]);
  });

  it("keeps the focus by the accounts while they are removed, and on a button that waits", async () => {
    const window = await open("removed");
    const { page } = window;
    const [first = "", second = ""] = makeAccounts(2);
    await share(window, [first, second]);
    await page.getByText("Shared with 2 accounts.").waitFor();
    await page.getByRole("button", { name: `Remove ${first}` }).press("Enter");
    await page.getByRole("button", { name: `Remove ${first}` }).waitFor({ state: "detached" });
    expect(await readFocus(page)).toBe(`Remove ${second}`);
    await page.keyboard.press("Enter");
    await page.getByText("Nobody yet.").waitFor();
    expect(await readFocus(page)).toBe("removed 1");
    expect(await readAcl("removed")).toEqual([]);
    const held = Promise.withResolvers<void>();
    await page.route("**/images/*", async (route) => {
      await held.promise;
      await route.continue();
    });
    const button = page.getByRole("button", { name: "Delete…" });
    await button.focus();
    await bob.send(service.port, `/my/images/${idOf("removed")}?action=update`, {
      method: "POST",
      body: { eula: null, description: "new" },
    });
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.waitForFunction(() => document.querySelector("button.danger:is(:disabled, [aria-disabled])"));
    expect(await readFocus(page)).toBe("Delete…");
    held.resolve();
    await page.waitForFunction(() => document.querySelector("button.danger:not(:disabled, [aria-disabled])"));
    expect(await readFocus(page)).toBe("Delete…");
  });

  it("offers a change that waits for its answer in another tab only once that tab has gone", async () => {
    const { page, context } = await open("tabs");
    const other = await context.newPage();
    await other.goto("/--console/#/keys");
    await other.getByRole("heading", { name: "Keys", exact: true }).waitFor();
    const sent = new Promise<void>((done) => {
      // Never answered, and never passed on.
      void page.route("**/images/*?action=update", () => done());
    });
    await page.getByLabel("Description").fill("typed");
    await page.getByRole("button", { name: "Save" }).click();
    await sent;
    // The other tab looks every two seconds.
    await other.waitForTimeout(5000);
    expect(await other.getByRole("heading", { name: unanswered }).count()).toBe(0);
    await page.close();
    await other.getByRole("heading", { name: unanswered }).waitFor();
    await other.getByRole("button", { name: "Send again" }).click();
    // Whether the request of a tab that closes still goes out is the browser's affair.
    await other.getByText(/^It (?:is made now|had been made already)\.$/).waitFor();
    expect(await readActions("tabs")).toEqual(["update", "provision"]);
  });
});
