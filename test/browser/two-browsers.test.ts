import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LosingProxy } from "../console/losing-proxy.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeRandom, seed } from "../support/random.ts";
import { makeUuid } from "../support/uuids.ts";

const rounds = process.env["LONG"] ? 300 : 8;
const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
/** The same account with another key. */
const robot = new Person(bob.uuid, "bob", { keyName: "robot" });
const start = {
  name: "n",
  version: "0",
  description: "0",
  homepage: "https://example.com/0",
  tags: { a: "a0", b: "b0" },
};
const image = { uuid: makeUuid(1), owner: bob.uuid, ...start };
const service = new BrowserService();
const proxy = { current: new LosingProxy(0) };

/** What is edited, by the label of its input: how the audit calls it, and a value of it that no other edit has. */
const fields: Readonly<Record<string, { name: string; make: (serial: number) => string }>> = {
  Version: { name: "version", make: (serial) => `1.${serial}` },
  Description: { name: "description", make: (serial) => `words of ${serial}` },
  Homepage: { name: "homepage", make: (serial) => `https://example.com/${serial}` },
  "Value of tag 1": { name: "tags.a", make: (serial) => `a${serial}` },
  "Value of tag 2": { name: "tags.b", make: (serial) => `b${serial}` },
};

/** One value that took the place of another: as a person saw and meant it, or as the audit has it. */
type Edit = { field: string; before: unknown; after: unknown };

/** A tab, and who signs there. */
type Tab = { page: Page; signer: Person };

/** Who typed a value. */
const authors = new Map<string, Person>();

/** Types a value. Answers the edit that the person means: what it replaces is what the page shows. */
async function type({ page, signer }: Tab, label: string, serial: number): Promise<Edit> {
  const { name = "", make } = fields[label] ?? {};
  const after = make?.(serial) ?? "";
  authors.set(after, signer);
  // At once: what is shown may follow somebody else's edit at any time.
  const before = await page.getByLabel(label, { exact: true }).evaluate((input, text) => {
    if (!(input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement)) throw new Error("no input");
    const shown = input.value;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return shown;
  }, after);
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  return { field: name, before, after };
}

/**
 * Saves, and takes part in every comparison with what someone else wrote meanwhile. Answers the edit once it is
 * acknowledged; null where theirs was chosen.
 */
async function save({ page, signer }: Tab, edit: Edit, random: (bound: number) => number): Promise<Edit | null> {
  for (let meant: Edit | null = edit; ; ) {
    const state = await page.waitForFunction(findState).then((found) => found.jsonValue());
    if (state === "saved") return meant;
    if (state === "ready") {
      // By the keyboard: what is told meanwhile moves the button.
      await page.getByLabel("Name", { exact: true }).press("Control+s");
      continue;
    }
    const isTheirs = random(3) === 0;
    const seen = await page.evaluate(chooseSide, isTheirs);
    if (!seen) continue;
    // Nothing that was written here is called somebody else's.
    expect([seen.theirs, seen.heading]).toEqual([
      seen.theirs,
      authors.get(seen.theirs) === signer ? "You changed this image elsewhere" : "Someone else changed this image",
    ]);
    meant = isTheirs ? null : { ...edit, before: seen.theirs };
  }
}

/**
 * Runs in the page: chooses who wins, and answers what was seen. At once, because another value may come at any time. Null until the
 * page knows who wrote it.
 */
function chooseSide(isTheirs: boolean): { theirs: string; heading: string } | null {
  const heading = document.querySelector("#conflict")?.textContent ?? "";
  const radios = document.querySelectorAll<HTMLInputElement>(".conflicts tbody input");
  const theirs = document.querySelector(".conflicts tbody label bdi")?.textContent;
  if (theirs === null || theirs === undefined || heading === "This image was changed meanwhile") return null;
  radios[isTheirs ? 0 : 1]?.click();
  return { theirs, heading };
}

/** Edits and saves in several tabs at the same time. Answers the edits that were acknowledged. */
async function editAll(tabs: readonly Tab[], random: (bound: number) => number): Promise<Edit[]> {
  const edits: [Tab, Edit][] = [];
  for (const tab of tabs) {
    edits.push([tab, await type(tab, Object.keys(fields)[random(5)] ?? "Version", authors.size + 1)]);
  }
  const saved = await Promise.all(edits.map(([tab, edit]) => save(tab, edit, random)));
  return saved.filter((edit) => edit !== null);
}

