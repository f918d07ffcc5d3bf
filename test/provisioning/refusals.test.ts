import { describe, expect, test } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { ProvisionRefused } from "../../scripts/provisioning/fields.ts";
import { computeFingerprint, formatPublicLine } from "../support/signer.ts";
import { formatRsaLine, formatSshLine } from "../support/ssh-lines.ts";

const [alice, image, other] = [
  "a11ce000-0000-4000-8000-000000000000",
  "1111a6e0-0000-4000-8000-000000000000",
  "07e40000-0000-4000-8000-000000000000",
];

const account = { uuid: alice, login: "alice" };
const manifest = { uuid: image, owner: alice, name: "base", version: "1.0.0", os: null, type: null };

/** The mistakes for which `readProvision` refuses a file. @throws {Error} it accepts the file */
async function listMistakes(file: unknown): Promise<readonly string[]> {
  try {
    await readProvision(typeof file === "string" ? file : JSON.stringify(file));
  } catch (error) {
    if (error instanceof ProvisionRefused) return error.mistakes;
    throw error;
  }
  throw new Error("the file was accepted");
}

const utf8Rule = "without U+0000 or a lone surrogate";
const objectRule = "an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates";
const deep: unknown = Array.from({ length: 100 }).reduce((inner: unknown) => [inner], 1);

describe("a manifest is refused with every field that is wrong, and what was sent", () => {
  const makeMistakes = (field: string, what: string) => [`[0] (${image}): ${field} is ${what}`];
  test.each([
    [
      { uuid: image.toUpperCase() },
      [`[0] (${image.toUpperCase()}): uuid is a UUID in lower case; "${image.toUpperCase()}" was sent`],
    ],
    [{ uuid: 5 }, ["[0]: uuid is a UUID in lower case; 5 was sent"]],
    [{ owner: undefined }, makeMistakes("owner", "a UUID in lower case; it is missing")],
    [{ name: null }, makeMistakes("name", `1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; null was sent`)],
    [{ name: "" }, makeMistakes("name", `1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; "" was sent`)],
    [
      { name: "n".repeat(1025) },
      makeMistakes(
        "name",
        `1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; 1025 characters were sent: ${"n".repeat(64)}...`,
      ),
    ],
    [
      { version: "v".repeat(513) },
      makeMistakes(
        "version",
        `1 to 512 characters of A-Z a-z 0-9 . _ / + -; 513 characters were sent: ${"v".repeat(64)}...`,
      ),
    ],
    [{ os: ["smartos"] }, makeMistakes("os", `a string ${utf8Rule}; an array was sent`)],
    [{ description: "a\u0000" }, makeMistakes("description", `a string ${utf8Rule}; "a\\u0000" was sent`)],
    [{ homepage: "\ud800" }, makeMistakes("homepage", `a string ${utf8Rule}; "\ufffd" was sent`)],
    [{ image_size: -1 }, makeMistakes("image_size", "a whole number from 0; -1 was sent")],
    [{ image_size: -1.5 }, makeMistakes("image_size", "a whole number from 0; -1.5 was sent")],
    [{ image_size: 1.5 }, makeMistakes("image_size", "a whole number from 0; 1.5 was sent")],
    [{ image_size: 1e300 }, makeMistakes("image_size", "a whole number from 0; 1e+300 was sent")],
    [
      { published_at: "yesterday" },
      makeMistakes("published_at", 'a date and time in UTC, like 2026-11-23T10:00:00.000Z; "yesterday" was sent'),
    ],
    [{ public: "true" }, makeMistakes("public", 'true or false; "true" was sent')],
    [{ activated: 0 }, makeMistakes("activated", "true or false; 0 was sent")],
    [
      { state: "gone" },
      makeMistakes("state", 'one of active, unactivated, disabled, creating, failed, destroyed; "gone" was sent'),
    ],
    [{ origin: "" }, makeMistakes("origin", 'a UUID in lower case; "" was sent')],
    [
      { acl: [alice, 5, "x"] },
      [
        ...makeMistakes("acl[1]", "a UUID in lower case; 5 was sent"),
        ...makeMistakes("acl[2]", 'a UUID in lower case; "x" was sent'),
      ],
    ],
    [{ acl: {} }, makeMistakes("acl", "an array of UUIDs in lower case, or one such UUID; an object was sent")],
    [{ acl: "all" }, makeMistakes("acl[0]", 'a UUID in lower case; "all" was sent')],
    [{ tags: [] }, makeMistakes("tags", `${objectRule}; an empty array was sent`)],
    [{ tags: "a=b" }, makeMistakes("tags", `${objectRule}; "a=b" was sent`)],
    [{ tags: { deep } }, makeMistakes("tags", `${objectRule}; more than 100 levels were sent`)],
    [{ tags: { "\u0000": 1 } }, makeMistakes("tags", `${objectRule}; a key with U+0000 or a lone surrogate was sent`)],
    [
      { requirements: { a: "\udfff" } },
      makeMistakes("requirements", `${objectRule}; a string with U+0000 or a lone surrogate was sent`),
    ],
    [{ files: {} }, makeMistakes("files", "an array of objects; an object was sent")],
    [
      { files: [1, { size: "2.5", sha1: 3 }] },
      [
        ...makeMistakes("files[0]", "an object; 1 was sent"),
        ...makeMistakes("files[1].compression", `a non-empty string ${utf8Rule}; it is missing`),
        ...makeMistakes("files[1].sha1", `a non-empty string ${utf8Rule}; 3 was sent`),
        ...makeMistakes("files[1].size", 'a whole number from 0; "2.5" was sent'),
      ],
    ],
    [
      { image_size: "9007199254740993" },
      makeMistakes("image_size", 'a whole number from 0; "9007199254740993" was sent'),
    ],
    [
      { requirements: { min_ram: "4096", max_ram: -5, brand: 7, bootrom: {}, networks: 1 } },
      [
        ...makeMistakes("requirements.min_ram", 'a whole number from 0; "4096" was sent'),
        ...makeMistakes("requirements.max_ram", "a whole number from 0; -5 was sent"),
        ...makeMistakes("requirements.brand", `a string ${utf8Rule}; 7 was sent`),
        ...makeMistakes("requirements.bootrom", `a string ${utf8Rule}; an object was sent`),
      ],
    ],
    [
      { os: undefined, type: "", state: "active" },
      [
        ...makeMistakes("os", 'text such as "smartos", or null if nobody knows it; it is missing'),
        ...makeMistakes("type", 'text such as "zone-dataset", or null if nobody knows it; "" was sent'),
      ],
    ],
    [
      { restricted_to_uuid: other, public: true },
      makeMistakes(
        "restricted_to_uuid",
        "of a manifest of version 1, with creator_uuid and without public; use acl and public",
      ),
    ],
    [{ error: "failed" }, makeMistakes("error", '{code, message}; "failed" was sent')],
    [
      { tags: { a: "x".repeat(1_699_898) } },
      [
        `[0] (${image}): it takes 1700001 bytes, and a row holds at most 1700000 (D1's limit is 2000000, and updates need room)`,
      ],
    ],
  ])("row %#", async (fields, mistakes) => {
    expect(await listMistakes([{ ...manifest, ...fields }])).toStrictEqual(mistakes);
  });

  test("1e400 in tags, because JSON.parse makes it infinite", async () => {
    const text = `{"uuid":"${image}","owner":"${alice}","name":"a","version":"1","os":null,"type":null,"tags":{"a":1e400}}`;
    expect(await listMistakes(text)).toStrictEqual([
      `the manifest (${image}): tags is ${objectRule}; a number that is not finite was sent`,
    ]);
  });
});

