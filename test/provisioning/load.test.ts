import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { dump } from "../../scripts/provisioning/dump.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import fixtures from "../data/fixtures.json";
import manifests from "../data/imgapi-manifests.json";
import { clear } from "../support/fixtures.ts";
import { measureBinds, readTables } from "../support/stored-tables.ts";

const none = { added: 0, replaced: 0, unchanged: 0 };

const loadFile = async (file: unknown) => load(env.DB, await readProvision(JSON.stringify(file)));

const compareUuids = (one: { uuid: string }, other: { uuid: string }) => (one.uuid < other.uuid ? -1 : 1);

type RealManifest = Record<string, unknown> & { uuid: string; files?: Record<string, unknown>[] };

/** A real manifest as an export must print it. */
function toExported({ files, acl, ...manifest }: RealManifest) {
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

beforeEach(() => clear(env.DB));

describe("real files", () => {
  test("load, load again without a change, and are exported as they were loaded", async () => {
    expect(await loadFile(fixtures)).toStrictEqual({
      accounts: { ...none, added: 2 },
      images: { ...none, added: 254 },
    });
    expect(await loadFile(manifests)).toStrictEqual({ accounts: none, images: { ...none, added: 14 } });
    const first = await readTables();

    const out = await dump(env.DB);
    const images = [...fixtures.images, ...manifests].toSorted(compareUuids);
    expect(out.images).toStrictEqual(images.map(toExported));
    const created = first.accounts?.map(({ created }) => created);
    expect(out.accounts).toStrictEqual(
      fixtures.accounts.toSorted(compareUuids).map((account, at) => ({
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
    expect(await readTables()).toStrictEqual(first);
  });

  test("are exported page by page, destroyed images included", async () => {
    const [manifest] = manifests;
    const many = Array.from({ length: 501 }, (_, at) => ({
      ...manifest,
      state: "destroyed",
      uuid: `${String(at).padStart(8, "0")}-0000-4000-8000-000000000000`,
    }));
    const accounts = many.map(({ uuid }, at) => ({ uuid, login: `a${at}`, keys: fixtures.accounts[0]?.keys }));
    await loadFile({ accounts, images: many });
    const out = await dump(env.DB);
    expect(out.images).toStrictEqual(many.map(toExported));
    expect(out.accounts.map(({ uuid, keys }) => [uuid, keys])).toStrictEqual(
      accounts.map(({ uuid, keys }) => [uuid, keys?.toSorted((one, other) => (one.name < other.name ? -1 : 1))]),
    );
  });
});

describe("an image", () => {
  const owner = "a11ce000-0000-4000-8000-000000000000";
  const [one, two] = ["11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"];
  const manifest = { uuid: one, owner, name: "base", version: "1", os: null, type: null };
  const unset = { os: null, type: null, requirements: null, image_size: null, description: null, files: null };
  const row = {
    ...{ ...manifest, ...unset, tags: null, homepage: null, published_at: null, public: 0, state: "active" },
    ...{ eula: null, acl: null, origin: null, error: null, revision: 1, write_id: null },
  };

  test("that differs is replaced and gets a new revision; one that does not differ stays as it is", async () => {
    await loadFile([manifest, { ...manifest, uuid: two, acl: [owner, two] }]);
    await env.DB.prepare("UPDATE images SET revision = 7, write_id = uuid").run();
    const changed = { ...manifest, uuid: two, acl: [one], tags: { a: 1 } };
    expect(await loadFile([manifest, changed])).toStrictEqual({
      accounts: none,
      images: { added: 0, replaced: 1, unchanged: 1 },
    });
    expect(await readTables()).toStrictEqual({
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
  ])("differs by %o alone, set or unset", async (field) => {
    await loadFile([manifest]);
    const replaced = { accounts: none, images: { ...none, replaced: 1 } };
    expect(await loadFile([{ ...manifest, ...field }])).toStrictEqual(replaced);
    expect(await loadFile([manifest])).toStrictEqual(replaced);
    expect(await readTables()).toStrictEqual({
      accounts: [],
      keys: [],
      images: [{ ...row, revision: 3 }],
      imageAcl: [],
    });
  });

  test("that the database refuses leaves the database as it was", async () => {
    await loadFile([manifest]);
    const before = await readTables();
    const provision = await readProvision(
      JSON.stringify([
        { ...manifest, name: "changed" },
        { ...manifest, uuid: two },
      ]),
    );
    const [first, second] = provision.images;
    if (!first || !second) throw new Error("two images were read");
    await expect(
      load(env.DB, { histories: new Map(), accounts: [], images: [first, { ...second, tags: "[]" }] }),
    ).rejects.toThrow("D1_ERROR: CHECK constraint failed: images_tags: SQLITE_CONSTRAINT");
    expect(await readTables()).toStrictEqual(before);
  });

  // As JSON in JSON, with every quote doubled, it would be over 2 MB: more than D1 binds.
  test("of exactly 1 700 000 bytes is added, unchanged, and replaced", async () => {
    const tags = { qq: new Array(424_963).fill("q") };
    const large = { ...manifest, name: "large", public: true, image_size: 5, acl: [two], tags };
    const measure = measureBinds(env.DB);
    expect(await load(measure.db, await readProvision(JSON.stringify([large])))).toStrictEqual({
      accounts: none,
      images: { ...none, added: 1 },
    });
    expect(measure.longestBound).toBe(JSON.stringify(tags).length);
    expect(await loadFile([large])).toStrictEqual({ accounts: none, images: { ...none, unchanged: 1 } });
    const largeRow = { ...row, name: "large", public: 1, image_size: 5, acl: `["${two}"]`, tags: JSON.stringify(tags) };
    expect((await readTables()).images).toStrictEqual([largeRow]);
    expect(await loadFile([manifest])).toStrictEqual({ accounts: none, images: { ...none, replaced: 1 } });
    expect((await readTables()).images).toStrictEqual([{ ...row, revision: 2 }]);
  });

  test("is loaded among more images than one bound value holds", async () => {
    const many = [one, two, owner].map((uuid) => ({ ...manifest, uuid, description: "d".repeat(300_000) }));
    expect(await loadFile(many)).toStrictEqual({ accounts: none, images: { ...none, added: 3 } });
    expect((await readTables()).images).toStrictEqual(
      many.map(({ uuid, description }) => ({ ...row, uuid, description })),
    );
  });
});