/** Runs in the page: what there is to do; false while the page is busy. */
function findState(): "saved" | "ready" | "choose" | false {
  if (!document.querySelector("#preview, .conflicts")) return "saved";
  const save = document.querySelector(".save-bar .primary");
  if (save?.getAttribute("aria-disabled") === "false") return "ready";
  return document.querySelector(".conflicts") && !document.querySelector(".conflicts :checked") ? "choose" : false;
}

/** The edits of the audit, the oldest first: more than one of an entry where one save changed more than one value. */
async function readAudit(): Promise<Edit[][]> {
  const entries: { action: string; revision: number; changes: Record<string, { before: unknown; after: unknown }> }[] =
    [];
  for (let query = ""; ; query = `?marker=${entries.at(-1)?.revision}`) {
    const { json } = await bob.send(service.port, `/my/images/${image.uuid}/audit${query}`);
    const page = json as typeof entries;
    entries.push(...page);
    if (page.length < 100) break;
  }
  return entries
    .filter(({ action }) => action === "update")
    .reverse()
    .map(({ changes }) => Object.entries(changes).flatMap(([field, change]) => flatten(field, change)));
}

function flatten(field: string, { before, after }: { before: unknown; after: unknown }): Edit[] {
  if (field !== "tags") return [{ field, before, after }];
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((key) => ({ field: `tags.${key}`, before: old[key], after: now[key] }))
    .filter((edit) => edit.before !== edit.after);
}

/** Each edit replaced the one before it. Answers what is left at the end. */
function checkOrder(edits: readonly Edit[]): Map<string, unknown> {
  const { version, description, homepage, tags } = start;
  const last = new Map<string, unknown>(Object.entries({ version, description, homepage }));
  for (const { field, after } of flatten("tags", { before: {}, after: tags })) last.set(field, after);
  for (const { field, before, after } of edits) {
    expect(before).toBe(last.get(field));
    last.set(field, after);
  }
  return last;
}

const byValue = (one: Edit, other: Edit) => String(one.after).localeCompare(String(other.after));

describe.skipIf(!chromiumPath)(`two browsers${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({
      accounts: [{ ...bob.account, keys: [...bob.account.keys, ...robot.account.keys] }],
      images: [image],
    });
    proxy.current = new LosingProxy(service.port);
    await proxy.current.start();
  });
  afterAll(async () => {
    proxy.current.stop();
    await service.stop();
  });

  it(`edit the same image in ${rounds} rounds, one in two tabs, one through a network that loses answers: no acknowledged edit is lost, none is made twice, none overwrites what its author did not see, none is called another's that is one's own (SEED=${seed})`, async () => {
    const random = makeRandom();
    const [first, second] = [await service.open(), await service.open()];
    for (const window of [first, second])
      window.expected.push(/status of 412/, /outside request/, /ERR_EMPTY_RESPONSE/);
    await bob.signIn(first, service.origin);
    await robot.signIn(second, proxy.current.origin);
    const tabs: Tab[] = [
      { page: first.page, signer: bob },
      { page: second.page, signer: robot },
      { page: await first.context.newPage(), signer: bob },
    ];
    for (const { page, signer } of tabs) {
      const origin = signer === robot ? proxy.current.origin : service.origin;
      await page.goto(`${origin}/--console/#/images/${image.uuid}`);
      await page.getByLabel("Description").waitFor();
    }
    const acknowledged: Edit[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const sides = tabs.filter((_, at) => at === round % 3 || random(4) < 3);
      // Chromium itself sends a request again once, with the same headers; the page does, at most twice.
      if (random(4) === 0) proxy.current.fates = ["answer lost", "answer lost"];
      acknowledged.push(...(await editAll(sides, random)));
    }
    const serial = authors.size;
    const audit = await readAudit();
    console.log(
      `${serial} edits, ${acknowledged.length} acknowledged, ${serial - acknowledged.length} given up for theirs`,
    );
    expect(audit.filter((edits) => edits.length !== 1)).toEqual([]);
    expect(audit.flat().toSorted(byValue)).toEqual(acknowledged.toSorted(byValue));
    const last = checkOrder(audit.flat());
    const { version, description, homepage, tags } = (await bob.send(service.port, `/my/images/${image.uuid}`))
      .json as typeof start;
    expect({ version, description, homepage, "tags.a": tags.a, "tags.b": tags.b }).toEqual(Object.fromEntries(last));
    expect(acknowledged.length).toBeGreaterThan(rounds / 2);
    expect(await service.closeWindows()).toEqual([]);
  }, 3_600_000);
});
