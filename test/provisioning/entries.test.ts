import { describe, expect, test } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { toJsonChunks } from "../../scripts/provisioning/sql-database.ts";
import fixtures from "../data/fixtures.json";
import { computeFingerprint, formatPublicLine } from "../support/signer.ts";

const [alice, image, other] = [
  "a11ce000-0000-4000-8000-000000000000",
  "1111a6e0-0000-4000-8000-000000000000",
  "07e40000-0000-4000-8000-000000000000",
];

const account = { uuid: alice, login: "alice" };
const manifest = { uuid: image, owner: alice, name: "base", version: "1.0.0", os: null, type: null };

const unsetImage = {
  os: null,
  type: null,
  requirements: null,
  image_size: null,
  description: null,
  files: null,
  tags: null,
  homepage: null,
  published_at: null,
  public: false,
  state: "active",
  eula: null,
  acl: null,
  origin: null,
  error: null,
};

const read = (file: unknown) => readProvision(JSON.stringify(file));

describe("a provision file in each of its forms is read", () => {
  const nothing = {
    accounts: [],
    images: [],
    histories: new Map(),
    notKept: new Map(),
    fromCloudApi: { images: 0, without: new Map() },
    forms: { v1: 0, imgadm: 0, incomplete: 0 },
  };
  const one = { ...nothing, images: [{ ...manifest, ...unsetImage }], forms: { v1: 0, imgadm: 0, incomplete: 1 } };
  test.each([
    ["as an array of manifests", [manifest], one],
    ["as one manifest", manifest, one],
    ["as images without accounts", { images: [manifest] }, one],
    ["as accounts of null", { accounts: null, images: [] }, nothing],
    ["as an empty array", [], nothing],
  ])("%s", async (_, file, provision) => {
    expect(await read(file)).toStrictEqual(provision);
  });
});

describe("an image as CloudAPI answers it", () => {
  const shown = {
    name: "base",
    version: "1.0.0",
    os: "smartos",
    requirements: {},
    type: "zone-dataset",
    files: [],
    owner: alice,
    public: true,
    state: "active",
    published_at: "2013-11-25T17:44:54Z",
  };
  const { requirements: _, files: __, state: ___, ...lacking } = shown;
  const stored = { ...unsetImage, ...shown, uuid: image, requirements: "{}", files: "[]" };

  test.each([
    [
      "in an array",
      JSON.stringify(
        [
          { id: image, ...shown },
          { id: other, ...lacking },
        ],
        null,
        2,
      ),
    ],
    ["one a line", `${JSON.stringify({ id: image, ...shown })}\r\n\n${JSON.stringify({ id: other, ...lacking })}\n`],
  ])("%s is a manifest whose uuid is called id, and what it lacks is counted", async (_, text) => {
    expect(await readProvision(text)).toStrictEqual({
      accounts: [],
      images: [stored, { ...stored, uuid: other, requirements: null, files: null }],
      histories: new Map(),
      notKept: new Map(),
      fromCloudApi: {
        images: 2,
        without: new Map([
          ["state", 1],
          ["requirements", 1],
          ["files", 1],
        ]),
      },
      forms: { v1: 0, imgadm: 0, incomplete: 0 },
    });
  });

  test("alone, and beside manifests", async () => {
    expect((await read({ id: image, ...shown })).images).toStrictEqual([stored]);
    const { images, fromCloudApi } = await read([
      { id: image, ...shown },
      { ...manifest, uuid: other },
    ]);
    expect(images).toStrictEqual([stored, { ...manifest, ...unsetImage, uuid: other }]);
    expect(fromCloudApi.images).toBe(1);
  });

  test.each([
    [
      "of an old release",
      { type: "smartmachine" },
      'type is "smartmachine", which CloudAPI before 8.0.0 says of several types; list the images with Api-Version: ~9',
    ],
    ["without an owner", { owner: undefined }, "owner is a UUID in lower case; it is missing"],
  ])("%s is refused", async (_, fields, mistake) => {
    await expect(read([{ id: image, ...shown, ...fields }])).rejects.toThrow(`[0] (${image}): ${mistake}`);
  });

  test("on a line that is cut off is named by its line", async () => {
    const line = JSON.stringify({ id: image, ...shown });
    await expect(readProvision(`${line}\n${line.slice(0, 30)}\n`)).rejects.toThrow(
      "not JSON: a string is not closed at line 2",
    );
  });
});

