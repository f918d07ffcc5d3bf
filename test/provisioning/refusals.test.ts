import { describe, expect, test } from "vitest";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { ProvisionRefused } from "../../scripts/provisioning/refusal.ts";
import { fingerprint, publicLine } from "../signer.ts";
import { rsaLine, sshLine } from "./ssh-lines.ts";

const [alice, image, other] = [
  "a11ce000-0000-4000-8000-000000000000",
  "1111a6e0-0000-4000-8000-000000000000",
  "07e40000-0000-4000-8000-000000000000",
];

const account = { uuid: alice, login: "alice" };
const manifest = { uuid: image, owner: alice, name: "base", version: "1.0.0" };

/** What `readProvision` refuses of a file; fails when it takes it. */
async function mistakesOf(file: unknown): Promise<readonly string[]> {
  try {
    await readProvision(typeof file === "string" ? file : JSON.stringify(file));
  } catch (error) {
    if (error instanceof ProvisionRefused) return error.mistakes;
    throw error;
  }
  throw new Error("the file was taken");
}

const utf8Rule = "without U+0000 or a lone surrogate";
const objectRule = "an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates";
const deep: unknown = Array.from({ length: 100 }).reduce((inner: unknown) => [inner], 1);

describe("refused manifests, each field with what was sent", () => {
  const listed = (field: string, what: string) => [`[0] (${image}): ${field} is ${what}`];
  test.each([
    [
      { uuid: image.toUpperCase() },
      [`[0] (${image.toUpperCase()}): uuid is a UUID in lower case; "${image.toUpperCase()}" was sent`],
    ],
    [{ uuid: 5 }, ["[0]: uuid is a UUID in lower case; 5 was sent"]],
    [{ owner: undefined }, listed("owner", "a UUID in lower case; it is missing")],
    [{ name: null }, listed("name", `a string of 1 to 1024 characters ${utf8Rule}; null was sent`)],
    [{ name: "" }, listed("name", `a string of 1 to 1024 characters ${utf8Rule}; "" was sent`)],
    [
      { name: "n".repeat(1025) },
      listed("name", `a string of 1 to 1024 characters ${utf8Rule}; 1025 characters were sent: ${"n".repeat(64)}…`),
    ],
    [
      { version: "v".repeat(513) },
      listed("version", `a string of 1 to 512 characters ${utf8Rule}; 513 characters were sent: ${"v".repeat(64)}…`),
    ],
    [{ os: ["smartos"] }, listed("os", `a string ${utf8Rule}; an array was sent`)],
    [{ description: "a\u0000" }, listed("description", `a string ${utf8Rule}; "a\\u0000" was sent`)],
    [{ homepage: "\ud800" }, listed("homepage", `a string ${utf8Rule}; "\ufffd" was sent`)],
    [{ image_size: -1 }, listed("image_size", "a whole number from 0; -1 was sent")],
    [{ image_size: -1.5 }, listed("image_size", "a whole number from 0; -1.5 was sent")],
    [{ image_size: 1.5 }, listed("image_size", "a whole number from 0; 1.5 was sent")],
    [{ image_size: 1e300 }, listed("image_size", "a whole number from 0; 1e+300 was sent")],
    [
      { published_at: "yesterday" },
      listed("published_at", 'a date and time in UTC, like 2026-11-23T10:00:00.000Z; "yesterday" was sent'),
    ],
    [{ public: "true" }, listed("public", 'true or false; "true" was sent')],
    [{ activated: 0 }, listed("activated", "true or false; 0 was sent")],
    [
      { state: "gone" },
      listed("state", 'one of active, unactivated, disabled, creating, failed, destroyed; "gone" was sent'),
    ],
    [{ origin: "" }, listed("origin", 'a UUID in lower case; "" was sent')],
    [
      { acl: [alice, 5, "x"] },
      [
        ...listed("acl[1]", "a UUID in lower case; 5 was sent"),
        ...listed("acl[2]", 'a UUID in lower case; "x" was sent'),
      ],
    ],
    [{ acl: {} }, listed("acl", "an array of UUIDs in lower case, or one such UUID; an object was sent")],
    [{ acl: "all" }, listed("acl[0]", 'a UUID in lower case; "all" was sent')],
    [{ tags: [] }, listed("tags", `${objectRule}; an empty array was sent`)],
    [{ tags: "a=b" }, listed("tags", `${objectRule}; "a=b" was sent`)],
    [{ tags: { deep } }, listed("tags", `${objectRule}; more than 100 levels were sent`)],
    [{ tags: { "\u0000": 1 } }, listed("tags", `${objectRule}; a key with U+0000 or a lone surrogate was sent`)],
    [
      { requirements: { a: "\udfff" } },
      listed("requirements", `${objectRule}; a string with U+0000 or a lone surrogate was sent`),
    ],
    [{ files: {} }, listed("files", "an array of objects; an object was sent")],
    [
      { files: [1, { size: "2", sha1: 3 }] },
      [
        ...listed("files[0]", "an object; 1 was sent"),
        ...listed("files[1].sha1", `a string ${utf8Rule}; 3 was sent`),
        ...listed("files[1].size", 'a whole number from 0; "2" was sent'),
      ],
    ],
    [{ error: "failed" }, listed("error", '{code, message}; "failed" was sent')],
    [
      { tags: { a: "x".repeat(1_699_898) } },
      [
        `[0] (${image}): it takes 1700001 bytes, and a row holds at most 1700000 (D1's limit is 2000000, and updates need room)`,
      ],
    ],
  ])("%#", async (fields, mistakes) => {
    expect(await mistakesOf([{ ...manifest, ...fields }])).toStrictEqual(mistakes);
  });

  test("1e400 is no number that JSON.parse holds", async () => {
    const text = `{"uuid":"${image}","owner":"${alice}","name":"a","version":"1","tags":{"a":1e400}}`;
    expect(await mistakesOf(text)).toStrictEqual([
      `the manifest (${image}): tags is ${objectRule}; a number that is not finite was sent`,
    ]);
  });
});

