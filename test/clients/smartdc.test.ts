import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Person, Service } from "./service.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";
const image = "11111111-aaaa-4000-8000-000000000001";
const service = new Service();
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
  for (const type of ["rsa", "ecdsa", "ecdsa521", "ed25519"] as const) people.push(await service.person("alice", type));
  await service.start({
    accounts: [{ uuid: alice, login: "alice", keys: people.map(({ publicLine }) => publicLine) }],
    images: [manifest, { ...manifest, uuid: image.replace(/1$/, "2"), owner: bob, public: true, name: "theirs" }],
  });
});

afterAll(() => service.stop());

/** What a command printed, as JSON. */
async function ok(command: string, args: string[], who = people[0]): Promise<unknown> {
  if (!who) throw new Error("nobody");
  const { code, stdout, stderr } = await service.sdc(who, command, args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("smartdc", () => {
  it("sdc-listimages and sdc-getimage", async () => {
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
    expect(await ok("sdc-getimage", [image])).toEqual(shown);
    const theirs = { ...shown, id: image.replace(/1$/, "2"), name: "theirs", owner: bob, public: true };
    expect(await ok("sdc-listimages", [])).toEqual([shown, theirs]);
  });

  it("sdc-updateimage, with each of its options", async () => {
    const updated = await ok("sdc-updateimage", [
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
    expect(await ok("sdc-getimage", [image])).toEqual({ ...stored, type: "zone-dataset" });
  });

  it("every kind of key updates", async () => {
    for (const who of people) {
      const version = who.keyFile.replace(/.*_/, "");
      expect(await ok("sdc-updateimage", [`--imageVersion=${version}`, image], who)).toMatchObject({ version });
    }
  });

  it("sdc-createkey", async () => {
    const added = await service.person("alice-new", "ecdsa");
    const path = `${service.folder}/new.pub`;
    writeFileSync(path, added.publicLine);
    expect(await ok("sdc-createkey", ["--name=new", path])).toEqual({
      name: "new",
      fingerprint: added.fingerprint,
      key: added.publicLine,
    });
    expect(await ok("sdc-getimage", [image], { ...added, login: "alice" })).toMatchObject({ id: image });
  });

  it("tells a person what was wrong", async () => {
    const [who] = people;
    if (!who) throw new Error("nobody");
    const invalid = await service.sdc(who, "sdc-updateimage", ["--name=ü", image]);
    expect([invalid.code, invalid.stderr]).toEqual([3, expect.stringContaining("invalid image data: name")]);
    const unknown = await service.sdc(who, "sdc-getimage", [image.replace(/1$/, "9")]);
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("image not found")]);
    const wrong = await service.person("stranger");
    const refused = await service.sdc({ ...wrong, login: "alice" }, "sdc-getimage", [image]);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("do not go together")]);
  });
});
