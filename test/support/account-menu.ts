import type { Locator, Page } from "playwright-core";

/** Opens the menu of the account. */
export async function openAccountMenu(page: Page): Promise<Locator> {
  const menu = page.getByRole("dialog", { name: "Account", exact: true });
  // A tab in the background draws seldom, and a click waits for that.
  await page.bringToFront();
  await page.getByRole("banner").getByRole("button", { expanded: false }).click();
  await menu.waitFor();
  return menu;
}

/** Asks to forget the key, without the answer to the question. */
export const askToForget = async (page: Page): Promise<void> =>
  (await openAccountMenu(page)).getByRole("button", { name: "Forget key" }).click();

/** Forgets the key, and waits for the view to sign in. */
export async function forgetKey(page: Page): Promise<void> {
  await askToForget(page);
  await page.getByRole("button", { name: "Forget the key" }).click();
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
}

/** As an operator, asks to act as another account. */
export async function actAs(page: Page, account: string): Promise<void> {
  await (await openAccountMenu(page)).getByRole("button", { name: "Act as…" }).click();
  await page.getByLabel("Login or UUID").fill(account);
  await page.getByRole("button", { name: "Act as this account" }).click();
}

/** Goes back to one's own account. */
export const stopActing = async (page: Page): Promise<void> =>
  (await openAccountMenu(page)).getByRole("button", { name: "Stop acting" }).click();
