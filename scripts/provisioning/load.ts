import { retryWhileBusy, takeLock } from "./busy.ts";
import { assertLoadable, type Comparison, compareWithStored, type LoadOptions } from "./compare.ts";
import type { Provision } from "./entries.ts";
import { makeAccountStatements } from "./load-accounts.ts";
import { makeRestoreStatements } from "./load-history.ts";
import { makeGuards, makeImageStatements } from "./load-images.ts";
import type { SqlDatabase } from "./sql-database.ts";

/** How many entries of a kind were new, differed from what was stored, or were stored already. */
export type Counts = { added: number; replaced: number; unchanged: number };

/** What a load did. An account counts as replaced when its fields or its keys differed. */
export type LoadReport = { accounts: Counts; images: Counts };

/** What somebody else wrote after the comparison makes the write fail: it is compared again. */
const staleComparison = /UNIQUE constraint failed|malformed JSON/;

const maxComparisons = 3;

/**
 * Makes the stored accounts, keys and images what the rows say, in one transaction; those the rows do not name stay.
 * Every image that differs goes up by one revision, every other keeps its own.
 *
 * @param known what the rows differ in, where it was compared before
 * @throws {ProvisionRefused} as `assertLoadable`
 * @throws {Error} D1's own, when it refused a row: nothing was loaded then
 */
export async function load(
  db: SqlDatabase,
  provision: Provision,
  { known, ...options }: LoadOptions & { known?: Comparison } = {},
): Promise<LoadReport> {
  for (let comparisons = 1, compared = known; ; comparisons += 1, compared = undefined) {
    compared ??= await compareWithStored(db, provision);
    assertLoadable(provision, compared, options);
    try {
      return await write(db, { provision, compared }, options);
    } catch (error) {
      const isStale = error instanceof Error && staleComparison.test(error.message);
      if (!isStale || comparisons === maxComparisons) throw error;
    }
  }
}

type Outcome = { outcome: "added" | "replaced" };

async function write(
  db: SqlDatabase,
  { provision, compared }: { provision: Provision; compared: Comparison },
  { isRestore = true }: LoadOptions,
): Promise<LoadReport> {
  const { accounts } = provision;
  const { restored, ...images } = pickDiffering(provision, compared);
  const forAccounts = makeAccountStatements(db, accounts, new Date().toISOString());
  const forImages = [...makeImageStatements(db, images), ...makeRestoreStatements(db, restored)];
  const guards = isRestore ? [] : makeGuards(db, images.replaced);
  const statements = [...guards, ...forAccounts, ...forImages];
  const [, ...results] =
    statements.length === 0 ? [] : await retryWhileBusy(() => db.batch<Outcome>([takeLock(db), ...statements]));
  const outcomes = results.map(({ results }) => results.map(({ outcome }) => outcome));
  const imagesFrom = guards.length + forAccounts.length;
  return {
    accounts: countOutcomes(accounts.length, outcomes.slice(guards.length, imagesFrom).flat()),
    images: countOutcomes(provision.images.length, outcomes.slice(imagesFrom).flat()),
  };
}

/** The rows that are to be written: what is the same is not sent again. `restored` are new, and have a history. */
function pickDiffering({ images, histories }: Provision, { images: differences }: Comparison) {
  const isNew = new Map(differences.map((one) => [one.uuid, one.isNew]));
  const added = images.filter(({ uuid }) => isNew.get(uuid) === true);
  return {
    added: added.filter(({ uuid }) => !histories.has(uuid)),
    restored: added.flatMap((row) => {
      const history = histories.get(row.uuid);
      return history ? [{ row, history }] : [];
    }),
    replaced: images.filter(({ uuid }) => isNew.get(uuid) === false),
  };
}

function countOutcomes(entries: number, outcomes: readonly ("added" | "replaced")[]): Counts {
  const added = outcomes.filter((outcome) => outcome === "added").length;
  return { added, replaced: outcomes.length - added, unchanged: entries - outcomes.length };
}