describe("a manifest", () => {
  const file = { compression: "gzip", sha1: "97a4b8e8d8d9d2c1b3b1d7f7e4a5c6d7e8f90123", size: 28160 };

  test("is kept field by field, JSON as compact text; fields that are not stored are counted", async () => {
    const kept = {
      description: "",
      homepage: "not a URL",
      os: "null",
      type: "zvol",
      image_size: 10240,
      published_at: "2013-11-25T17:44:54Z",
      eula: 'ÿ "🦫" \u2028\u0001',
      origin: other,
      public: true,
      state: "failed",
    };
    const { images, accounts, notKept } = await read([
      {
        v: 2,
        ...manifest,
        ...kept,
        activated: false,
        disabled: true,
        requirements: { max_ram: 64, networks: [{ name: "net0" }] },
        files: [
          { stor: "local", contentMD5: "x", ...file },
          { compression: null, sha1: null, size: null },
        ],
        tags: { b: [1.5, true, null], a: { "": "é" } },
        acl: [other, alice, other],
        error: { code: "A", message: "b", stack: "c" },
        icon: {},
      },
      { ...manifest, uuid: other, icon: {}, users: [] },
    ]);
    expect({ images, accounts, notKept }).toStrictEqual({
      accounts: [],
      notKept: new Map([
        ["icon", 2],
        ["files.stor", 1],
        ["files.contentMD5", 1],
        ["users", 1],
      ]),
      images: [
        {
          ...manifest,
          ...kept,
          requirements: '{"max_ram":64,"networks":[{"name":"net0"}]}',
          files: `[${JSON.stringify(file)},{}]`,
          tags: '{"b":[1.5,true,null],"a":{"":"é"}}',
          acl: `["${other}","${alice}"]`,
          error: '{"code":"A","message":"b"}',
        },
        { ...manifest, ...unsetImage, uuid: other },
      ],
    });
  });

  test.each([
    [{ disabled: true, activated: false }, "disabled"],
    [{ disabled: false, activated: false }, "unactivated"],
    [{ activated: true }, "active"],
    [{ disabled: null, activated: null, state: null }, "active"],
    [{ disabled: true, state: "destroyed" }, "destroyed"],
  ])("with %o has the state %s", async (fields, state) => {
    expect((await read({ ...manifest, ...fields })).images).toStrictEqual([{ ...manifest, ...unsetImage, state }]);
  });

  test.each([
    [other, `["${other}"]`],
    [[], null],
    [null, null],
  ])("with the acl %j is stored with the acl %s", async (acl, stored) => {
    expect((await read({ ...manifest, acl })).images).toStrictEqual([{ ...manifest, ...unsetImage, acl: stored }]);
  });

  test("may have a tag named __proto__", async () => {
    const text = `{"uuid":"${image}","owner":"${alice}","name":"a","version":"1","os":null,"type":null,"tags":{"__proto__":{"a":1}}}`;
    expect((await readProvision(text)).images[0]?.tags).toBe('{"__proto__":{"a":1}}');
  });
});

describe("an account", () => {
  const unset = {
    ...{ email: null, companyName: null, firstName: null, lastName: null, created: null, updated: null },
    ...{
      address: null,
      postalCode: null,
      city: null,
      state: null,
      country: null,
      phone: null,
      triton_cns_enabled: false,
    },
  };
  const makeRow = (name: "rsa" | "ecdsa521" | "ed25519", keyName: string) => ({
    name: keyName,
    fingerprint: computeFingerprint(name, "md5"),
    fingerprintSha256: computeFingerprint(name, "sha256"),
    key: formatPublicLine(name),
  });

  test("has fields, and keys as lines or objects; the name of a key defaults to its comment, then to its fingerprint", async () => {
    const fields = { email: "a@b", companyName: "C", firstName: "F", lastName: "L", operator: true, disabled: true };
    const moved = { address: "A", postalCode: "1", city: "Y", state: "S", country: "N", phone: "1" };
    const times = { created: "2020-01-01T00:00:00Z", updated: "2020-02-29T00:00:00.000Z" };
    const bare = formatPublicLine("ecdsa521").split(" ").slice(0, 2).join(" ");
    const keys = [
      ` ${formatPublicLine("rsa")}\n`,
      { name: "mine", key: formatPublicLine("ed25519") },
      { name: null, key: bare },
    ];
    const more = { ...moved, triton_cns_enabled: true };
    expect((await read({ accounts: [{ ...account, ...fields, ...more, ...times, keys }] })).accounts).toStrictEqual([
      {
        ...account,
        ...fields,
        ...more,
        ...times,
        keys: [
          makeRow("rsa", "rsa"),
          makeRow("ed25519", "mine"),
          { ...makeRow("ecdsa521", computeFingerprint("ecdsa521", "md5")), key: bare },
        ],
      },
    ]);
  });

  test("may have a key whose name is its own fingerprint", async () => {
    const keys = [{ name: computeFingerprint("rsa", "sha256"), key: formatPublicLine("rsa") }];
    expect((await read({ accounts: [{ ...account, keys }] })).accounts).toStrictEqual([
      {
        ...account,
        ...unset,
        operator: false,
        disabled: false,
        keys: [makeRow("rsa", computeFingerprint("rsa", "sha256"))],
      },
    ]);
  });
});

test("fixtures.json is read: 2 accounts, 254 images, 105 fields that are not stored", async () => {
  const { accounts, images, notKept } = await read(fixtures);
  expect([accounts.length, images.length, [...notKept]]).toStrictEqual([
    2,
    254,
    [
      ["nic_driver", 35],
      ["disk_driver", 35],
      ["cpu_type", 35],
    ],
  ]);
});

test("toJsonChunks makes JSON arrays of at most 400 KB, in order, with a larger row in an array of its own", () => {
  const rows = [150, 150, 150, 500, 1, 399].map((kilobytes, at) => ({ at, text: "é".repeat(kilobytes * 500) }));
  const chunks = toJsonChunks(rows.map((row) => JSON.stringify(row)));
  expect(chunks.map((chunk) => JSON.parse(chunk).map(({ at }: { at: number }) => at))).toStrictEqual([
    [0, 1],
    [2],
    [3],
    [4],
    [5],
  ]);
  expect(chunks.flatMap((chunk) => JSON.parse(chunk))).toStrictEqual(rows);
  expect(toJsonChunks([])).toStrictEqual([]);
});