describe("refused accounts", () => {
  const named = (what: string) => [`accounts[0] (${alice}, alice): ${what}`];
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
        `accounts[0] (${alice}, ${"l".repeat(64)}…): login is ${loginRule}; 65 characters were sent: ${"l".repeat(64)}…`,
      ],
    ],
    [
      { operator: 1, disabled: "no" },
      [...named("operator is true or false; 1 was sent"), ...named('disabled is true or false; "no" was sent')],
    ],
    [{ created: "2026-02-30T00:00:00Z" }, named(`created is ${timeRule}; "2026-02-30T00:00:00Z" was sent`)],
    [{ updated: "2026-02-03T00:00:00+01:00" }, named(`updated is ${timeRule}; "2026-02-03T00:00:00+01:00" was sent`)],
    [{ keys: "ssh-rsa" }, named('keys is an array of OpenSSH lines or {name, key}; "ssh-rsa" was sent')],
    [
      { keys: [5, { name: "", key: "x" }, { name: "a" }] },
      [
        ...named("keys[0] is an OpenSSH line or {name, key}; 5 was sent"),
        ...named(`keys[1].name is a non-empty string ${utf8Rule}; "" was sent`),
        ...named(`keys[2].key is a string ${utf8Rule}; it is missing`),
      ],
    ],
    [{ email: "x".repeat(2_000_000) }, named("it takes 2000202 bytes, and a row holds at most 2000000 (D1's limit)")],
  ])("%#", async (fields, mistakes) => {
    expect(await mistakesOf({ accounts: [{ ...account, ...fields }] })).toStrictEqual(mistakes);
  });

  const types = "ssh-rsa, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-ed25519";
  const sent = (line: string) =>
    `; ${line.length > 64 ? `${line.length} characters were sent: ${line.slice(0, 64)}…` : `"${line}" was sent`}`;
  const exponentRule = "the RSA key's exponent is neither 3 nor 65537, and no other can be verified here";
  test.each([
    [sshLine("ssh-dss", ["p", "q", "g", "y"]), `DSA keys cannot be verified here; use ${types}`],
    [rsaLine(1024), "an RSA key of 1024 bits is too short; the least is 2048"],
    [rsaLine(2048, [37]), exponentRule],
    [rsaLine(2048, [1]), exponentRule],
    ["ssh-rsa", "not an OpenSSH public key: type, base64 and comment on one line"],
    ["ssh-rsa ????", "the key is not base64"],
    [sshLine("ecdsa-sha2-nistp256", ["nistp256", new Uint8Array(65).fill(4)]), "the key's point is not on its curve"],
    [sshLine("ecdsa-sha2-nistp384", ["nistp384", new Uint8Array(97).fill(4)]), "the key's point is not on its curve"],
    [sshLine("ecdsa-sha2-nistp521", ["nistp521", new Uint8Array(133).fill(4)]), "the key's point is not on its curve"],
  ])("key %#: %s", async (key, reason) => {
    expect(await mistakesOf({ accounts: [{ ...account, keys: [{ name: "a", key }] }] })).toStrictEqual(
      named(`keys[0] (a): ${reason}${sent(key)}`),
    );
  });

  test("names and keys are unique within an account, a fingerprint names its own key only", async () => {
    const keys = [
      publicLine("rsa"),
      { name: "again", key: publicLine("rsa") },
      { name: "rsa", key: publicLine("ecdsa") },
      { name: fingerprint("rsa"), key: publicLine("ed25519") },
      { name: fingerprint("rsa", "sha256"), key: publicLine("ecdsa384") },
    ];
    const refusal = (name: "ed25519" | "ecdsa384") =>
      `its name is of the shape of a fingerprint and not its own, which is ${fingerprint(name)}${sent(publicLine(name))}`;
    expect(await mistakesOf({ accounts: [{ ...account, keys }] })).toStrictEqual([
      ...named("keys[1] (again): it is the key of keys[0] again"),
      ...named('keys[2] (rsa): its name is that of keys[0], give it another; "rsa" was sent'),
      ...named(`keys[3] (${fingerprint("rsa")}): ${refusal("ed25519")}`),
      ...named(`keys[4] (${fingerprint("rsa", "sha256")}): ${refusal("ecdsa384")}`),
    ]);
  });
});

