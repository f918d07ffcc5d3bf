import { manifestColumnNames, updatableAccountFields } from "../../src/db/schema.ts";
import { retryWhileBusy } from "./busy.ts";
import { type ImageRow, manifestOf } from "./manifest.ts";

type JsonObject = Record<string, unknown>;

/** What is stored, in the form of a provision file: loading it changes nothing. */
export type Dump = { accounts: JsonObject[]; images: JsonObject[] };

const pageRows = 250;

/** Reads every account with its keys, and every image, destroyed ones too, in the order of their UUIDs. */
export async function dump(db: D1Database): Promise<Dump> {
  const accounts: JsonObject[] = [];
  for await (const page of readPages((after) => readAccountPage(db, after))) accounts.push(...page);
  const images: JsonObject[] = [];
  for await (const page of readPages((after) => readImagePage(db, after))) images.push(...page);
  return { accounts, images };
}

/** Page after page until an empty one, each from the UUID that the one before ended with. */
async function* readPages<Row extends JsonObject>(read: (after: string) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let page = await read(""); page.length > 0; page = await read(String(page.at(-1)?.["uuid"]))) yield page;
}

const page = "WHERE uuid > ?1 ORDER BY uuid LIMIT ?2";

type StoredAccount = { uuid: string; triton_cns_enabled: number; operator: number; disabled: number } & JsonObject;
type StoredKey = { account: string; name: string; key: string };

async function readAccountPage(db: D1Database, after: string): Promise<JsonObject[]> {
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

async function readImagePage(db: D1Database, after: string): Promise<JsonObject[]> {
  const statement = db.prepare(`SELECT uuid, ${manifestColumnNames.join()} FROM images ${page}`).bind(after, pageRows);
  const { results } = await retryWhileBusy(() => statement.all<Omit<ImageRow, "public"> & { public: number }>());
  return results.map((image) => manifestOf({ ...image, public: image.public === 1 }));
}
