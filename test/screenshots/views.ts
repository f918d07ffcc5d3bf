import type { Page } from "playwright-core";
import { shownImage } from "./example.ts";

const address = "/--console/#/images";
const imageAddress = `${address}/${shownImage}`;

/** Opens the image's page anew. */
async function openImage(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.goto(imageAddress);
  await page.getByLabel("Description").waitFor();
}

/** Changes fields of the image that is open, by their labels. */
async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
}

async function save(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  await fill(page, fields);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/^Saved: /).waitFor();
}

/** Edits the image as the pictures of its history have it. */
export async function makeHistory(page: Page): Promise<void> {
  await openImage(page);
  await save(page, { Version: "3.2.1" });
  await openImage(page);
  await save(page, { Homepage: "https://wiki.example.com/images/postgres-17" });
  await openImage(page);
  await save(page, { Version: "3.3.0", Description: "PostgreSQL 17.6 with streaming replication and WAL archiving." });
}

/** The pages of a person who is signed in twice. `turn`: how often all views were shown before: an edit is another one each time. */
export type Pages = { page: Page; elsewhere: Page; turn: number };

/** What each picture shows, by its file's name, and the steps that lead there. In this order: an edit stays. */
export const signedInViews: Readonly<Record<string, (pages: Pages) => Promise<void>>> = {
  images: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto(address);
    await page.getByRole("link", { name: "base-64-lts" }).first().waitFor();
  },
  image: async ({ page }) => {
    await openImage(page);
    await fill(page, { Version: "3.3.1" });
    await page.getByRole("heading", { name: "What changes" }).waitFor();
  },
  history: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto(`${imageAddress}/history`);
    await page.getByText("revision 4", { exact: true }).waitFor();
  },
  conflict: async ({ page, elsewhere, turn }) => {
    await openImage(page);
    await openImage(elsewhere);
    await fill(page, { Version: "3.3.1", Description: "PostgreSQL 17.7 with streaming replication." });
    await save(elsewhere, { Version: `3.4.${turn}`, Homepage: `https://wiki.example.com/postgres-${turn}` });
    await page.getByLabel("Version", { exact: true }).press("Control+s");
    await page.getByRole("radio", { name: "3.3.1" }).check();
  },
};

/** What `--all` shows too. */
export const moreViews: typeof signedInViews = {
  nothing: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto(`${address}?search=nothing-like-it`);
    await page.getByText("No image matches", { exact: false }).waitFor();
  },
  tags: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto(`${address}?columns=role,tier&sort=name`);
    await page.getByRole("link", { name: "base-64-lts" }).first().waitFor();
  },
  chosen: async ({ page }) => {
    await page.getByRole("checkbox").nth(2).check();
    await page.getByRole("checkbox").nth(3).check();
  },
  bulk: async ({ page }) => {
    await page.getByRole("button", { name: "Change tags or sharing…" }).click();
    await page.locator("dialog").waitFor();
  },
  deleted: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto(`${address}?scope=deleted`);
    await page.getByRole("heading", { name: "Images" }).waitFor();
    await page
      .getByText(/deleted/i)
      .first()
      .waitFor();
  },
  compare: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto(`${imageAddress}/history?compare=1,4`);
    await page.getByRole("heading", { level: 1, name: /^Revisions 1 and 4/ }).waitFor();
  },
  keys: async ({ page }) => {
    await page.goto("about:blank");
    await page.goto("/--console/#/keys");
    await page.getByRole("rowheader").first().waitFor();
  },
  account: async ({ page }) => {
    await page.getByRole("button", { name: /^ada/ }).click();
    await page.getByRole("button", { name: "Copy UUID" }).waitFor();
  },
  names: async ({ page }) => {
    await page.getByRole("button", { name: "Names of accounts…" }).click();
    await page.getByRole("dialog", { name: /Names/ }).waitFor();
  },
  delete: async ({ page }) => {
    await openImage(page);
    await page.getByRole("button", { name: "Delete…" }).click();
  },
};
