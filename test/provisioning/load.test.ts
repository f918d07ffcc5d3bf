import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { retryWhileBusy } from "../../scripts/provisioning/busy.ts";
import { dump } from "../../scripts/provisioning/dump.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import { ProvisionRefused } from "../../scripts/provisioning/refusal.ts";
import fixtures from "../data/fixtures.json";
import manifests from "../data/imgapi-manifests.json";
import { fingerprint, publicLine } from "../signer.ts";
import { emptyDatabase, measured, stored } from "./stored.ts";

const none = { added: 0, replaced: 0, unchanged: 0 };

const loadFile = async (file: unknown) => load(env.DB, await readProvision(JSON.stringify(file)));

const byUuid = (one: { uuid: string }, other: { uuid: string }) => (one.uuid < other.uuid ? -1 : 1);

type RealManifest = Record<string, unknown> & { uuid: string; files?: Record<string, unknown>[] };

/** A real manifest as an export must print it. */
function exported({ files, acl, ...manifest }: RealManifest) {
  const notStored = "activated disabled nic_driver disk_driver cpu_type icon channels objectclass urn users";
  const moreNotStored = "generate_passwords inherited_directories billing_tags";
  const dropped = new Set(`${notStored} ${moreNotStored}`.split(" "));
  return {
    ...Object.fromEntries(Object.entries(manifest).filter(([field]) => !dropped.has(field))),
    ...(manifest["state"] === undefined && { state: "active" }),
    ...(files && { files: files.map(({ compression, sha1, size }) => ({ compression, sha1, size })) }),
    ...(acl !== undefined && { acl: [acl].flat() }),
  };
}

beforeEach(emptyDatabase);

describe("real files", () => {
  test("load, load again without a change, and come back out as they went in", async () => {
    expect(await loadFile(fixtures)).toStrictEqual({
      accounts: { ...none, added: 2 },
      images: { ...none, added: 254 },
    });
    expect(await loadFile(manifests)).toStrictEqual({ accounts: none, images: { ...none, added: 14 } });
    const first = await stored();

    const out = await dump(env.DB);
    const images = [...fixtures.images, ...manifests].toSorted(byUuid);
    expect(out.images).toStrictEqual(images.map(exported));
    const created = first.accounts?.map(({ created }) => created);
    expect(out.accounts).toStrictEqual(
      fixtures.accounts.toSorted(byUuid).map((account, at) => ({
        ...account,
        operator: false,
        disabled: false,
        created: created?.[at],
        updated: created?.[at],
        keys: account.keys.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      })),
    );

    expect([await loadFile(fixtures), await loadFile(manifests), await loadFile(out)]).toStrictEqual([
      { accounts: { ...none, unchanged: 2 }, images: { ...none, unchanged: 254 } },
      { accounts: none, images: { ...none, unchanged: 14 } },
      { accounts: { ...none, unchanged: 2 }, images: { ...none, unchanged: 268 } },
    ]);
    expect(await stored()).toStrictEqual(first);
  });

  test("an export is read in pages, and includes destroyed images", async () => {
    const [manifest] = manifests;
    const many = Array.from({ length: 501 }, (_, at) => ({
      ...manifest,
      state: "destroyed",
      uuid: `${String(at).padStart(8, "0")}-0000-4000-8000-000000000000`,
    }));
    const accounts = many.map(({ uuid }, at) => ({ uuid, login: `a${at}`, keys: fixtures.accounts[0]?.keys }));
    await loadFile({ accounts, images: many });
    const out = await dump(env.DB);
    expect(out.images).toStrictEqual(many.map(exported));
    expect(out.accounts.map(({ uuid, keys }) => [uuid, keys])).toStrictEqual(
      accounts.map(({ uuid, keys }) => [uuid, keys?.toSorted((one, other) => (one.name < other.name ? -1 : 1))]),
    );
  });
});

