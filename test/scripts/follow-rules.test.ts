import { createHash, createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { readFollowOptions } from "../../scripts/following/options.ts";
import {
  compareImages,
  type Entry,
  formatCursors,
  type Image,
  isEntry,
  isFirst,
  judge,
  leaveOutKnown,
  listNotCopied,
  makeKnown,
  parseCursors,
} from "../../scripts/following/rules.ts";
import { readSigningKey } from "../../scripts/following/signing-key.ts";
import keyFiles from "../data/key-files.json";
import { seed } from "../support/random.ts";
import { makeUuid } from "../support/uuids.ts";

const runs = { numRuns: process.env["LONG"] ? 20_000 : 300, seed };

/** Values that are few, so that they meet. */
const values = {
  name: fc.constantFrom("a", "b", "c"),
  description: fc.constantFrom(null, "a", "b"),
  acl: fc.option(fc.uniqueArray(fc.constantFrom(makeUuid(1), makeUuid(2)))),
  tags: fc.option(fc.dictionary(fc.constantFrom("k", "__proto__"), fc.constantFrom(1, "1", null, { a: [] }))),
};
const image: fc.Arbitrary<Image> = fc.record(values);
const changes: fc.Arbitrary<Entry["changes"]> = fc
  .dictionary(fc.constantFrom(...Object.keys(values)), fc.constant(null))
  .chain((names) =>
    fc.record(
      Object.fromEntries(
        Object.entries(values)
          .filter(([name]) => name in names)
          .map(([name, value]) => [name, fc.record({ before: value, after: value })]),
      ) as Record<string, fc.Arbitrary<{ before: unknown; after: unknown }>>,
    ),
  );

describe("judging a change", () => {
  const judgeName = (before: unknown, after: unknown, found: unknown) =>
    judge({ changes: { name: { before, after } } }, { name: found });

  it("applies it to the value from before, has nothing to do at the new one, and leaves any other alone", () => {
    expect(judgeName("a", "b", "a")).toEqual({ update: { name: "b" }, overwritten: [], conflicts: {} });
    expect(judgeName("a", "b", "b")).toEqual({ update: {}, overwritten: [], conflicts: {} });
    expect(judgeName("a", "b", "x")).toEqual({
      update: {},
      overwritten: [],
      conflicts: { name: { before: "a", after: "b", found: "x" } },
    });
    expect(judge({ changes: { name: { before: "a", after: "b" } } }, { name: "x" }, { overwrite: true })).toEqual({
      update: { name: "b" },
      overwritten: ["name"],
      conflicts: {},
    });
  });

  it("takes what is empty as the same however it is shown, an acl as a set, and the keys of tags in any order", () => {
    const [one, other] = [makeUuid(1), makeUuid(2)];
    const same: readonly [string, unknown, unknown][] = [
      ["description", null, ""],
      ["acl", null, []],
      ["acl", [one, other], [other, one, one]],
      ["tags", null, {}],
      ["tags", { a: { b: 1, c: [1] }, d: 2 }, { d: 2, a: { c: [1], b: 1 } }],
    ];
    for (const [field, shown, stored] of same) {
      expect(compareImages({ [field]: shown }, { [field]: stored }), field).toEqual({});
      expect(judge({ changes: { [field]: { before: "x", after: shown } } }, { [field]: stored }).update).toEqual({});
    }
    const different: readonly [string, unknown, unknown][] = [
      ["tags", { a: 1 }, { a: "1" }],
      ["tags", { a: [1, 2] }, { a: [2, 1] }],
      ["tags", { a: "A" }, { a: "a" }],
      ["description", "a", "a "],
    ];
    for (const [field, shown, stored] of different) {
      expect(compareImages({ [field]: shown }, { [field]: stored }), field).toEqual({
        [field]: { source: shown, target: stored },
      });
    }
  });

  it("clears a field as every Triton does", () => {
    const names = ["description", "homepage", "eula", "acl", "tags"];
    const cleared = Object.fromEntries(names.map((name) => [name, { before: "x", after: null }]));
    expect(judge({ changes: cleared }, Object.fromEntries(names.map((name) => [name, "x"]))).update).toEqual({
      description: null,
      homepage: null,
      eula: null,
      acl: [],
      tags: {},
    });
  });

  it("twice changes nothing more: a kill repeats at most one update", () => {
    fc.assert(
      fc.property(changes, image, fc.boolean(), (changes, found, overwrite) => {
        const first = judge({ changes }, found, { overwrite });
        const second = judge({ changes }, { ...found, ...first.update }, { overwrite });
        expect(second).toEqual({ update: {}, overwritten: [], conflicts: first.conflicts });
        if (overwrite) expect(first.conflicts).toEqual({});
      }),
      runs,
    );
  });

  it("after a comparison does nothing in the fields that were the same", () => {
    fc.assert(
      fc.property(changes, image, image, (changes, source, target) => {
        const entry = { image: makeUuid(1), revision: 1, cursor: "c", changes };
        const differences = compareImages(source, target);
        const { changes: left } = leaveOutKnown(entry, makeKnown(1, differences));
        expect(Object.keys(left).filter((name) => !(name in differences))).toEqual([]);
        expect(Object.keys(left).sort()).toEqual(
          Object.keys(changes)
            .filter((name) => name in differences)
            .sort(),
        );
      }),
      runs,
    );
  });

  it("names what UpdateImage cannot set, and knows an image that is new to the account", () => {
    const entry = { image: makeUuid(1), revision: 2, cursor: "c", changes: {} };
    const changed = { before: "a", after: "b" };
    expect(listNotCopied({ ...entry, changes: { state: changed, name: changed, owner: changed } })).toEqual([
      "state",
      "owner",
    ]);
    expect(isFirst({ ...entry, changes: { owner: changed } })).toBe(false);
    expect(isFirst({ ...entry, changes: { owner: { before: null, after: "b" } } })).toBe(true);
  });
});

describe("an entry of the feed", () => {
  const entry = { image: makeUuid(1), revision: 2, cursor: "c", changes: { name: { before: "a", after: "b" } } };

  it("is taken, and nothing that would lead to another path or break the cursor file", () => {
    expect(isEntry({ action: "update", ...entry })).toBe(true);
    const broken = [
      null,
      [entry],
      { ...entry, image: `${makeUuid(1)}/../x` },
      { ...entry, image: [makeUuid(1)] },
      { ...entry, image: `${makeUuid(1)}\n` },
      { ...entry, cursor: "a\nb" },
      { ...entry, cursor: "a b" },
      { ...entry, cursor: "" },
      { ...entry, cursor: "c".repeat(257) },
      { ...entry, revision: "2" },
      { ...entry, changes: null },
      { ...entry, changes: { name: null } },
    ];
    for (const item of broken) expect(isEntry(item), JSON.stringify(item)).toBe(false);
  });
});

describe("a cursor file", () => {
  const word = fc.stringMatching(/^[!-~]{1,20}$/);

  it("is read back", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constant(""), word), word, { minKeys: 1 }), (cursors) => {
        const all = new Map(Object.entries(cursors));
        expect(parseCursors(formatCursors(all))).toEqual(all);
      }),
      runs,
    );
  });

  it("that is empty, cut off or something else is none", () => {
    for (const text of [
      "",
      "\n",
      "x",
      "a b",
      "a b c\n",
      "a \n",
      "a\n\n",
      "a\nb",
      "\u001b\n",
      " a\n",
      `${"c".repeat(257)}\n`,
    ])
      expect(parseCursors(text), JSON.stringify(text)).toBe(undefined);
  });
});

