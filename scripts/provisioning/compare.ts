import { retryWhileBusy, takeLock } from "./busy.ts";
import { nameEntry, type Provision } from "./entries.ts";
import { toJsonChunks } from "./json-chunks.ts";
import {
  type AccountDifference,
  type ComparedAccount,
  type Holder,
  makeAccountComparisons,
  makeHolderSearches,
  readAccountDifference,
} from "./load-accounts.ts";
import { makeHistoryComparisons } from "./load-history.ts";
import {
  type ComparedImage,
  type ImageDifference,
  makeAddedImage,
  makeImageComparisons,
  makeStoredSearches,
  readImageDifference,
} from "./load-images.ts";
import { ProvisionRefused } from "./refusal.ts";
import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

/** What a load would change, and the logins that other accounts have: login → the UUID of its account. */
export type Comparison = {
  accounts: readonly AccountDifference[];
  images: readonly ImageDifference[];
  /** The UUIDs of stored images whose history is another than the file's. */
  otherHistories: readonly string[];
  taken: ReadonlyMap<string, string>;
};

/** Compares a file with what is stored. Writes nothing. */
export async function compareWithStored(
  db: SqlDatabase,
  { accounts, images, histories }: Provision,
): Promise<Comparison> {
  const uuids = new Set(accounts.map(({ uuid }) => uuid));
  const holders = await readAll<Holder>(db, makeHolderSearches(db, accounts));
  const comparedAccounts = await readAll<ComparedAccount>(db, makeAccountComparisons(db, accounts));
  const found = await readAll<{ uuid: string }>(db, makeStoredSearches(db, images));
  const stored = new Set(found.map(({ uuid }) => uuid));
  const comparisons = makeImageComparisons(
    db,
    images.filter(({ uuid }) => stored.has(uuid)),
  );
  const replaced = (await readAll<ComparedImage>(db, comparisons)).map(readImageDifference);
  const added = images.filter(({ uuid }) => !stored.has(uuid)).map(({ uuid }) => makeAddedImage(uuid));
  const others = await readAll<{ uuid: string }>(db, makeHistoryComparisons(db, histories));
  return {
    accounts: comparedAccounts.flatMap(readAccountDifference),
    images: [...added, ...replaced],
    otherHistories: others.map(({ uuid }) => uuid),
    taken: new Map(holders.filter(({ uuid }) => !uuids.has(uuid)).map(({ login, uuid }) => [login, uuid])),
  };
}

/** The rows that the statements answer, read behind the lock. */
async function readAll<Row>(db: SqlDatabase, statements: readonly SqlStatement[]): Promise<Row[]> {
  if (statements.length === 0) return [];
  const [, ...pages] = await retryWhileBusy(() => db.batch<Row>([takeLock(db), ...statements]));
  return pages.flatMap(({ results }) => results);
}

/** `isRestore` (by default) also brings destroyed images back and undoes what clients changed. */
export type LoadOptions = { isRestore?: boolean };

/**
 * Checks what a load would change.
 *
 * @throws {ProvisionRefused} an account that is not of the file has one of its logins; without `isRestore` also images that
 * would come back, or lose what clients changed; a stored image has another history than the file
 */
export function assertLoadable({ accounts }: Provision, compared: Comparison, options: LoadOptions): void {
  const { images, otherHistories, taken } = compared;
  const takenLogins = accounts.flatMap((account, at) => {
    const holder = taken.get(account.login);
    return holder ? [`${nameEntry(`accounts[${at}]`, account)}: login is that of the stored account ${holder}`] : [];
  });
  const undone = options.isRestore === false ? images.flatMap(describeUndone) : [];
  const mistakes = [...takenLogins, ...undone, ...otherHistories.map(describeOtherHistory)];
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
}

const describeOtherHistory = (uuid: string): string =>
  `image ${uuid} is stored with another history: load the file into an empty database, or without history`;

function describeUndone({ uuid, isBack, undone }: ImageDifference): string[] {
  if (isBack) return [`image ${uuid} was destroyed and would come back; --restore does it`];
  if (undone.length === 0) return [];
  return [`image ${uuid}: a client changed ${undone.join(", ")} since, and it would be undone; --restore does it`];
}

/** The owners of the images that no account has, stored or in the files. */
export async function findUnknownOwners(
  db: SqlDatabase,
  { accounts, images }: Pick<Provision, "accounts" | "images">,
): Promise<string[]> {
  const loaded = new Set(accounts.map(({ uuid }) => uuid));
  const owners = [...new Set(images.map(({ owner }) => owner))].filter((owner) => !loaded.has(owner));
  const reads = toJsonChunks(owners.map((owner) => ({ owner }))).map((chunk) => db.prepare(unknown).bind(chunk));
  return (await readAll<{ owner: string }>(db, reads)).map(({ owner }) => owner);
}

const unknown = `SELECT value ->> '$.owner' AS owner FROM json_each(?) WHERE owner NOT IN (SELECT uuid FROM accounts)`;
