import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, run } from "../started.ts";
import { type Person, Service } from "./service.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";
const op = "cccccccc-0000-4000-8000-000000000003";
const idOf = (index: number): string => `${String(index).repeat(8)}-aaaa-4000-8000-00000000000${index}`;

const service = new Service();
const people = new Map<string, Person>();
const person = (name: string): Person => {
  const known = people.get(name);
  if (!known) throw new Error(`nobody is called ${name}`);
  return known;
};

const manifest = (index: number, more: Record<string, unknown> = {}) => ({
  uuid: idOf(index),
  owner: alice,
  name: `image-${index}`,
  version: "1.0.0",
  os: "smartos",
  type: "zone-dataset",
  published_at: `202${index}-01-01T00:00:00Z`,
  ...more,
});

beforeAll(async () => {
  for (const type of ["rsa", "ecdsa", "ecdsa521", "ed25519"] as const)
    people.set(`alice ${type}`, await service.person("alice", type));
  for (const login of ["bob", "op", "stranger"]) people.set(login, await service.person(login));
  const keys = [...people].filter(([name]) => name.startsWith("alice")).map(([, { publicLine }]) => publicLine);
  await service.start({
    accounts: [
      { uuid: alice, login: "alice", email: "alice@example.com", keys },
      { uuid: bob, login: "bob", keys: [person("bob").publicLine] },
      { uuid: op, login: "op", operator: true, keys: [person("op").publicLine] },
    ],
    images: [
      manifest(1, { name: "twin" }),
      manifest(2, { name: "twin" }),
      manifest(3, { description: "old", homepage: "http://example.com/" }),
      manifest(4),
      manifest(5, { type: "zvol", os: "linux", image_size: 10240, owner: bob, name: "bobs", acl: [alice] }),
      manifest(6, { owner: bob, name: "hidden" }),
      manifest(7, { state: "failed", error: { code: "VmHasNoOrigin", message: "vm has no origin" } }),
    ],
  });
});

afterAll(() => service.stop());

const triton = (args: string[], who = "alice rsa", environment = {}): Promise<Ended> =>
  service.triton(person(who), args, environment);