describe("an account is refused with every field that is wrong, and what was sent", () => {
  const makeMistakes = (what: string) => [`accounts[0] (${alice}, alice): ${what}`];
  const loginRule = 'a letter and at most 63 more of A-Z a-z 0-9 _ . @ + -, not "my" and not of the shape of a UUID';
  const timeRule = "a date and time in UTC, like 2026-11-23T10:00:00.000Z";
  test.each([
    ...["my", "", "1st", "a b", "é", image.replace("1111", "aaaa"), `${image.replace("1111", "AAAA")}`].map(
      (login): [object, string[]] => [
        { login },
        [`accounts[0] (${alice}, ${login}): login is ${loginRule}; "${login}" was sent`],
      ],
    ),
    [
      { login: "l".repeat(65) },
      [
        `accounts[0] (${alice}, ${"l".repeat(64)}...): login is ${loginRule}; 65 characters were sent: ${"l".repeat(64)}...`,
      ],
    ],
    [
      { operator: 1, disabled: "no" },
      [
        ...makeMistakes("operator is true or false; 1 was sent"),
        ...makeMistakes('disabled is true or false; "no" was sent'),
      ],
    ],
    [{ created: "2026-02-30T00:00:00Z" }, makeMistakes(`created is ${timeRule}; "2026-02-30T00:00:00Z" was sent`)],
    [
      { updated: "2026-02-03T00:00:00+01:00" },
      makeMistakes(`updated is ${timeRule}; "2026-02-03T00:00:00+01:00" was sent`),
    ],
    [{ keys: "ssh-rsa" }, makeMistakes('keys is an array of OpenSSH lines or {name, key}; "ssh-rsa" was sent')],
    [
      { keys: [5, { name: "", key: "x" }, { name: "a" }] },
      [
        ...makeMistakes("keys[0] is an OpenSSH line or {name, key}; 5 was sent"),
        ...makeMistakes(`keys[1].name is a non-empty string ${utf8Rule}; "" was sent`),
        ...makeMistakes(`keys[2].key is a string ${utf8Rule}; it is missing`),
      ],
    ],
    [
      { email: "x".repeat(2_000_000) },
      makeMistakes("it takes 2000317 bytes, and a row holds at most 2000000 (D1's limit)"),
    ],
  ])("row %#", async (fields, mistakes) => {
    expect(await listMistakes({ accounts: [{ ...account, ...fields }] })).toStrictEqual(mistakes);
  });

  const types = "ssh-rsa, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-ed25519";
  const describeSent = (line: string) =>
    `; ${line.length > 64 ? `${line.length} characters were sent: ${line.slice(0, 64)}...` : `"${line}" was sent`}`;
  const exponentRule = "the RSA key's exponent is neither 3 nor 65537, and no other can be verified here";
  test.each([
    [formatSshLine("ssh-dss", ["p", "q", "g", "y"]), `DSA keys cannot be verified here; use ${types}`],
    [formatRsaLine(1024), "an RSA key of 1024 bits is too short; the least is 2048"],
    [formatRsaLine(2048, [37]), exponentRule],
    [formatRsaLine(2048, [1]), exponentRule],
    ["ssh-rsa", "not an OpenSSH public key: type, base64 and comment on one line"],
    ["ssh-rsa ????", "the key is not base64"],
    [
      formatSshLine("ecdsa-sha2-nistp256", ["nistp256", new Uint8Array(65).fill(4)]),
      "the key's point is not on its curve",
    ],
    [
      formatSshLine("ecdsa-sha2-nistp384", ["nistp384", new Uint8Array(97).fill(4)]),
      "the key's point is not on its curve",
    ],
    [
      formatSshLine("ecdsa-sha2-nistp521", ["nistp521", new Uint8Array(133).fill(4)]),
      "the key's point is not on its curve",
    ],
  ])("a key that cannot be registered: %#, %s", async (key, reason) => {
    expect(await listMistakes({ accounts: [{ ...account, keys: [{ name: "a", key }] }] })).toStrictEqual(
      makeMistakes(`keys[0] (a): ${reason}${describeSent(key)}`),
    );
  });

  test("a name or key that the account has already, and a name that is another key's fingerprint", async () => {
    const keys = [
      formatPublicLine("rsa"),
      { name: "again", key: formatPublicLine("rsa") },
      { name: "rsa", key: formatPublicLine("ecdsa") },
      { name: computeFingerprint("rsa"), key: formatPublicLine("ed25519") },
      { name: computeFingerprint("rsa", "sha256"), key: formatPublicLine("ecdsa384") },
    ];
    const describeRefusal = (name: "ed25519" | "ecdsa384") =>
      `its name is of the shape of a fingerprint and not its own, which is ${computeFingerprint(name)}${describeSent(formatPublicLine(name))}`;
    expect(await listMistakes({ accounts: [{ ...account, keys }] })).toStrictEqual([
      ...makeMistakes("keys[1] (again): it is the key of keys[0] again"),
      ...makeMistakes('keys[2] (rsa): its name is that of keys[0], give it another; "rsa" was sent'),
      ...makeMistakes(`keys[3] (${computeFingerprint("rsa")}): ${describeRefusal("ed25519")}`),
      ...makeMistakes(`keys[4] (${computeFingerprint("rsa", "sha256")}): ${describeRefusal("ecdsa384")}`),
    ]);
  });
});

