import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { retryWhileBusy } from "../../scripts/provisioning/busy.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import { ProvisionRefused } from "../../scripts/provisioning/refusal.ts";
import { fingerprint, publicLine } from "../signer.ts";
import { emptyDatabase, stored } from "./stored.ts";

const [a, b, c] = [
  "aaaaaaaa-0000-4000-8000-000000000000",
  "bbbbbbbb-0000-4000-8000-000000000000",
  "cccccccc-0000-4000-8000-000000000000",
];
const long = "2020-01-01T00:00:00Z";
const recent = "2021-01-01T00:00:00Z";

const loadAccounts = async (...accounts: object[]) =>
  (await load(env.DB, await readProvision(JSON.stringify({ accounts })))).accounts;

const row = (uuid: string | undefined, login: string) => ({
  ...{ uuid, login, email: null, companyName: null, firstName: null, lastName: null },
  ...{ operator: 0, disabled: 0, created: long, updated: recent },
});

const keyRow = (account: string | undefined, name: string, key: "rsa" | "ecdsa" | "ed25519") => ({
  account,
  name,
  fingerprint: fingerprint(key),
  fingerprintSha256: fingerprint(key, "sha256"),
  key: publicLine(key),
});

const times = { created: long, updated: recent };

beforeEach(emptyDatabase);

test("those that the file leaves out stay, and every field is the file's", async () => {
  await loadAccounts({ uuid: a, login: "a", ...times, keys: [publicLine("rsa")] });
  const fields = { email: "e", companyName: "c", firstName: "f", lastName: "l" };
  await loadAccounts({ uuid: b, login: "b", ...times, ...fields, operator: true, disabled: true });
  const bRow = { ...row(b, "b"), ...fields, operator: 1, disabled: 1 };
  const before = { accounts: [row(a, "a"), bRow], keys: [keyRow(a, "rsa", "rsa")], images: [], imageAcl: [] };
  expect(await stored()).toStrictEqual(before);
  expect(await loadAccounts({ uuid: b, login: "b", ...times })).toStrictEqual({ added: 0, replaced: 1, unchanged: 0 });
  expect(await stored()).toStrictEqual({ ...before, accounts: [row(a, "a"), row(b, "b")] });
});

test("created and updated that the file leaves out: now for a new account, then as they are until it differs", async () => {
  const start = new Date().toISOString();
  expect(await loadAccounts({ uuid: a, login: "a" })).toStrictEqual({ added: 1, replaced: 0, unchanged: 0 });
  const [made] = (await stored()).accounts ?? [];
  expect(made).toStrictEqual({ ...row(a, "a"), created: made?.["created"], updated: made?.["created"] });
  expect(String(made?.["created"]) >= start).toBe(true);

  await env.DB.prepare("UPDATE accounts SET created = ?, updated = ?").bind(long, recent).run();
  expect(await loadAccounts({ uuid: a, login: "a" })).toStrictEqual({ added: 0, replaced: 0, unchanged: 1 });
  expect((await stored()).accounts).toStrictEqual([row(a, "a")]);
  expect(await loadAccounts({ uuid: a, login: "a", email: "e" })).toStrictEqual({
    added: 0,
    replaced: 1,
    unchanged: 0,
  });
  const [changed] = (await stored()).accounts ?? [];
  expect(changed).toStrictEqual({ ...row(a, "a"), email: "e", updated: changed?.["updated"] });
  expect(String(changed?.["updated"]) >= start).toBe(true);
});

test("keys are the file's: one that differs makes its account replaced, none the others", async () => {
  const keys = [publicLine("rsa"), publicLine("ecdsa")];
  const other = { uuid: b, login: "b", ...times, keys: [publicLine("ed25519")] };
  await loadAccounts({ uuid: a, login: "a", ...times, keys }, other);
  const swapped = [
    { name: "ecdsa", key: publicLine("rsa") },
    { name: "rsa", key: publicLine("ecdsa") },
  ];
  const counts = { added: 0, replaced: 1, unchanged: 1 };
  const otherKey = keyRow(b, "ed25519", "ed25519");

  expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: swapped }, other)).toStrictEqual(counts);
  expect((await stored()).keys).toStrictEqual([keyRow(a, "ecdsa", "rsa"), keyRow(a, "rsa", "ecdsa"), otherKey]);
  const more = [...swapped, publicLine("ed25519")];
  expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: more }, other)).toStrictEqual(counts);
  expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: [publicLine("rsa")] }, other)).toStrictEqual(counts);
  expect((await stored()).keys).toStrictEqual([keyRow(a, "rsa", "rsa"), otherKey]);
  expect(await loadAccounts({ uuid: a, login: "a", ...times }, other)).toStrictEqual(counts);
  expect((await stored()).keys).toStrictEqual([otherKey]);
});

test("logins pass between the accounts of one file, in bound values of their own too", async () => {
  const large = { ...times, email: "e".repeat(300_000) };
  await loadAccounts({ uuid: a, login: "one", ...large }, { uuid: b, login: "two", ...large });
  const counts = await loadAccounts(
    { uuid: c, login: "one", ...large },
    { uuid: a, login: "two", ...large },
    { uuid: b, login: "three", ...large },
  );
  expect(counts).toStrictEqual({ added: 1, replaced: 2, unchanged: 0 });
  const { email } = large;
  expect((await stored()).accounts).toStrictEqual(
    [row(a, "two"), row(b, "three"), row(c, "one")].map((account) => ({ ...account, email })),
  );
});

test("the login of an account that the file leaves out is refused by name, and nothing is loaded", async () => {
  await loadAccounts({ uuid: a, login: "taken", ...times });
  const before = await stored();
  await expect(loadAccounts({ uuid: c, login: "free" }, { uuid: b, login: "taken" })).rejects.toStrictEqual(
    new ProvisionRefused([`accounts[1] (${b}, taken): login is that of the stored account ${a}`]),
  );
  expect(await stored()).toStrictEqual(before);
});

test("what fails because the database is locked is tried again, and only that", async () => {
  const tries = async (message: string, failures: number) => {
    let count = 0;
    const trip = async () => {
      count += 1;
      if (count <= failures) throw new Error(message);
      return count;
    };
    return await retryWhileBusy(trip, 200).catch((error: Error) => [count, error.message]);
  };
  expect(await tries("D1_ERROR: database is locked: SQLITE_BUSY", 2)).toBe(3);
  expect(await tries("D1_ERROR: no such table: accounts", 1)).toStrictEqual([1, "D1_ERROR: no such table: accounts"]);
  expect(await tries("D1_ERROR: database is locked: SQLITE_BUSY", 9)).toStrictEqual([
    4,
    "another program has held the database for 0 seconds; nothing was changed, try again",
  ]);
});