describe("a key", () => {
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-keys-"));
  const file = join(folder, "key");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (text: string) => {
    writeFileSync(file, text);
    return readSigningKey(file);
  };

  const algorithms: Readonly<Record<string, string>> = {
    ed25519: "ed25519-sha512",
    rsa: "rsa-sha256",
    "P-256": "ecdsa-sha256",
    "P-384": "ecdsa-sha512",
    "P-521": "ecdsa-sha512",
  };
  const open = keyFiles.filter(({ passphrase }) => passphrase === undefined);

  it.each(open)("in the form of $name signs, under the fingerprint that every Triton knows", async (known) => {
    const key = await read(known.file);
    const wire = Buffer.from(known.publicLine.split(" ")[1] ?? "", "base64");
    expect(key.algorithm).toBe(algorithms[known.type]);
    expect(key.fingerprint.replaceAll(":", "")).toBe(createHash("md5").update(wire).digest("hex"));
    expect(key.fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    if (known.name.startsWith("OpenSSH")) return;
    const hash = known.type === "ed25519" ? null : key.algorithm.replace(/.*-/, "");
    expect(
      verify(hash, Buffer.from("text"), createPublicKey(known.file), Buffer.from(key.sign("text"), "base64")),
    ).toBe(true);
  });

  it("that a passphrase protects is refused, and so is what is no key", async () => {
    for (const { file: text, passphrase } of keyFiles) {
      if (passphrase === undefined) continue;
      await expect(read(text)).rejects.toThrow(
        `${file} cannot be read: a passphrase protects it; name a key without one`,
      );
    }
    await expect(read("ssh-ed25519 AAAA")).rejects.toThrow(
      /cannot be read: .*name a private key in PEM or OpenSSH's form$/,
    );
  });
});

describe("a follower that is called wrongly", () => {
  const { argv } = process;
  afterEach(() => {
    process.argv = argv;
  });
  const to = "https://us-east-1.example.com";
  const good = ["--account", "loader", "--key", "k"];

  it.each([
    [["--key", "k"], "--account and --key are needed; --help says more"],
    [[...good, "--exec", "cat", "--to", to], "--exec and --to exclude each other"],
    [[...good, "--check"], "--to-key, --overwrite, --dry-run and --check need --to"],
    [
      [...good, "--to", "http://192.0.2.1"],
      "plain http is for this machine alone; use https; http://192.0.2.1 was given",
    ],
    [
      [...good, "--url", "http://example.com"],
      "plain http is for this machine alone; use https; http://example.com was given",
    ],
    [[...good, "--to", "file:///etc/passwd"], "a CloudAPI is an https URL without path; file:///etc/passwd was given"],
    [[...good, "--to", `${to}/x`], `a CloudAPI is an https URL without path; ${to}/x was given`],
    [[...good, "--to", "https://a:b@example.com"], "a CloudAPI is an https URL without path; example.com was given"],
    [[...good, "--to", `a b@${to}`], "a login is at most 64 characters of A-Z a-z 0-9 _ . @ + -; a b was given"],
    [["--account", 'a"', "--key", "k"], 'a login is at most 64 characters of A-Z a-z 0-9 _ . @ + -; a" was given'],
    [[...good, "--to", to, "--to", `loader@${to}`], "--to names the same account twice"],
    [[...good, "--interval", "0"], "--interval is a number from 0.1; 0 was given"],
    [[...good, "--folow"], "there is no option --folow; --help lists the options"],
  ])("is told why: %j", (args, message) => {
    process.argv = ["node", "follow", ...args];
    expect(readFollowOptions).toThrow(message);
  });
});
