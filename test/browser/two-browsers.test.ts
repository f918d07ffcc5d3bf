import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LosingProxy } from "../console/losing-proxy.ts";
import { BrowserService } from "../support/browser-service.ts";
import { chromiumPath, withoutChromium } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { makeRandom, seed } from "../support/random.ts";
import { makeUuid } from "../support/uuids.ts";

const rounds = process.env["LONG"] ? 200 : 8;
const bob = new Person("bbbbbbbb-0000-4000-8000-000000000001", "bob");
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

/** Types a value. Answers the edit that the person means: what it replaces is what the page shows. */
async function type(page: Page, label: string, serial: number): Promise<Edit> {
  const input = page.getByLabel(label, { exact: true });
  const before = await input.inputValue();
  const { name = "", make } = fields[label] ?? {};
  const after = make?.(serial) ?? "";
  await input.fill(after);
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  return { field: name, before, after };
}

/**
 * Saves, and takes part in every comparison with what someone else wrote meanwhile. Answers the edit once it is
 * acknowledged; null where theirs was chosen.
 */
async function save(page: Page, edit: Edit, random: (bound: number) => number): Promise<Edit | null> {
  const button = page.locator("button.primary:not([aria-disabled=true])");
  const radios = page.locator(".conflicts tbody").getByRole("radio");
  const isSaved = page
    .getByRole("heading", { name: "What changes" })
    .waitFor({ state: "detached" })
    .then(() => true);
  for (let meant = edit; ; ) {
    // Told of somebody else's edit at any time, by the feed or by a refusal, and saved as soon as nothing is to choose.
    const isDone = await Promise.race([
      isSaved,
      button.click().then(() => false),
      radios
        .first()
        .waitFor()
        .then(() => false),
    ]);
    if (isDone) return meant;
    if ((await radios.count()) === 0) continue;
    const isTheirs = random(3) === 0;
    const [theirs = ""] = await page.locator(".conflicts tbody label bdi").allInnerTexts();
    await radios.nth(isTheirs ? 0 : 1).check();
    meant = { ...edit, before: theirs };
    if (!isTheirs) continue;
    await page.getByRole("button", { name: "Take theirs" }).click();
    await radios.first().waitFor({ state: "detached" });
    return null;
  }
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

const byValue = (one: Edit, other: Edit) => String(one.after).localeCompare(String(other.after));

describe.skipIf(!chromiumPath)(`two browsers${chromiumPath ? "" : ` (${withoutChromium})`}`, () => {
  beforeAll(async () => {
    await service.start({ accounts: [bob.account], images: [image] });
    proxy.current = new LosingProxy(service.port);
    await proxy.current.start();
  });
  afterAll(async () => {
    proxy.current.stop();
    await service.stop();
  });

  it(`edit the same image in ${rounds} rounds, one browser through a network that loses answers: no acknowledged edit is lost, none is made twice, none overwrites what its author did not see (SEED=${seed})`, async () => {
    const random = makeRandom();
    const windows = await Promise.all([service.open(), service.open()]);
    const origins = [service.origin, proxy.current.origin];
    for (const [at, window] of windows.entries()) {
      window.expected.push(/status of 412/, /outside request/, /ERR_EMPTY_RESPONSE/);
      await bob.signIn(window, origins[at]);
      await window.page.goto(`${origins[at]}/--console/#/images/${image.uuid}`);
      await window.page.getByLabel("Description").waitFor();
    }
    const acknowledged: Edit[] = [];
    let serial = 0;
    for (let round = 0; round < rounds; round += 1) {
      const sides = windows.filter((_, at) => [random(4) < 3, true][(at + round) % 2]);
      // Chromium itself sends a request again once, with the same headers; the page does, at most twice.
      if (random(4) === 0) proxy.current.fates = ["answer lost", "answer lost"];
      const edits: [Page, Edit][] = [];
      for (const { page } of sides) {
        const label = Object.keys(fields)[random(5)] ?? "Version";
        serial += 1;
        edits.push([page, await type(page, label, serial)]);
      }
      const saved = await Promise.all(edits.map(([page, edit]) => save(page, edit, random)));
      acknowledged.push(...saved.filter((edit) => edit !== null));
    }
    const audit = await readAudit();
    console.log(
      `${serial} edits, ${acknowledged.length} acknowledged, ${serial - acknowledged.length} given up for theirs`,
    );
    expect(audit.filter((edits) => edits.length !== 1)).toEqual([]);
    expect(audit.flat().toSorted(byValue)).toEqual(acknowledged.toSorted(byValue));
    const last = new Map<string, unknown>(
      flatten("tags", { before: {}, after: start.tags }).map(({ field, after }) => [field, after]),
    );
    for (const name of ["version", "description", "homepage"] as const) last.set(name, start[name]);
    for (const { field, before, after } of audit.flat()) {
      expect(before).toBe(last.get(field));
      last.set(field, after);
    }
    const { version, description, homepage, tags } = (await bob.send(service.port, `/my/images/${image.uuid}`))
      .json as typeof start;
    expect({ version, description, homepage, "tags.a": tags.a, "tags.b": tags.b }).toEqual(Object.fromEntries(last));
    expect(acknowledged.length).toBeGreaterThan(rounds / 2);
    expect(await service.closeWindows()).toEqual([]);
  });
});
