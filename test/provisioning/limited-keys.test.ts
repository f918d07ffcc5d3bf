import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dump } from "../../scripts/provisioning/dump.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { ProvisionRefused } from "../../scripts/provisioning/fields.ts";
import { compareWithStored, load, write } from "../../scripts/provisioning/load.ts";
import { bob, clear } from "../support/fixtures.ts";
import { limitKey, readLimits, sendCold } from "../support/limited-keys.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const end = "2100-01-01T00:00:00.000Z";
const scope = `images:tag@${makeUuid(1)} keys`;
const [ed25519, ecdsa] = [makeKey("ed25519"), makeKey("ecdsa")];

const read = (...keys: unknown[]) =>
  readProvision(JSON.stringify({ accounts: [{ ...bob, created: end, updated: end, keys }] }));

const loadKeys = async (...keys: unknown[]) => (await load(env.DB, await read(...keys))).accounts;

const readFull = async () => (await env.DB.prepare("SELECT name FROM keys ORDER BY name").raw()).flat();

/** The mistakes for which a file is refused. */
const listMistakes = async (run: Promise<unknown>): Promise<readonly string[]> => {
  const error = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof ProvisionRefused) return error.mistakes;
  throw error ?? new Error("the file was accepted");
};

beforeEach(() => clear(env.DB));

