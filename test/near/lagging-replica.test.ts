import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import page from "../../docs/performance.md?raw";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, carol, clear, provision } from "../support/fixtures.ts";
import { prepareReplica, ReplicatedDatabase } from "../support/replicated-database.ts";
import { type KeyName, makeKey } from "../support/signer.ts";
import { readTables } from "../support/stored-tables.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const operator = { uuid: "99999999-9999-4999-8999-999999999999", login: "operator" };

/** What happens on the primary while the replica lags, who asks, and by which path. */
const changes: Readonly<Record<string, { sql: string; as?: string; path?: string; key?: KeyName }>> = {
  "the key is deleted": { sql: "DELETE FROM keys WHERE name = 'ed25519'" },
  "the account is disabled": { sql: "UPDATE accounts SET disabled = 1 WHERE login = 'bob'" },
  "the operator's right is withdrawn": { sql: "UPDATE accounts SET operator = 0", as: "operator", path: "bob" },
  "the login is another": { sql: "UPDATE accounts SET login = 'robert' WHERE login = 'bob'" },
  "the key's scope is narrowed": { sql: "UPDATE limited_keys SET scope = 'images:read'", key: "rsa" },
  "the key ends": { sql: "UPDATE limited_keys SET expires = 1", key: "rsa" },
  "the image is deleted": { sql: "UPDATE images SET state = 'destroyed', revision = revision + 1" },
  "the grant is withdrawn": { sql: "UPDATE images SET acl = NULL, revision = revision + 1", as: "carol" },
};

const operations: Readonly<Record<string, (path: string) => TestRequest>> = {
  GetImage: (path) => ({ method: "GET", path: `${path}/images/${image}` }),
  ListImages: (path) => ({ method: "GET", path: `${path}/images` }),
  ListImageTags: (path) => ({ method: "GET", path: `${path}/images/${image}/tags` }),
  ImageAudit: (path) => ({ method: "GET", path: `${path}/images/${image}/audit` }),
  UpdateImage: (path) => ({ path: `${path}/images/${image}?action=update`, body: '{"name":"written"}' }),
  GetAccount: (path) => ({ method: "GET", path }),
};

/** The cells of docs/performance.md: what happened, the operation, and its answers without and with max-stale. */
const rows = new Map(
  [...page.matchAll(/^\| (the [^|]*) \|(.*)\|$/gm)].map(([, what = "", cells = ""]) => [
    what,
    cells.split("|").map((cell) => cell.trim()),
  ]),
);

beforeAll(prepareReplica);

/** Loads the accounts and the image. The primary lives now. */
async function prepare(): Promise<void> {
  await clear(env.DB);
  const keys = [makeKey("ed25519")];
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [...keys, { ...makeKey("rsa"), scope: "account:read images:read images:update" }] },
      { ...carol, keys },
      { ...operator, keys, operator: true },
    ],
    images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1", acl: [carol.uuid], tags: { a: 1 } }],
  });
  await env.DB.prepare("INSERT OR REPLACE INTO heartbeat SELECT 1, unixepoch('subsec') * 1000").run();
}

it("docs/performance.md has a row for each change", () => {
  expect([...rows.keys()]).toEqual(Object.keys(changes));
});

const names = Object.keys(operations);

describe.each(Object.entries(changes))(
  "on a replica that lags 10 s, after %s,",
  (what, { sql, as = "bob", path = "my", key = "ed25519" }) => {
    const isolates = new Map<string, { warm: ReplicatedDatabase; warmToo: ReplicatedDatabase }>();

    beforeAll(async () => {
      await prepare();
      const first = new ReplicatedDatabase();
      await first.catchUp();
      for (const name of names) {
        const [warm, warmToo] = [new ReplicatedDatabase(), new ReplicatedDatabase()];
        for (const { db } of [warm, warmToo]) {
          await send({ method: "GET", path: `/${path}`, sign: { as, key }, bindings: makeBindings({ DB: db }) });
        }
        isolates.set(name, { warm, warmToo });
      }
      await env.DB.prepare(sql).run();
      await first.pass(10_000);
    });

    /** Answers as a cell of the table has it. */
    async function answer(name: string, { db }: ReplicatedDatabase, isStale: boolean): Promise<string> {
      const request = operations[name]?.(`/${path}`) as TestRequest;
      const headers = { ...(isStale && { "Cache-Control": "max-stale=60" }) };
      const answered = await send({ ...request, sign: { as, key }, headers, bindings: makeBindings({ DB: db }) });
      const isNear = isStale && answered.status === 200 && name !== "GetAccount";
      expect(answered.headers.has("Age")).toBe(isNear);
      return answered.text === "[]" ? `${answered.status}, without it` : String(answered.status);
    }

    it.each(names.map((name, at) => ({ name, at })))("$name", async ({ name, at }) => {
      const { warm, warmToo } = isolates.get(name) ?? {};
      const stored = await readTables();
      const now = await answer(name, new ReplicatedDatabase(), false);
      expect(await answer(name, warm as ReplicatedDatabase, false)).toBe(now);
      const stale = await answer(name, new ReplicatedDatabase(), true);
      expect(await answer(name, warmToo as ReplicatedDatabase, true)).toBe(stale);
      expect(now === stale ? now : `${now} / ${stale}`).toBe(rows.get(what)?.[at]);
      expect(await readTables()).toEqual(stored);
    });
  },
);
