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

/** The pages of a person who is signed in twice. */
export type Pages = { page: Page; elsewhere: Page };

/** What each picture shows, by its file's name, and the steps that lead there. In this order: an edit stays. */
export const signedInViews: Readonly<Record<string, (pages: Pages) => Promise<void>>> = {
  images: async ({ page }) => {
    await page.goto(address);
    await page.getByRole("link", { name: "base-64-lts" }).first().waitFor();
  },
  image: async ({ page }) => {
    await page.setViewportSize({ width: 1200, height: 970 });
    await openImage(page);
    await fill(page, { Version: "3.3.1" });
    await page.getByRole("heading", { name: "What changes" }).waitFor();
  },
  history: async ({ page }) => {
    await page.setViewportSize({ width: 1200, height: 700 });
    await page.goto("about:blank");
    await page.goto(`${imageAddress}/history`);
    await page.getByText("revision 4", { exact: true }).waitFor();
  },
  conflict: async ({ page, elsewhere }) => {
    await openImage(page);
    await openImage(elsewhere);
    await save(elsewhere, { Version: "3.4.0", Homepage: "https://wiki.example.com/postgres" });
    await fill(page, { Version: "3.3.1", Description: "PostgreSQL 17.7 with streaming replication." });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("radio", { name: "3.3.1" }).check();
  },
};