describe("a file with limits of keys", () => {
  it("stores them as CreateKey does, an end that is past too, and is what the export writes", async () => {
    await loadKeys(ecdsa, {
      ...ed25519,
      scope: `keys  images:tag@${makeUuid(1).toUpperCase()}`,
      expires: "2020-01-01T00:00:00Z",
    });
    expect(await readLimits()).toEqual([{ name: "ed25519", scope, expires: Date.parse("2020-01-01T00:00:00Z") }]);
    expect(await readFull()).toEqual(["ecdsa"]);
    const file = await dump(env.DB);
    expect(file.accounts[0]).toMatchObject({
      hasLimitedKeys: true,
      keys: [ecdsa, { ...ed25519, scope, expires: "2020-01-01T00:00:00.000Z" }],
    });
    expect((await load(env.DB, await readProvision(JSON.stringify(file)))).accounts.unchanged).toBe(1);
    await clear(env.DB);
    await load(env.DB, await readProvision(JSON.stringify(file)));
    expect(await dump(env.DB)).toEqual(file);
  });

  it("narrows a key from its next request on, and reports it as one added and one removed", async () => {
    await loadKeys(ed25519);
    expect((await sendCold({ path: "/my" })).status).toBe(200);
    const compared = await write(env.DB, await read({ ...ed25519, scope: "keys" }));
    expect(compared.accounts).toMatchObject([{ keysAdded: ["ed25519"], keysRemoved: ["ed25519"] }]);
    expect((await sendCold({ path: "/my" })).status).toBe(403);
    expect(await readFull()).toEqual([]);
  });

  it.each<[string, object, object]>([
    ["a scope", { scope: "keys" }, { scope: null }],
    ["an end", { expires: Date.parse(end) }, { expires: null }],
    ["both", { scope: "keys", expires: Date.parse(end) }, { scope: null, expires: null }],
    [
      "both, for another scope alone",
      { scope: "keys", expires: Date.parse(end) },
      { scope: "account:read", expires: null },
    ],
  ])("takes limits away only if it says so: %s", async (_, stored, said) => {
    await loadKeys(ecdsa);
    await limitKey(stored);
    const refused = [
      `accounts[0] (${bob.uuid}, bob): the key ed25519 is stored with a scope or an end, of which the file says nothing; "scope": null and "expires": null take them away`,
    ];
    for (const plain of [ed25519, { ...ed25519, name: "other" }, { ...makeKey("rsa"), name: "ed25519" }]) {
      const named = refused.map((line) => line.replace("ed25519", plain.name));
      expect(await listMistakes(loadKeys(ecdsa, plain))).toEqual(named);
    }
    expect(await listMistakes(loadKeys(ecdsa, ed25519.key))).toEqual(refused);
    expect(await readLimits()).toHaveLength(1);
    await loadKeys(ecdsa, { ...ed25519, ...said });
    expect(await readLimits()).toEqual(
      "scope" in said && said.scope ? [{ name: "ed25519", scope: said.scope, expires: null }] : [],
    );
  });

  it("is refused if it says one limit of two", async () => {
    await loadKeys(ecdsa);
    await limitKey({ scope: "keys", expires: Date.parse(end) });
    for (const said of [{ scope: null }, { expires: null }, { scope: "keys" }])
      expect(await listMistakes(loadKeys({ ...ed25519, ...said }))).toHaveLength(1);
  });

  it("is refused if a key got limits after it was compared", async () => {
    await loadKeys(ed25519);
    const file = await read(ed25519, ecdsa);
    const known = await compareWithStored(env.DB, file);
    await limitKey({ scope: "keys" });
    expect(await listMistakes(write(env.DB, file, { known }))).toHaveLength(1);
    expect(await readLimits()).toHaveLength(1);
  });

  it("removes a key with limits that it does not name, and leaves all keys where it names none", async () => {
    await loadKeys(ecdsa, { ...ed25519, scope: "keys" });
    await load(env.DB, await readProvision(JSON.stringify({ accounts: [{ ...bob, created: end, updated: end }] })));
    expect(await readLimits()).toHaveLength(1);
    await loadKeys(ecdsa);
    expect([await readLimits(), await readFull()]).toEqual([[], ["ecdsa"]]);
  });

  it.each<[object, string]>([
    [{ scope: "" }, "scope is words with blanks between, of "],
    [{ scope: "images:write" }, '"images:write" was sent'],
    [{ scope: ["keys"] }, "scope is a string of at most 1024 characters; an array was sent"],
    [{ expires: "tomorrow" }, 'expires is a date and time in UTC, like 2030-01-31T10:00:00Z; "tomorrow" was sent'],
    [{ expires: 5 }, "expires is a date and time in UTC, like 2030-01-31T10:00:00Z; 5 was sent"],
    [{ scop: "keys" }, 'the field is named scope; "scop" was sent'],
    [{ Expires: end }, 'the field is named expires; "Expires" was sent'],
  ])("is refused for %j", async (wrong, message) => {
    const mistakes = await listMistakes(read({ ...ed25519, ...wrong }));
    expect(mistakes).toEqual([expect.stringContaining(message)]);
    expect(mistakes[0]).toMatch(
      /^accounts\[0\] \(47034e57-42d1-0342-b302-00db733e8c8a, bob\): keys\[0\] \(ed25519\): /,
    );
  });

  it("may have what CloudAPI shows of a key beside", async () => {
    await loadKeys({ ...ed25519, fingerprint: "x", created: "y" });
    expect(await readFull()).toEqual(["ed25519"]);
  });
});

it("an export with history has the scope of each revision, and a load restores it", async () => {
  const image = { uuid: makeUuid(1), owner: bob.uuid, name: "n", version: "1", os: null, type: null };
  const accounts = [{ ...bob, keys: [ed25519] }];
  await load(env.DB, await readProvision(JSON.stringify({ accounts, images: [image] })));
  await limitKey({ scope });
  await sendCold({ method: "POST", path: `/my/images/${image.uuid}/tags`, body: '{"a":1}' });
  const file = await dump(env.DB, { hasHistory: true });
  const bytes = () =>
    env.DB.prepare("SELECT bytes, total_bytes, key_scope FROM image_revisions ORDER BY revision").raw();
  const before = await bytes();
  expect(before.map((row) => row[2])).toEqual([null, scope]);
  expect(before[1]?.[0]).toBe(700 + scope.length);
  await clear(env.DB);
  await load(env.DB, await readProvision(JSON.stringify(file)));
  expect(await bytes()).toEqual(before);
  expect(await dump(env.DB, { hasHistory: true })).toEqual(file);
});
