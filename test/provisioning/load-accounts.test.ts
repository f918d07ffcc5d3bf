import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { ProvisionRefused } from "../../scripts/provisioning/fields.ts";
import { load, write } from "../../scripts/provisioning/load.ts";
import { clear } from "../support/fixtures.ts";
import { computeFingerprint, formatPublicLine } from "../support/signer.ts";
import { readTables } from "../support/stored-tables.ts";

beforeEach(() => clear(env.DB));

describe("an account", () => {
  const [a, b, c] = [
    "aaaaaaaa-0000-4000-8000-000000000000",
    "bbbbbbbb-0000-4000-8000-000000000000",
    "cccccccc-0000-4000-8000-000000000000",
  ];
  const long = "2020-01-01T00:00:00Z";
  const recent = "2021-01-01T00:00:00Z";

  const loadAccounts = async (...accounts: object[]) =>
    (await load(env.DB, await readProvision(JSON.stringify({ accounts })))).accounts;

  const makeRow = (uuid: string | undefined, login: string) => ({
    ...{ uuid, login, email: null, companyName: null, firstName: null, lastName: null },
    ...{ address: null, postalCode: null, city: null, state: null, country: null, phone: null, triton_cns_enabled: 0 },
    ...{ operator: 0, disabled: 0, created: long, updated: recent },
  });

  const makeKeyRow = (account: string | undefined, name: string, key: "rsa" | "ecdsa" | "ed25519") => ({
    account,
    name,
    fingerprint: computeFingerprint(key),
    fingerprintSha256: computeFingerprint(key, "sha256"),
    key: formatPublicLine(key),
  });

  const times = { created: long, updated: recent };

  test("that the file does not name stays; one that it names gets every field from it", async () => {
    await loadAccounts({ uuid: a, login: "a", ...times, keys: [formatPublicLine("rsa")] });
    const fields = { email: "e", companyName: "c", firstName: "f", lastName: "l" };
    await loadAccounts({ uuid: b, login: "b", ...times, ...fields, operator: true, disabled: true });
    const bRow = { ...makeRow(b, "b"), ...fields, operator: 1, disabled: 1 };
    const before = { accounts: [makeRow(a, "a"), bRow], keys: [makeKeyRow(a, "rsa", "rsa")], images: [], imageAcl: [] };
    expect(await readTables()).toStrictEqual(before);
    expect(await loadAccounts({ uuid: b, login: "b", ...times })).toStrictEqual({
      added: 0,
      replaced: 1,
      unchanged: 0,
    });
    expect(await readTables()).toStrictEqual({ ...before, accounts: [makeRow(a, "a"), makeRow(b, "b")] });
  });

  test("without created and updated in the file gets the time of loading when it is new, then keeps them until it differs", async () => {
    const start = new Date().toISOString();
    expect(await loadAccounts({ uuid: a, login: "a" })).toStrictEqual({ added: 1, replaced: 0, unchanged: 0 });
    const [made] = (await readTables()).accounts ?? [];
    expect(made).toStrictEqual({ ...makeRow(a, "a"), created: made?.["created"], updated: made?.["created"] });
    expect(String(made?.["created"]) >= start).toBe(true);

    await env.DB.prepare("UPDATE accounts SET created = ?, updated = ?").bind(long, recent).run();
    expect(await loadAccounts({ uuid: a, login: "a" })).toStrictEqual({ added: 0, replaced: 0, unchanged: 1 });
    expect((await readTables()).accounts).toStrictEqual([makeRow(a, "a")]);
    expect(await loadAccounts({ uuid: a, login: "a", email: "e" })).toStrictEqual({
      added: 0,
      replaced: 1,
      unchanged: 0,
    });
    const [changed] = (await readTables()).accounts ?? [];
    expect(changed).toStrictEqual({ ...makeRow(a, "a"), email: "e", updated: changed?.["updated"] });
    expect(String(changed?.["updated"]) >= start).toBe(true);
  });

  test("gets its keys from the file, and counts as replaced when one differs", async () => {
    const keys = [formatPublicLine("rsa"), formatPublicLine("ecdsa")];
    const other = { uuid: b, login: "b", ...times, keys: [formatPublicLine("ed25519")] };
    await loadAccounts({ uuid: a, login: "a", ...times, keys }, other);
    const swapped = [
      { name: "ecdsa", key: formatPublicLine("rsa") },
      { name: "rsa", key: formatPublicLine("ecdsa") },
    ];
    const counts = { added: 0, replaced: 1, unchanged: 1 };
    const otherKey = makeKeyRow(b, "ed25519", "ed25519");

    expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: swapped }, other)).toStrictEqual(counts);
    expect((await readTables()).keys).toStrictEqual([
      makeKeyRow(a, "ecdsa", "rsa"),
      makeKeyRow(a, "rsa", "ecdsa"),
      otherKey,
    ]);
    const more = [...swapped, formatPublicLine("ed25519")];
    expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: more }, other)).toStrictEqual(counts);
    expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: [formatPublicLine("rsa")] }, other)).toStrictEqual(
      counts,
    );
    expect((await readTables()).keys).toStrictEqual([makeKeyRow(a, "rsa", "rsa"), otherKey]);
    const unchanged = { added: 0, replaced: 0, unchanged: 2 };
    expect(await loadAccounts({ uuid: a, login: "a", ...times }, other)).toStrictEqual(unchanged);
    expect((await readTables()).keys).toStrictEqual([makeKeyRow(a, "rsa", "rsa"), otherKey]);
    expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: [] }, other)).toStrictEqual(counts);
    expect((await readTables()).keys).toStrictEqual([otherKey]);
  });

  test("can take the login of another account of the file, also in another bound value", async () => {
    const large = { ...times, email: "e".repeat(300_000) };
    await loadAccounts({ uuid: a, login: "one", ...large }, { uuid: b, login: "two", ...large });
    const counts = await loadAccounts(
      { uuid: c, login: "one", ...large },
      { uuid: a, login: "two", ...large },
      { uuid: b, login: "three", ...large },
    );
    expect(counts).toStrictEqual({ added: 1, replaced: 2, unchanged: 0 });
    const { email } = large;
    expect((await readTables()).accounts).toStrictEqual(
      [makeRow(a, "two"), makeRow(b, "three"), makeRow(c, "one")].map((account) => ({ ...account, email })),
    );
  });

  test("is refused if an account that the file does not name has its login, and nothing is loaded", async () => {
    await loadAccounts({ uuid: a, login: "taken", ...times });
    const before = await readTables();
    await expect(loadAccounts({ uuid: c, login: "free" }, { uuid: b, login: "taken" })).rejects.toStrictEqual(
      new ProvisionRefused([`accounts[1] (${b}, taken): login is that of the stored account ${a}`]),
    );
    expect(await readTables()).toStrictEqual(before);
  });

  test("that another program adds between the comparison and the write is compared again, and so reported", async () => {
    const provision = await readProvision(
      JSON.stringify({ accounts: [{ uuid: a, login: "a", ...times, keys: [formatPublicLine("rsa")] }] }),
    );
    let calls = 0;
    const db = Object.assign(Object.create(env.DB), {
      prepare: env.DB.prepare.bind(env.DB),
      batch: async (statements: D1PreparedStatement[]) => {
        calls += 1;
        if (calls === 2) await loadAccounts({ uuid: a, login: "a", ...times, keys: [formatPublicLine("ecdsa")] });
        return await env.DB.batch(statements);
      },
    });
    expect((await write(db, provision)).accounts).toStrictEqual([
      { uuid: a, login: "a", isNew: false, changed: [], keysAdded: ["rsa"], keysRemoved: ["ecdsa"] },
    ]);
    expect(calls).toBe(4);
    expect((await readTables()).keys).toStrictEqual([makeKeyRow(a, "rsa", "rsa")]);
  });
});
