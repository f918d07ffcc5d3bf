import { manifestColumnNames, updatableAccountFields } from "../../src/db/schema.ts";
import { retryWhileBusy } from "./busy.ts";
import { type HistoryRow, historyColumns, historyOf } from "./history-entry.ts";
import { type ImageRow, manifestOf } from "./manifest.ts";
import type { SqlDatabase } from "./sql-database.ts";

type JsonObject = Record<string, unknown>;

/** What is stored, in the form of a provision file: loading it changes nothing. */
export type Dump = { accounts: JsonObject[]; images: JsonObject[] };

/** An entry of a provision file, and the list that it belongs to. */
export type DumpedEntry = { kind: keyof Dump; entry: JsonObject };

/** `hasHistory` adds the revisions of each image, from which a load restores audit, revisions and ETags. */
export type DumpOptions = { hasHistory?: boolean };

const pageRows = 250;
/** Of images with their revisions, which may take a megabyte each. */
const historyPageRows = 20;

/** Reads every account with its keys, and every image, destroyed ones too, in the order of their UUIDs. */
export async function dump(db: SqlDatabase, options: DumpOptions = {}): Promise<Dump> {
  const all: Dump = { accounts: [], images: [] };
  for await (const { kind, entry } of readEntries(db, options)) all[kind].push(entry);
  return all;
}

/** Reads what `dump` does page by page: accounts first. An image and its history are of one moment. */
export async function* readEntries(
  db: SqlDatabase,
  { hasHistory = false }: DumpOptions = {},
): AsyncGenerator<DumpedEntry> {
  for await (const page of readPages((after) => readAccountPage(db, after)))
    yield* page.map((entry) => ({ kind: "accounts" as const, entry }));
  const readImages = hasHistory ? readHistoryPage : readImagePage;
  for await (const page of readPages((after) => readImages(db, after)))
    yield* page.map((entry) => ({ kind: "images" as const, entry }));
}

/** Page after page until an empty one, each from the UUID that the one before ended with. */
async function* readPages<Row extends JsonObject>(read: (after: string) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let page = await read(""); page.length > 0; page = await read(String(page.at(-1)?.["uuid"]))) yield page;
}

const page = "WHERE uuid > ?1 ORDER BY uuid LIMIT ?2";

type StoredAccount = { uuid: string; triton_cns_enabled: number; operator: number; disabled: number } & JsonObject;
type StoredKey = { account: string; name: string; key: string };

async function readAccountPage(db: SqlDatabase, after: string): Promise<JsonObject[]> {
  const statements = [
    db.prepare(
      `SELECT uuid, login, ${updatableAccountFields.join()}, operator, disabled, created, updated FROM accounts ${page}`,
    ),
    db.prepare(
      `SELECT account, name, key FROM keys WHERE account IN (SELECT uuid FROM accounts ${page}) ORDER BY account, name`,
    ),
  ].map((statement) => statement.bind(after, pageRows));
  const [accounts, keys] = await retryWhileBusy(() => db.batch<StoredAccount & StoredKey>(statements));
  const keysOf = Map.groupBy(keys?.results ?? [], ({ account }) => account);
  return (accounts?.results ?? []).map(({ triton_cns_enabled, operator, disabled, ...account }) => ({
    ...Object.fromEntries(Object.entries(account).filter(([, value]) => value !== null)),
    ...(triton_cns_enabled === 1 && { triton_cns_enabled: true }),
    operator: operator === 1,
    disabled: disabled === 1,
    keys: keysOf.get(account.uuid)?.map(({ name, key }) => ({ name, key })) ?? [],
  }));
}

type StoredImage = Omit<ImageRow, "public"> & { public: number };

const imageColumns = ["uuid", ...manifestColumnNames];

const toManifest = (image: StoredImage): JsonObject => manifestOf({ ...image, public: image.public === 1 });

async function readImagePage(db: SqlDatabase, after: string): Promise<JsonObject[]> {
  const statement = db.prepare(`SELECT ${imageColumns.join()} FROM images ${page}`).bind(after, pageRows);
  const { results } = await retryWhileBusy(() => statement.all<StoredImage>());
  return results.map(toManifest);
}

type StoredRevision = Omit<HistoryRow, "public"> & { public: number };

async function readHistoryPage(db: SqlDatabase, after: string): Promise<JsonObject[]> {
  const statements = [
    db.prepare(`SELECT ${imageColumns.join()}, revision FROM images ${page}`),
    db.prepare(
      `SELECT ${historyColumns.join()} FROM image_history WHERE image IN (SELECT uuid FROM images ${page}) ORDER BY image, revision`,
    ),
  ].map((statement) => statement.bind(after, historyPageRows));
  const [images, history] = await retryWhileBusy(() => db.batch<StoredImage & StoredRevision>(statements));
  const historyById = Map.groupBy(history?.results ?? [], ({ image }) => image);
  return (images?.results ?? []).map(({ revision, ...image }) => ({
    ...toManifest(image),
    revision,
    history: (historyById.get(image.uuid) ?? []).map((row) => historyOf({ ...row, public: row.public === 1 })),
  }));
}
