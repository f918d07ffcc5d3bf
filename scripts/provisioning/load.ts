import { retryWhileBusy, takeLock } from "./busy.ts";
import { nameEntry, type Provision } from "./entries.ts";
import { findTakenLogins, makeAccountStatements } from "./load-accounts.ts";
import { makeImageStatements, makeUndoneStatements, type Undone } from "./load-images.ts";
import { ProvisionRefused } from "./refusal.ts";

/** How many entries of a kind were new, differed from what was stored, or were stored already. */
export type Counts = { added: number; replaced: number; unchanged: number };

/** `isRestore` (by default) also brings destroyed images back and undoes what clients changed. */
export type LoadOptions = { isRestore?: boolean };

/** What a load did. An account counts as replaced when its fields or its keys differed. */
export type LoadReport = { accounts: Counts; images: Counts };

/**
 * Checks rows against what is stored.
 *
 * @throws {ProvisionRefused} an account that is not among the rows has one of their logins; without `isRestore` also
 * images that would come back, or lose what clients changed
 */
export async function checkAgainstStored(
  db: D1Database,
  { accounts, images }: Provision,
  { isRestore = true }: LoadOptions = {},
): Promise<void> {
  const taken = await retryWhileBusy(() => findTakenLogins(db, accounts));
  const mistakes = accounts.flatMap((account, at) => {
    const holder = taken.get(account.login);
    return holder ? [`${nameEntry(`accounts[${at}]`, account)}: login is that of the stored account ${holder}`] : [];
  });
  if (!isRestore) mistakes.push(...(await listUndone(db, images)));
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
}

/** Every image that a load would bring back, or whose changes by clients it would undo. */
async function listUndone(db: D1Database, images: Provision["images"]): Promise<string[]> {
  const statements = makeUndoneStatements(db, images, false);
  if (statements.length === 0) return [];
  const [, ...pages] = await retryWhileBusy(() => db.batch<Undone>([takeLock(db), ...statements]));
  return pages.flatMap(({ results }) => results).map(describeUndone);
}

const describeUndone = ({ uuid, back, fields }: Undone): string =>
  back
    ? `image ${uuid} was destroyed and would come back; --restore does it`
    : `image ${uuid}: a client changed ${fields} since, and it would be undone; --restore does it`;

/**
 * Makes the stored accounts, keys and images what the rows say, in one transaction; those the rows do not name stay.
 * Every image that differs goes up by one revision, every other keeps its own.
 *
 * @throws {ProvisionRefused} as `checkAgainstStored`
 * @throws {Error} D1's own, when it refused a row: nothing was loaded then
 */
export async function load(db: D1Database, provision: Provision, options: LoadOptions = {}): Promise<LoadReport> {
  const { accounts, images } = provision;
  await checkAgainstStored(db, provision, options);
  const forAccounts = makeAccountStatements(db, accounts, new Date().toISOString());
  const forImages = makeImageStatements(db, images);
  const guards = options.isRestore === false ? makeUndoneStatements(db, images, true) : [];
  const statements = [...guards, ...forAccounts, ...forImages];
  const results =
    statements.length === 0 ? [] : await writeAll(db, statements, options.isRestore === false ? images : []);
  const outcomes = results.map(({ results }) => results.map(({ outcome }) => outcome));
  return {
    accounts: countOutcomes(accounts.length, outcomes.slice(guards.length, guards.length + forAccounts.length).flat()),
    images: countOutcomes(images.length, outcomes.slice(guards.length + forAccounts.length).flat()),
  };
}

type Outcome = { outcome: "added" | "replaced" };

/** @throws {ProvisionRefused} a guard failed: a client wrote one of the `guarded` images after the check */
async function writeAll(db: D1Database, statements: D1PreparedStatement[], guarded: Provision["images"]) {
  try {
    const [, ...results] = await retryWhileBusy(() => db.batch<Outcome>([takeLock(db), ...statements]));
    return results;
  } catch (error) {
    const mistakes = await listUndone(db, guarded);
    throw mistakes.length > 0 ? new ProvisionRefused(mistakes) : error;
  }
}

function countOutcomes(entries: number, outcomes: readonly ("added" | "replaced")[]): Counts {
  const added = outcomes.filter((outcome) => outcome === "added").length;
  return { added, replaced: outcomes.length - added, unchanged: entries - outcomes.length };
}