describe("images", () => {
  const owner = "a11ce000-0000-4000-8000-000000000000";
  const [one, two] = ["11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"];
  const manifest = { uuid: one, owner, name: "base", version: "1" };
  const unset = { os: null, type: null, requirements: null, image_size: null, description: null, files: null };
  const row = {
    ...{ ...manifest, ...unset, tags: null, homepage: null, published_at: null, public: 0, state: "active" },
    ...{ eula: null, acl: null, origin: null, error: null, revision: 1, write_id: null },
  };

  test("one that differs is replaced by its next revision, one that does not keeps its own", async () => {
    await loadFile([manifest, { ...manifest, uuid: two, acl: [owner, two] }]);
    await env.DB.prepare("UPDATE images SET revision = 7, write_id = uuid").run();
    const changed = { ...manifest, uuid: two, acl: [one], tags: { a: 1 } };
    expect(await loadFile([manifest, changed])).toStrictEqual({
      accounts: none,
      images: { added: 0, replaced: 1, unchanged: 1 },
    });
    expect(await stored()).toStrictEqual({
      accounts: [],
      keys: [],
      images: [
        { ...row, revision: 7, write_id: row.uuid },
        { ...row, uuid: two, acl: `["${one}"]`, tags: '{"a":1}', revision: 8 },
      ],
      imageAcl: [{ image: two, account: one }],
    });
  });

  test.each([
    ...["name", "version", "os", "type", "description", "homepage", "eula"].map((field) => ({ [field]: "x" })),
    ...["requirements", "tags", "error"].map((field) => ({ [field]: {} })),
    ...[{ files: [] }, { image_size: 0 }, { published_at: "2013-11-25T17:44:54Z" }, { owner: two }, { public: true }],
    ...[{ state: "destroyed" }, { acl: [two] }, { origin: two }],
  ])("%o alone makes it differ, set and unset", async (field) => {
    await loadFile([manifest]);
    const replaced = { accounts: none, images: { ...none, replaced: 1 } };
    expect(await loadFile([{ ...manifest, ...field }])).toStrictEqual(replaced);
    expect(await loadFile([manifest])).toStrictEqual(replaced);
    expect(await stored()).toStrictEqual({ accounts: [], keys: [], images: [{ ...row, revision: 3 }], imageAcl: [] });
  });

  test("one that the database refuses leaves it as it was", async () => {
    await loadFile([manifest]);
    const before = await stored();
    const provision = await readProvision(
      JSON.stringify([
        { ...manifest, name: "changed" },
        { ...manifest, uuid: two },
      ]),
    );
    const [first, second] = provision.images;
    if (!first || !second) throw new Error("two images were read");
    await expect(load(env.DB, { accounts: [], images: [first, { ...second, tags: "[]" }] })).rejects.toThrow(
      "D1_ERROR: CHECK constraint failed: images_tags: SQLITE_CONSTRAINT",
    );
    expect(await stored()).toStrictEqual(before);
  });

  // As JSON in JSON, every quote doubled, it would be over 2 MB: more than D1 binds.
  test("one of exactly 1 700 000 bytes is added, unchanged, and replaced", async () => {
    const tags = { qq: new Array(424_963).fill("q") };
    const large = { ...manifest, name: "large", public: true, image_size: 5, acl: [two], tags };
    const measure = measured(env.DB);
    expect(await load(measure.db, await readProvision(JSON.stringify([large])))).toStrictEqual({
      accounts: none,
      images: { ...none, added: 1 },
    });
    expect(measure.longestBound).toBe(JSON.stringify(tags).length);
    expect(await loadFile([large])).toStrictEqual({ accounts: none, images: { ...none, unchanged: 1 } });
    const largeRow = { ...row, name: "large", public: 1, image_size: 5, acl: `["${two}"]`, tags: JSON.stringify(tags) };
    expect((await stored()).images).toStrictEqual([largeRow]);
    expect(await loadFile([manifest])).toStrictEqual({ accounts: none, images: { ...none, replaced: 1 } });
    expect((await stored()).images).toStrictEqual([{ ...row, revision: 2 }]);
  });

  test("more than one bound value holds", async () => {
    const many = [one, two, owner].map((uuid) => ({ ...manifest, uuid, description: "d".repeat(300_000) }));
    expect(await loadFile(many)).toStrictEqual({ accounts: none, images: { ...none, added: 3 } });
    expect((await stored()).images).toStrictEqual(many.map(({ uuid, description }) => ({ ...row, uuid, description })));
  });
});

describe("accounts", () => {
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

  test("those that the file leaves out stay, and every field is the file's", async () => {
    await loadAccounts({ uuid: a, login: "a", ...times, keys: [publicLine("rsa")] });
    const fields = { email: "e", companyName: "c", firstName: "f", lastName: "l" };
    await loadAccounts({ uuid: b, login: "b", ...times, ...fields, operator: true, disabled: true });
    const bRow = { ...row(b, "b"), ...fields, operator: 1, disabled: 1 };
    const before = { accounts: [row(a, "a"), bRow], keys: [keyRow(a, "rsa", "rsa")], images: [], imageAcl: [] };
    expect(await stored()).toStrictEqual(before);
    expect(await loadAccounts({ uuid: b, login: "b", ...times })).toStrictEqual({
      added: 0,
      replaced: 1,
      unchanged: 0,
    });
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
    expect(await loadAccounts({ uuid: a, login: "a", ...times, keys: [publicLine("rsa")] }, other)).toStrictEqual(
      counts,
    );
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
    "the database has been locked for 0.2 seconds; nothing was changed, try again (D1_ERROR: database is locked: SQLITE_BUSY)",
  ]);
});
