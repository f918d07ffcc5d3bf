import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientsService, type Person } from "../support/clients-service.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";
const image = "11111111-aaaa-4000-8000-000000000001";
const service = new ClientsService();
const people: Person[] = [];

const manifest = {
  uuid: image,
  owner: alice,
  name: "my-image",
  version: "1.0.0",
  os: "smartos",
  type: "zone-dataset",
  published_at: "2020-01-01T00:00:00Z",
};

beforeAll(async () => {
  for (const type of ["rsa", "ecdsa", "ecdsa521", "ed25519"] as const)
    people.push(await service.makePerson("alice", type));
  await service.start({
    accounts: [{ uuid: alice, login: "alice", keys: people.map(({ publicLine }) => publicLine) }],
    images: [manifest, { ...manifest, uuid: image.replace(/1$/, "2"), owner: bob, public: true, name: "theirs" }],
  });
});

afterAll(() => service.stop());

/** Runs a command that must succeed. @returns the JSON that it printed */
async function runOk(command: string, args: string[], who = people[0]): Promise<unknown> {
  if (!who) throw new Error("no key was made");
  const { code, stdout, stderr } = await service.runSdc(who, command, args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("smartdc", () => {
  it("lists and gets images", async () => {
    const shown = {
      id: image,
      name: "my-image",
      version: "1.0.0",
      os: "smartos",
      requirements: {},
      type: "zone-dataset",
      published_at: "2020-01-01T00:00:00Z",
      owner: alice,
      public: false,
      state: "active",
    };
    expect(await runOk("sdc-getimage", [image])).toEqual(shown);
    const theirs = { ...shown, id: image.replace(/1$/, "2"), name: "theirs", owner: bob, public: true };
    expect(await runOk("sdc-listimages", [])).toEqual([shown, theirs]);
  });

  it("updates an image with each option of sdc-updateimage", async () => {
    const updated = await runOk("sdc-updateimage", [
      "--name=renamed",
      "--imageVersion=2.0.0",
      "--description=new",
      "--homepage=https://example.com/h",
      "--eula=https://example.com/e",
      `--acl=${bob}`,
      `--tags={"role":"db"}`,
      image,
    ]);
    const stored = {
      id: image,
      name: "renamed",
      version: "2.0.0",
      os: "smartos",
      requirements: {},
      type: "smartmachine",
      description: "new",
      tags: { role: "db" },
      homepage: "https://example.com/h",
      published_at: "2020-01-01T00:00:00Z",
      owner: alice,
      public: false,
      state: "active",
      eula: "https://example.com/e",
      acl: [bob],
    };
    expect(updated).toEqual(stored);
    expect(await runOk("sdc-getimage", [image])).toEqual({ ...stored, type: "zone-dataset" });
  });

  it("signs with every kind of key", async () => {
    for (const who of people) {
      const version = who.keyFile.replace(/.*_/, "");
      expect(await runOk("sdc-updateimage", [`--imageVersion=${version}`, image], who)).toMatchObject({ version });
    }
  });

  it("creates a key", async () => {
    const added = await service.makePerson("alice-new", "ecdsa");
    const path = `${service.folder}/new.pub`;
    writeFileSync(path, added.publicLine);
    expect(await runOk("sdc-createkey", ["--name=new", path])).toEqual({
      name: "new",
      fingerprint: added.fingerprint,
      key: added.publicLine,
    });
    expect(await runOk("sdc-getimage", [image], { ...added, login: "alice" })).toMatchObject({ id: image });
  });

  it("shows what was wrong with a request", async () => {
    const [who] = people;
    if (!who) throw new Error("no key was made");
    const invalid = await service.runSdc(who, "sdc-updateimage", ["--name=ü", image]);
    expect([invalid.code, invalid.stderr]).toEqual([3, expect.stringContaining("invalid image data: name")]);
    const unknown = await service.runSdc(who, "sdc-getimage", [image.replace(/1$/, "9")]);
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("image not found")]);
    const wrong = await service.makePerson("stranger");
    const refused = await service.runSdc({ ...wrong, login: "alice" }, "sdc-getimage", [image]);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("do not go together")]);
  });
});