/** A command that must do well; what it printed. */
async function ok(args: string[], who?: string, environment = {}): Promise<string> {
  const { code, stdout, stderr } = await triton(args, who, environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const image = async (id: string, who?: string): Promise<Record<string, unknown>> =>
  JSON.parse(await ok(["image", "get", id], who));

describe("triton image", () => {
  it("ls, with filters, -l and -j", async () => {
    expect(await ok(["image", "ls", "-H", "-o", "id"])).toBe(
      [1, 2, 3, 4, 5].map((index) => `${idOf(index)}\n`).join(""),
    );
    expect(await ok(["image", "ls", "-H", "-o", "name", "name=twin", "public=false"])).toBe("twin\ntwin\n");
    expect(await ok(["image", "ls", "-H", "-o", "shortid", "type=zvol"])).toBe("55555555\n");
    expect(await ok(["image", "ls", "-H", "-o", "id,state", "state=failed"])).toBe(`${idOf(7)}  failed\n`);
    expect((await ok(["image", "ls", "-l", "-H", "name=image-3"])).trim().split(/ +/)).toEqual([
      idOf(3),
      "image-3",
      "1.0.0",
      "active",
      "-",
      "smartos",
      "zone-dataset",
      "2023-01-01",
    ]);
    expect(JSON.parse(await ok(["image", "ls", "-j", "name=image-3"]))).toMatchObject({ id: idOf(3), name: "image-3" });
  });

  it("get by id, short id, name and name@version", async () => {
    const { uuid: _, ...kept } = manifest(4);
    const shown = { ...kept, id: idOf(4), requirements: {}, public: false, state: "active" };
    for (const name of [idOf(4), "44444444", "image-4", "image-4@1.0.0"]) expect(await image(name)).toEqual(shown);
  });

  it("update takes each field, and all at once", async () => {
    expect(await ok(["image", "update", "image-3", "version=2.0.0"])).toBe("Updated image image-3 (fields: version)\n");
    for (const change of [
      "homepage=https://example.com/1",
      "eula=https://example.com/2",
      "description=one",
      'tags={"one":true}',
    ]) {
      const field = change.split("=")[0] ?? "";
      expect(await ok(["image", "update", "image-3", change])).toBe(`Updated image image-3 (fields: ${field})\n`);
      const value = change.slice(field.length + 1);
      expect(await image("image-3")).toMatchObject({ [field]: field === "tags" ? JSON.parse(value) : value });
    }
    expect(await ok(["image", "update", "image-3", "description="])).toBe(
      "Updated image image-3 (fields: description)\n",
    );
    expect(await image("image-3")).not.toHaveProperty("description");
    await ok([
      "image",
      "update",
      "image-3",
      "name=all",
      "version=3.0.0",
      "description=new",
      "homepage=https://example.com/h",
      "eula=https://example.com/e",
      'tags={"a":1}',
    ]);
    expect(await image(idOf(3))).toEqual({
      id: idOf(3),
      name: "all",
      version: "3.0.0",
      os: "smartos",
      requirements: {},
      type: "zone-dataset",
      description: "new",
      tags: { a: 1 },
      homepage: "https://example.com/h",
      published_at: "2023-01-01T00:00:00Z",
      owner: alice,
      public: false,
      state: "active",
      eula: "https://example.com/e",
    });
  });

  it("update of two images of one name changes the newest", async () => {
    await ok(["image", "update", "twin", "version=9.9.9"]);
    expect(await image(idOf(1))).toMatchObject({ version: "1.0.0" });
    expect(await image(idOf(2))).toMatchObject({ version: "9.9.9" });
  });

  it("share, unshare and tag", async () => {
    expect((await triton(["image", "get", idOf(4)], "bob")).code).toBe(3);
    expect(await ok(["image", "share", idOf(4), bob])).toBe(`Shared image ${idOf(4)} with account ${bob}\n`);
    expect(await image(idOf(4), "bob")).toMatchObject({ acl: [bob] });
    expect(await ok(["image", "unshare", idOf(4), bob])).toBe(`Unshared image ${idOf(4)} with account ${bob}\n`);
    expect(await image(idOf(4))).not.toHaveProperty("acl");
    await ok(["image", "tag", idOf(4), "role=db", "count=2", "on=true"]);
    expect(await image(idOf(4))).toMatchObject({ tags: { role: "db", count: 2, on: true } });
  });

  it("clone, wait and delete", async () => {
    expect(await ok(["image", "clone", idOf(5)])).toMatch(
      /^Cloned image 55555555-.* to [0-9a-f-]{36}\n$|[0-9a-f-]{36}/,
    );
    const [id = ""] = (await ok(["image", "ls", "-H", "-o", "id", "name=bobs", "-a"]))
      .split("\n")
      .filter((line) => line && line !== idOf(5));
    expect(await image(id)).toMatchObject({
      name: "bobs",
      owner: alice,
      public: false,
      type: "zvol",
      image_size: 10240,
    });
    expect(await ok(["image", "wait", id])).toContain("already active");
    expect(await ok(["image", "delete", "-f", id])).toBe(`Deleted image ${id}\n`);
    expect((await triton(["image", "get", id])).code).toBe(3);
  });
});

describe("triton", () => {
  it("account get, datacenters, profile create", async () => {
    expect(await ok(["account", "get"])).toContain(`id: ${alice}\nlogin: alice\nemail: alice@example.com\n`);
    expect(await ok(["datacenters", "-H"])).toBe(`edge  ${service.url}\n`);
    const profile = `${service.folder}/profile.json`;
    const { fingerprint } = person("alice rsa");
    writeFileSync(profile, JSON.stringify({ name: "edge", url: service.url, account: "alice", keyId: fingerprint }));
    expect((await triton(["profile", "create", "-f", profile, "--no-docker", "-y"])).stdout).toContain(
      'Saved profile "edge"',
    );
    expect(await ok(["-p", "edge", "image", "get", idOf(4)])).toContain(idOf(4));
  });

  it("key ls, get, add and delete; a deleted key is refused", async () => {
    const added = await service.person("alice-new", "ecdsa");
    const newAlice = { ...added, login: "alice" };
    expect(await ok(["key", "add", "-n", "new", `${added.keyFile}.pub`])).toBe(
      `Added key "new" (${added.fingerprint})\n`,
    );
    expect(await ok(["key", "ls", "-H"])).toContain(`${added.fingerprint}  new\n`);
    expect(await ok(["key", "get", "new"])).toBe(`${added.publicLine}\n`);
    expect((await service.triton(newAlice, ["image", "get", idOf(4)])).code).toBe(0);
    expect(await ok(["key", "delete", "-y", "new"])).toBe('Deleted key "new"\n');
    const refused = await service.triton(newAlice, ["image", "get", idOf(4)]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("InvalidCredentials");
  });

  it("--act-as as an operator, and as nobody", async () => {
    expect(await ok(["--act-as", "alice", "image", "get", idOf(4)], "op")).toContain(idOf(4));
    const refused = await triton(["--act-as", "alice", "image", "get", idOf(4)], "bob");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("only an operator may act as another account; alice is not yours");
  });

  it.each(["alice rsa", "alice ecdsa", "alice ecdsa521", "alice ed25519"])("signs with a key file: %s", async (who) => {
    await ok(["image", "update", idOf(4), `version=${who.replace(" ", "-")}`], who);
    expect(await image(idOf(4))).toMatchObject({ version: who.replace(" ", "-") });
  });

  it.each(["alice rsa", "alice ecdsa", "alice ecdsa521", "alice ed25519"])(
    "signs through ssh-agent: %s",
    async (who) => {
      const socket = `${service.folder}/agent-${who.split(" ")[1]}`;
      const home = `${service.folder}/keyless`;
      mkdirSync(`${home}/.ssh`, { recursive: true });
      const { stdout } = await run("ssh-agent", ["-a", socket]);
      const [, pid = ""] = /SSH_AGENT_PID=(\d+)/.exec(stdout) ?? [];
      try {
        await run("ssh-add", ["-q", person(who).keyFile], { SSH_AUTH_SOCK: socket, PATH: process.env["PATH"] ?? "" });
        expect(await ok(["image", "get", idOf(4)], who, { SSH_AUTH_SOCK: socket, HOME: home })).toContain(idOf(4));
      } finally {
        process.kill(Number(pid));
      }
    },
  );

  it("tells a person what was wrong", async () => {
    const wrongKey = await service.triton({ ...person("stranger"), login: "alice" }, ["image", "get", idOf(4)]);
    expect([wrongKey.code, wrongKey.stderr]).toEqual([
      1,
      expect.stringContaining("the login, the key and the signature do not go together"),
    ]);
    const unknown = await triton(["image", "update", "12345678-0000-4000-8000-000000000000", "name=x"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      "triton image update: error (ResourceNotFound): image with id 12345678-0000-4000-8000-000000000000 was not found\n",
    ]);
    const invalid = await triton(["image", "update", idOf(4), "homepage=ftp://example.com"]);
    expect([invalid.code, invalid.stderr]).toEqual([1, expect.stringContaining("homepage is an http: or https: URL")]);
    const another = await triton(["image", "update", idOf(5), "name=mine"]);
    expect([another.code, another.stderr]).toEqual([
      1,
      expect.stringContaining("only the owner of an image may change or delete it"),
    ]);
  });
});
