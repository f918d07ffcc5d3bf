import { show } from "../../src/errors.ts";
import { nameEntry, type Provision } from "./entries.ts";
import { ProvisionRefused } from "./fields.ts";
import {
  type AccountDifference,
  type ComparedAccount,
  makeAccountComparisons,
  makeAccountStatements,
  readAccountDifference,
} from "./load-accounts.ts";
import {
  type ComparedImage,
  type ImageDifference,
  makeGuards,
  makeHistoryComparisons,
  makeImageComparisons,
  makeImageStatements,
  makeStoredSearches,
  readImageDifference,
} from "./load-images.ts";
import { makeFileTable, runLocked, runReads, type SqlDatabase } from "./sql-database.ts";

/** What a load would change. */
export type Comparison = {
  accounts: readonly AccountDifference[];
  images: readonly ImageDifference[];
  /** The UUIDs of stored images with another history than the file's. */
  otherHistories: readonly string[];
  /** Logins of the file that other accounts have, each with the UUID of that account. */
  taken: ReadonlyMap<string, string>;
  /** The names of keys that would lose a limit of which the file says nothing, by the UUID of their account. */
  widened: ReadonlyMap<string, readonly string[]>;
};

/** Compares a file with what is stored. Writes nothing. */
export async function compareWithStored(
  db: SqlDatabase,
  { accounts, images, histories }: Provision,
): Promise<Comparison> {
  const comparedAccounts = await runReads<ComparedAccount>(db, makeAccountComparisons(db, accounts));
  const uuids = new Set(accounts.map(({ uuid }) => uuid));
  const found = await runReads<{ uuid: string }>(db, makeStoredSearches(db, images));
  const stored = new Set(found.map(({ uuid }) => uuid));
  // Only images that are stored are sent whole.
  const known = images.filter(({ uuid }) => stored.has(uuid));
  const replaced = await runReads<ComparedImage>(db, makeImageComparisons(db, known));
  const others = await runReads<{ uuid: string }>(db, makeHistoryComparisons(db, histories));
  const added = images.filter(({ uuid }) => !stored.has(uuid));
  return {
    accounts: comparedAccounts.flatMap(readAccountDifference),
    images: [
      ...added.map(({ uuid }) => ({ uuid, isNew: true, isBack: false, changed: [], undone: [] })),
      ...replaced.map(readImageDifference),
    ],
    otherHistories: others.map(({ uuid }) => uuid),
    widened: new Map(comparedAccounts.map(({ uuid, widened }) => [uuid, JSON.parse(widened)])),
    taken: new Map(
      comparedAccounts.flatMap(({ login, holder }) => (holder && !uuids.has(holder) ? [[login, holder]] : [])),
    ),
  };
}

/** `isRestore`, true by default, lets a load bring destroyed images back and undo what clients changed. */
export type LoadOptions = { isRestore?: boolean };

/**
 * Checks what a load would change.
 *
 * @throws {ProvisionRefused} an account outside the file has one of its logins; a key would lose a limit of which the file says nothing; a stored image has another history than the
 * file; without `isRestore` also images that would come back, or lose what clients changed
 */
export function assertLoadable({ accounts }: Provision, compared: Comparison, { isRestore = true }: LoadOptions): void {
  const { images, otherHistories, taken, widened } = compared;
  const mistakes = [
    ...accounts.flatMap((account, at) => {
      const holder = taken.get(account.login);
      if (holder === undefined) return [];
      return [`${nameEntry(`accounts[${at}]`, account)}: login is that of the stored account ${holder}`];
    }),
    ...accounts.flatMap((account, at) =>
      (widened.get(account.uuid) ?? []).map(
        (name) =>
          `${nameEntry(`accounts[${at}]`, account)}: the key ${show(name)} is stored with a scope or an end, of which the file says nothing; "scope": null and "expires": null take them away`,
      ),
    ),
    ...(isRestore ? [] : images.flatMap(describeUndone)),
    ...otherHistories.map(
      (uuid) =>
        `image ${uuid} is stored with another history: load the file into an empty database, or without history`,
    ),
  ];
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
}