describe("a file is refused", () => {
  const forms = "a file holds an array of manifests, one manifest, or {accounts, images}";
  test.each([
    ["[1,\n 2", ["not JSON: it ends too early at line 2, column 3"]],
    ["5", [`${forms}; 5 was sent`]],
    ["null", [`${forms}; null was sent`]],
    ['{"account": []}', [`${forms}; an object without uuid, id, accounts and images was sent`]],
    ['{"accounts": {}}', ["accounts is an array; an object was sent"]],
    [
      '{"images": ["x", null]}',
      ['images[0]: it is an object; "x" was sent', "images[1]: it is an object; null was sent"],
    ],
  ])("with the text %s", async (text, mistakes) => {
    expect(await listMistakes(text)).toStrictEqual(mistakes);
  });

  test("if a UUID or login is repeated, with every other mistake beside it", async () => {
    const file = {
      accounts: [account, { ...account, uuid: other }, { uuid: alice, login: "my" }],
      images: [manifest, { ...manifest, name: "" }],
    };
    expect(await listMistakes(file)).toStrictEqual([
      `accounts[2] (${alice}, my): login is a letter and at most 63 more of A-Z a-z 0-9 _ . @ + -, not "my" and not of the shape of a UUID; "my" was sent`,
      `accounts[2] (${alice}, my): uuid is that of accounts[0] already`,
      `accounts[1] (${other}, alice): login is that of accounts[0] already`,
      `images[1] (${image}): name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; "" was sent`,
      `images[1] (${image}): uuid is that of images[0] already`,
    ]);
  });
});

test("a file with a number that JSON readers round is refused, and the number named", async () => {
  const text = JSON.stringify([manifest]).replace('"base"', '"base","tags":{"build":9007199254740993}');
  const mistake = "the number 9007199254740993 was sent at 0.tags.build, which JSON readers round; send it as text";
  expect(await listMistakes(text)).toEqual([mistake]);
  expect(await listMistakes(`${text.slice(1, -1)}\n${JSON.stringify(manifest)}`)).toEqual([mistake.replace("0.", "")]);
});
