import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientsService, type Person, type TritonVersion } from "../support/clients-service.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";

/** The language of a text, and one of its words. */
const languages = [
  { language: "Japanese", word: "日本語の説明" },
  { language: "Arabic", word: "وصف بالعربية" },
  { language: "emoji", word: "👩‍👩‍👧🇯🇵😀" },
] as const;

const versions: readonly TritonVersion[] = ["7.15.3", "7.17.0"];

const service = new ClientsService();
let alicePerson: Person;
let bobPerson: Person;

const makeId = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** Text of several thousand bytes: a list of such images reaches a client in many chunks. */
const makeDescription = (index: number): string =>
  languages.map(({ word }) => `${word}${index} `.repeat(60)).join("\n");

const makeTags = (index: number): Record<string, string> =>
  Object.fromEntries(languages.map(({ language, word }) => [`${word}-${index}`, `${language} ${word}`]));

const makeManifest = (index: number, more: Record<string, unknown> = {}) => ({
  uuid: makeId(index),
  owner: alice,
  name: `many-${index}`,
  version: "1.0.0",
  os: "linux",
  type: "lx-dataset",
  published_at: new Date(Date.UTC(2020, 0, 1, 0, index)).toISOString(),
  description: makeDescription(index),
  tags: makeTags(index),
  ...more,
});

/** An image as triton prints it: the keys that the texts are in. */
type Printed = { id: string; description: string; tags: Record<string, string> };

const pick = ({ id, description, tags }: Printed): Printed => ({ id, description, tags });

const makePrinted = (index: number): Printed => ({
  id: makeId(index),
  description: makeDescription(index),
  tags: makeTags(index),
});

const many = Array.from({ length: 60 }, (_, index) => index + 1);
const [changed, shared] = [100, 200] as const;

beforeAll(async () => {
  alicePerson = await service.makePerson("alice");
  bobPerson = await service.makePerson("bob", "ecdsa");
  await service.start({
    accounts: [
      { uuid: alice, login: "alice", email: "alice@example.com", keys: [alicePerson.publicLine] },
      { uuid: bob, login: "bob", keys: [bobPerson.publicLine] },
    ],
    images: [
      ...many.map((index) => makeManifest(index)),
      makeManifest(changed, { name: "changed" }),
      ...many.map((index) => makeManifest(shared + index, { owner: bob, name: "shared", acl: [alice] })),
    ],
  });
});

afterAll(() => service.stop());

describe.each(versions)("triton %s", (version) => {
  const run = (args: readonly string[], person = alicePerson) => service.runTritonOf(version, person, args);

  /** Runs a command that must succeed. @returns what it printed */
  async function runOk(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  const listImages = async (filter: string): Promise<Printed[]> => {
    const printed = await runOk(["image", "ls", "-j", filter]);
    return printed
      .trim()
      .split("\n")
      .map((line) => pick(JSON.parse(line)));
  };

  it("is the version that the test names", async () => {
    expect(await runOk(["--version"])).toContain(version);
  });

  it.each(languages)("updates, gets and lists an image whose texts are $language", async ({ word }) => {
    const description = word.repeat(500);
    const tags = { [word]: `${word} ${version}`, n: 1 };
    const updated = await runOk([
      "image",
      "update",
      "changed",
      `description=${description}`,
      `tags=${JSON.stringify(tags)}`,
    ]);
    expect(updated).toBe("Updated image changed (fields: description, tags)\n");
    const wanted = { id: makeId(changed), description, tags };
    expect(pick(JSON.parse(await runOk(["image", "get", "changed"])))).toEqual(wanted);
    expect(await listImages("name=changed")).toEqual([wanted]);
  });

  it("lists 60 images of one's own with their texts", async () => {
    const listed = (await listImages("name=~many")).filter(({ id }) => id !== makeId(changed));
    expect(listed).toEqual(many.map((index) => makePrinted(index)));
  });

  it("lists 60 images that somebody else shared, and gets one of them", async () => {
    expect(await listImages("name=shared")).toEqual(many.map((index) => makePrinted(shared + index)));
    const got = await runOk(["image", "get", makeId(shared + 1)]);
    expect(pick(JSON.parse(got))).toEqual(makePrinted(shared + 1));
  });

  it.each(languages)("adds, lists, gets and deletes a key whose name is $language", async ({ language, word }) => {
    const added = await service.makePerson(`${language}-${version}`, "ecdsa");
    expect(await runOk(["key", "add", "-n", word, `${added.keyFile}.pub`])).toBe(
      `Added key "${word}" (${added.fingerprint})\n`,
    );
    expect(await runOk(["key", "ls", "-H"])).toContain(`${added.fingerprint}  ${word}\n`);
    expect(await runOk(["key", "get", word])).toBe(`${added.publicLine}\n`);
    expect(await runOk(["key", "delete", "-y", word])).toBe(`Deleted key "${word}"\n`);
  });
});

describe("triton 7.17.0", () => {
  const run = (args: readonly string[]) => service.runTriton(alicePerson, args);

  /** What `triton key add` prints when the service refuses the key. */
  const makeRefusal = (problem: string): string => `triton key add: error (InvalidArgument): ${problem}... was sent\n`;

  it("updates the account, and gets what it wrote", async () => {
    const fields = { companyName: "日本 Ltd.", city: "القاهرة", phone: "+20 2 😀", triton_cns_enabled: "true" };
    const args = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    const { code, stdout, stderr } = await run(["account", "update", ...args]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `Updated account "alice" (fields: ${Object.keys(fields).join(", ")})\n`,
      stderr: "",
    });
    const got = JSON.parse((await run(["account", "get", "-j"])).stdout);
    expect(got).toMatchObject({ ...fields, triton_cns_enabled: true, email: "alice@example.com" });
  });

  it("shows why an account is not updated", async () => {
    const { code, stderr } = await run(["account", "update", "email=nobody"]);
    expect([code, stderr]).toEqual([
      1,
      'triton account update: error (InvalidArgument): email is an e-mail address of at most 254 characters; "nobody" was sent\n',
    ]);
  });

  it("shows why an RSA key of 1024 bits is not added", async () => {
    const { keyFile, publicLine } = await service.makePerson("alice-short", "shortRsa");
    const { code, stderr } = await run(["key", "add", `${keyFile}.pub`]);
    expect([code, stderr]).toEqual([
      1,
      makeRefusal(`an RSA key of 1024 bits is too short; the least is 2048; ${publicLine.slice(0, 64)}`),
    ]);
  });

  it("shows why a key with a name of 256 characters is not added", async () => {
    const { keyFile, publicLine } = await service.makePerson("alice-long", "ecdsa");
    const { code, stderr } = await run(["key", "add", "-n", "n".repeat(256), `${keyFile}.pub`]);
    expect([code, stderr]).toEqual([
      1,
      makeRefusal(`a key's name is 1 to 255 characters without control characters; ${publicLine.slice(0, 64)}`),
    ]);
  });
});
