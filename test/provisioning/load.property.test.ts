import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { AccountRow } from "../../scripts/provisioning/account-entry.ts";
import { dump } from "../../scripts/provisioning/dump.ts";
import { type Provision, readProvision } from "../../scripts/provisioning/entries.ts";
import { ProvisionRefused } from "../../scripts/provisioning/fields.ts";
import { type Counts, load } from "../../scripts/provisioning/load.ts";
import type { ImageRow } from "../../scripts/provisioning/manifest.ts";
import { clear } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { formatPublicLine } from "../support/signer.ts";
import { readTables } from "../support/stored-tables.ts";

const uuids = "abcdef".split("").map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const logins = ["l1", "l2", "l3", "l4"];
const lines = (["rsa", "ecdsa", "ed25519", "ecdsa384"] as const).map(formatPublicLine);

const text = fc.string({ unit: "binary", maxLength: 8 }).map((sent) => sent.replaceAll("\u0000", ""));
const kind = text.map((some) => `k${some}`);
const unset = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { freq: 2 });
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value).replaceAll("\\u0000", "")));
const someObject = unset(fc.dictionary(text, json, { maxKeys: 3 }));
const someUuids = fc.subarray(uuids).chain((some) => fc.shuffledSubarray(some));

const manifest = fc.record({
  uuid: fc.constantFrom(...uuids),
  owner: fc.constantFrom(...uuids),
  name: fc.constantFrom("a", "b", "c d/e"),
  version: fc.constantFrom("1", "1.0.0+x", "2/3"),
  homepage: fc.constantFrom("a", "b", "ÿ\u2028'\"\\🦫"),
  os: unset(kind),
  type: unset(kind),
  requirements: someObject,
  image_size: unset(fc.maxSafeNat()),
  description: unset(text),
  files: unset(fc.array(fc.record({ compression: kind, sha1: kind, size: fc.maxSafeNat() }), { maxLength: 2 })),
  tags: someObject,
  published_at: unset(fc.constantFrom("2013-11-25T17:44:54Z", "2012-11-02T22:46:45.992Z")),
  public: fc.boolean(),
  state: fc.constantFrom("active", "unactivated", "disabled", "creating", "failed", "destroyed"),
  eula: unset(text),
  acl: unset(someUuids),
  origin: unset(fc.constantFrom(...uuids)),
  error: unset(fc.record({ code: text, message: text })),
});

const account = fc.record({
  uuid: fc.constantFrom(...uuids),
  login: fc.constantFrom(...logins),
  email: unset(text),
  companyName: unset(text),
  address: unset(text),
  postalCode: unset(text),
  city: unset(text),
  state: unset(text),
  country: unset(text),
  phone: unset(text),
  triton_cns_enabled: unset(fc.boolean()),
  operator: fc.boolean(),
  disabled: fc.boolean(),
  created: fc.constantFrom("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
  updated: fc.constantFrom("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
  keys: fc
    .tuple(fc.shuffledSubarray(lines), fc.shuffledSubarray(["k1", "k2", "k3", "k4"], { minLength: 4 }))
    .map(([some, names]) => some.map((key, at) => ({ name: names[at], key }))),
});

const file = fc.record({
  accounts: fc.uniqueArray(account, {
    maxLength: 4,
    comparator: (one, other) => one.uuid === other.uuid || one.login === other.login,
  }),
  images: fc.uniqueArray(manifest, { maxLength: 6, selector: ({ uuid }) => uuid }),
});

/** What the database must hold. */
type Model = { accounts: Map<string, AccountRow>; images: Map<string, { row: ImageRow; revision: number }> };

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const sortByName = <Named extends { name: string }>(keys: readonly Named[]): Named[] =>
  keys.toSorted((one, other) => (one.name < other.name ? -1 : 1));

const sortKeys = (row: AccountRow): AccountRow => ({ ...row, keys: row.keys && sortByName(row.keys) });

function countRows<Row extends { uuid: string }>(
  rows: readonly Row[],
  before: (uuid: string) => Row | undefined,
): Counts {
  const known = rows.filter(({ uuid }) => before(uuid));
  const unchanged = known.filter((row) => isSame(row, before(row.uuid))).length;
  return { added: rows.length - known.length, replaced: known.length - unchanged, unchanged };
}

/** Loads into the model. @returns the report that the load must make */
function loadIntoModel(model: Model, provision: Provision) {
  const { images } = provision;
  const accounts = provision.accounts.map(sortKeys);
  const report = {
    accounts: countRows(accounts, (uuid) => model.accounts.get(uuid)),
    images: countRows(images, (uuid) => model.images.get(uuid)?.row),
  };
  for (const row of accounts) model.accounts.set(row.uuid, row);
  for (const row of images) {
    const known = model.images.get(row.uuid);
    const revision = known ? known.revision + (isSame(known.row, row) ? 0 : 1) : 1;
    model.images.set(row.uuid, { row, revision });
  }
  return report;
}

const sortValues = <Value>(map: ReadonlyMap<string, Value>): Value[] =>
  [...map].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);

/** The tables that the model describes. */
function makeTables({ accounts, images }: Model) {
  const all = sortValues(accounts);
  const rows = sortValues(images);
  return {
    accounts: all.map(({ keys: _, triton_cns_enabled, operator, disabled, ...row }) => ({
      ...row,
      triton_cns_enabled: Number(triton_cns_enabled),
      operator: Number(operator),
      disabled: Number(disabled),
    })),
    keys: all.flatMap(({ uuid, keys }) => (keys ?? []).map((key) => ({ account: uuid, ...key }))),
    images: rows.map(({ row, revision }) => ({ ...row, public: Number(row.public), revision, write_id: null })),
    imageAcl: rows.flatMap(({ row }) => {
      const acl: string[] = row.state === "destroyed" ? [] : JSON.parse(row.acl ?? "[]");
      return acl.toSorted().map((account) => ({ image: row.uuid, account }));
    }),
  };
}

/** Whether an account that the file leaves out has one of its logins. */
const hasTakenLogin = (model: Model, { accounts }: Provision): boolean =>
  sortValues(model.accounts).some(
    ({ uuid, login }) => accounts.some((one) => one.login === login) && !accounts.some((one) => one.uuid === uuid),
  );

const empty = () => clear(env.DB);

beforeEach(empty);

test("after several files each UUID is what the last file says of it, and loading an export changes nothing", async () => {
  await fc.assert(
    fc
      .asyncProperty(fc.array(file, { minLength: 2, maxLength: 3 }), async (files) => {
        const model: Model = { accounts: new Map(), images: new Map() };
        for (const one of files) {
          const provision = await readProvision(JSON.stringify(one));
          if (hasTakenLogin(model, provision))
            await expect(load(env.DB, provision)).rejects.toBeInstanceOf(ProvisionRefused);
          else expect(await load(env.DB, provision)).toStrictEqual(loadIntoModel(model, provision));
          expect(await readTables()).toStrictEqual(makeTables(model));
        }
        const out = await readProvision(JSON.stringify(await dump(env.DB)));
        expect(await load(env.DB, out)).toStrictEqual({
          accounts: { added: 0, replaced: 0, unchanged: model.accounts.size },
          images: { added: 0, replaced: 0, unchanged: model.images.size },
        });
        expect(await readTables()).toStrictEqual(makeTables(model));
      })
      .beforeEach(empty),
    propertyOptions(300),
  );
});