function describeUndone({ uuid, isBack, undone }: ImageDifference): string[] {
  if (isBack) return [`image ${uuid} was destroyed and would come back; --restore does it`];
  if (undone.length === 0) return [];
  return [`image ${uuid}: a client changed ${undone.join(", ")} since, and it would be undone; --restore does it`];
}

/** The errors after which a load compares again: another program has written since the comparison. */
const staleComparison = /UNIQUE constraint failed|malformed JSON/;

const maxComparisons = 3;

/**
 * Stores accounts, keys and images in one transaction. Entries that the file does not name stay. An image that differs goes
 * up by one revision, others keep theirs.
 *
 * @param known an earlier comparison
 * @returns what was changed
 * @throws {ProvisionRefused} as `assertLoadable`
 * @throws {Error} D1's own, if it refused a row; nothing was loaded then
 */
export async function write(
  db: SqlDatabase,
  provision: Provision,
  { known, ...options }: LoadOptions & { known?: Comparison | undefined } = {},
): Promise<Comparison> {
  for (let comparisons = 1, compared = known; ; comparisons += 1, compared = undefined) {
    compared ??= await compareWithStored(db, provision);
    assertLoadable(provision, compared, options);
    const accounts = pickDiffering(provision.accounts, compared.accounts);
    const images = { ...pickDiffering(provision.images, compared.images), histories: provision.histories };
    const guards = options.isRestore === false ? makeGuards(db, images.replaced) : [];
    try {
      await runLocked(db, [...guards, ...makeAccountStatements(db, accounts), ...makeImageStatements(db, images)]);
      return compared;
    } catch (error) {
      const isStale = error instanceof Error && staleComparison.test(error.message);
      if (!isStale || comparisons === maxComparisons) throw error;
    }
  }
}

/** Picks the rows to write. Rows that are stored already are not sent again. */
function pickDiffering<Row extends { uuid: string }>(
  rows: readonly Row[],
  differences: readonly { uuid: string; isNew: boolean }[],
) {
  const isNew = new Map(differences.map((one) => [one.uuid, one.isNew]));
  return {
    added: rows.filter(({ uuid }) => isNew.get(uuid) === true),
    replaced: rows.filter(({ uuid }) => isNew.get(uuid) === false),
  };
}

/** How many entries of a kind were new, differed from what was stored, or were stored already. */
export type Counts = { added: number; replaced: number; unchanged: number };

/** What a load did. An account counts as replaced if its fields or its keys differed. */
export type LoadReport = { accounts: Counts; images: Counts };

/** Writes a file as `write` does. Returns the counts. */
export const load = async (db: SqlDatabase, provision: Provision, options: LoadOptions = {}): Promise<LoadReport> =>
  countDifferences(provision, await write(db, provision, options));

/** Counts what a load changed, or would change. */
export const countDifferences = ({ accounts, images }: Provision, compared: Comparison): LoadReport => ({
  accounts: countKind(accounts.length, compared.accounts),
  images: countKind(images.length, compared.images),
});

function countKind(entries: number, differences: readonly { isNew: boolean }[]): Counts {
  const added = differences.filter(({ isNew }) => isNew).length;
  return { added, replaced: differences.length - added, unchanged: entries - differences.length };
}

const ownerTable = makeFileTable(["owner"]);

/** Finds the owners of the images that no account has, stored or in the file. */
export async function findUnknownOwners(
  db: SqlDatabase,
  { accounts, images }: Pick<Provision, "accounts" | "images">,
): Promise<string[]> {
  const loaded = new Set(accounts.map(({ uuid }) => uuid));
  const owners = [...new Set(images.map(({ owner }) => owner))].filter((owner) => !loaded.has(owner));
  const unknown = "SELECT owner FROM file WHERE owner NOT IN (SELECT uuid FROM accounts)";
  const rows = owners.map((owner) => ({ owner }));
  return (await runReads<{ owner: string }>(db, ownerTable(db, rows, unknown))).map(({ owner }) => owner);
}