describe("refused files", () => {
  const forms = "a file holds an array of manifests, one manifest, or {accounts, images}";
  test.each([
    ["[1,\n 2", ["not JSON: it ends too early at line 2, column 3"]],
    ["5", [`${forms}; 5 was sent`]],
    ["null", [`${forms}; null was sent`]],
    ['{"account": []}', [`${forms}; an object without uuid, accounts and images was sent`]],
    ['{"accounts": {}}', ["accounts is an array; an object was sent"]],
    [
      '{"images": ["x", null]}',
      ['images[0]: it is an object; "x" was sent', "images[1]: it is an object; null was sent"],
    ],
  ])("%s", async (text, mistakes) => {
    expect(await mistakesOf(text)).toStrictEqual(mistakes);
  });

  test("one UUID or login twice, told beside every other mistake", async () => {
    const file = {
      accounts: [account, { ...account, uuid: other }, { uuid: alice, login: "my" }],
      images: [manifest, { ...manifest, name: "" }],
    };
    expect(await mistakesOf(file)).toStrictEqual([
      `accounts[2] (${alice}, my): login is a letter and at most 63 more of A-Z a-z 0-9 _ . @ + -, not "my" and not of the shape of a UUID; "my" was sent`,
      `accounts[2] (${alice}, my): uuid is that of accounts[0] already`,
      `accounts[1] (${other}, alice): login is that of accounts[0] already`,
      `images[1] (${image}): name is a string of 1 to 1024 characters ${utf8Rule}; "" was sent`,
      `images[1] (${image}): uuid is that of images[0] already`,
    ]);
  });
});
