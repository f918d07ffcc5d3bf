import { retryWhileBusy } from "./busy.ts";
import { nameEntry, type Provision } from "./entries.ts";
import { findTakenLogins, makeAccountStatements } from "./load-accounts.ts";
import { makeImageStatements } from "./load-images.ts";
import { ProvisionRefused } from "./refusal.ts";

/** How many entries of a kind were new, differed from what was stored, or were stored already. */
export type Counts = { added: number; replaced: number; unchanged: number };

/** What a load did. An account counts as replaced when its fields or its keys differed. */
export type LoadReport = { accounts: Counts; images: Counts };

/**
 * Checks rows against what is stored.
 *
 * @throws {ProvisionRefused} an account that is not among the rows has one of their logins
 */
export async function checkAgainstStored(db: D1Database, { accounts }: Provision): Promise<void> {
  const taken = await retryWhileBusy(() => findTakenLogins(db, accounts));
  const mistakes = accounts.flatMap((account, at) => {
    const holder = taken.get(account.login);
    return holder ? [`${nameEntry(`accounts[${at}]`, account)}: login is that of the stored account ${holder}`] : [];
  });
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
}

/**
 * Makes the stored accounts, keys and images what the rows say, in one transaction; those the rows do not name stay.
 * Every image that differs goes up by one revision, every other keeps its own.
 *
 * @throws {ProvisionRefused} as `checkAgainstStored`
 * @throws {Error} D1's own, when it refused a row: nothing was loaded then
 */
export async function load(db: D1Database, provision: Provision): Promise<LoadReport> {
  const { accounts, images } = provision;
  await checkAgainstStored(db, provision);
  const forAccounts = makeAccountStatements(db, accounts, new Date().toISOString());
  const forImages = makeImageStatements(db, images);
  const statements = [...forAccounts, ...forImages];
  const results =
    statements.length === 0 ? [] : await retryWhileBusy(() => db.batch<{ outcome: "added" | "replaced" }>(statements));
  const outcomes = results.map(({ results }) => results.map(({ outcome }) => outcome));
  return {
    accounts: countOutcomes(accounts.length, outcomes.slice(0, forAccounts.length).flat()),
    images: countOutcomes(images.length, outcomes.slice(forAccounts.length).flat()),
  };
}

function countOutcomes(entries: number, outcomes: readonly ("added" | "replaced")[]): Counts {
  const added = outcomes.filter((outcome) => outcome === "added").length;
  return { added, replaced: outcomes.length - added, unchanged: entries - outcomes.length };
}
