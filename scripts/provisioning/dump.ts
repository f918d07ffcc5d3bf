import { isLimited, type KeyLimits, showLimits } from "../../src/scope.ts";
import { manifestColumnNames, updatableAccountFields } from "../../src/tables.ts";
import { historyOf, rebuildHistory } from "./history-differences.ts";
import { revisionColumns, type StoredRevision } from "./history-entry.ts";
import { manifestOf, omitUnset } from "./manifest.ts";
import type { Proof } from "./proof.ts";
import { retryWhileBusy, type SqlDatabase } from "./sql-database.ts";

type JsonObject = Record<string, unknown>;

/** `hasHistory` adds the revisions of each image, from which a load restores audit, revisions and ETags. `proof` notes the rows. */
type DumpOptions = { hasHistory?: boolean; proof?: Proof };

/** Reads every account with its keys, and every image, as a provision file. Loading the file changes nothing. */
export const dump = async (db: SqlDatabase, options: DumpOptions = {}) => ({
  accounts: await collect(readAccounts(db, options)),
  images: await collect(readImages(db, options)),
});

async function collect(entries: AsyncIterable<JsonObject>): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

/** Returns `dump` piece by piece, as text that `JSON.stringify(dump, null, 2)` would format the same. */
export async function* formatDump(db: SqlDatabase, options: DumpOptions): AsyncGenerator<string> {
  yield '{\n  "accounts": ';
  yield* formatList(readAccounts(db, options));
  yield ',\n  "images": ';
  yield* formatList(readImages(db, options));
  yield "\n}\n";
}

async function* formatList(entries: AsyncIterable<JsonObject>): AsyncGenerator<string> {
  let start = "[";
  for await (const entry of entries) {
    yield `${start}\n    ${JSON.stringify(entry, null, 2).replaceAll("\n", "\n    ")}`;
    start = ",";
  }
  yield start === "[" ? "[]" : "\n  ]";
}

/** Reads the entries page by page, in the order of their UUIDs. */
async function* readPages(read: (after: string) => Promise<JsonObject[]>): AsyncGenerator<JsonObject> {
  for (let page = await read(""); page.length > 0; page = await read(String(page.at(-1)?.["uuid"]))) yield* page;
}

const page = "WHERE uuid > ?1 ORDER BY uuid LIMIT ?2";
const pageRows = 250;
/** For images with their revisions: each may take a megabyte. */
const historyPageRows = 20;

/** Reads a page of several tables at one moment. */
async function readTables<Row>(db: SqlDatabase, statements: readonly string[], values: [after: string, rows: number]) {
  const bound = statements.map((sql) => db.prepare(sql).bind(...values));
  return (await retryWhileBusy(() => db.batch<Row>(bound))).map(({ results }) => results);
}

type StoredAccount = { uuid: string; triton_cns_enabled: number; operator: number; disabled: number };
type StoredKey = { account: string; name: string; key: string } & KeyLimits;

const selectAccounts = [
  `SELECT uuid, login, ${updatableAccountFields.join()}, operator, disabled, created, updated FROM accounts ${page}`,
  `SELECT account, name, key, NULL AS scope, NULL AS expires FROM keys WHERE account IN (SELECT uuid FROM accounts ${page})
UNION ALL SELECT account, name, key, scope, expires FROM limited_keys WHERE account IN (SELECT uuid FROM accounts ${page})
ORDER BY account, name`,
];

const readAccounts = (db: SqlDatabase, { proof }: DumpOptions) =>
  readPages(async (after) => {
    const [accounts = [], keys] = await readTables<StoredAccount & StoredKey>(db, selectAccounts, [after, pageRows]);
    const keysOf = Map.groupBy(keys ?? [], ({ account }) => account);
    for (const account of accounts) proof?.noteAccount(account, keysOf.get(account.uuid) ?? []);
    return accounts.map(({ triton_cns_enabled, operator, disabled, ...account }) => {
      const own = keysOf.get(account.uuid) ?? [];
      return {
        ...omitUnset(account),
        ...(triton_cns_enabled === 1 && { triton_cns_enabled: true }),
        operator: operator === 1,
        disabled: disabled === 1,
        ...(own.some(isLimited) && { hasLimitedKeys: true }),
        keys: own.map(({ name, key, ...limits }) => ({ name, key, ...showLimits(limits) })),
      };
    });
  });

const selectImages = `SELECT uuid, ${manifestColumnNames.join()}, revision FROM images ${page}`;
const selectHistory = `SELECT ${revisionColumns.join()} FROM image_revisions
WHERE image IN (SELECT uuid FROM images ${page}) ORDER BY image, revision`;

type StoredImage = { uuid: string };

const readImages = (db: SqlDatabase, { hasHistory = false, proof }: DumpOptions) =>
  readPages(async (after) => {
    const statements = hasHistory ? [selectImages, selectHistory] : [selectImages];
    const rows = hasHistory ? historyPageRows : pageRows;
    const [images = [], history] = await readTables<StoredImage & StoredRevision>(db, statements, [after, rows]);
    const historyById = Map.groupBy(history ?? [], ({ image }) => image);
    return images.map((image) => {
      const revisions = rebuildHistory(image, historyById.get(image.uuid) ?? []);
      proof?.noteImage(image, revisions);
      return {
        ...{ v: 2, uuid: image.uuid, ...manifestOf(image) },
        ...(hasHistory && { revision: image.revision, history: revisions.map(historyOf) }),
      };
    });
  });
