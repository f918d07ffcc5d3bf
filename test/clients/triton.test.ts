import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientsService, type Person } from "../support/clients-service.ts";
import { type Ended, run } from "../support/started.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";
const op = "cccccccc-0000-4000-8000-000000000003";
const makeId = (index: number): string => `${String(index).repeat(8)}-aaaa-4000-8000-00000000000${index}`;

const service = new ClientsService();
const people = new Map<string, Person>();
const findPerson = (name: string): Person => {
  const known = people.get(name);
  if (!known) throw new Error(`there is no person ${name}`);
  return known;
};

const makeManifest = (index: number, more: Record<string, unknown> = {}) => ({
  uuid: makeId(index),
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
    people.set(`alice ${type}`, await service.makePerson("alice", type));
  for (const login of ["bob", "op", "stranger"]) people.set(login, await service.makePerson(login));
  const keys = [...people].filter(([name]) => name.startsWith("alice")).map(([, { publicLine }]) => publicLine);
  await service.start({
    accounts: [
      { uuid: alice, login: "alice", email: "alice@example.com", keys },
      { uuid: bob, login: "bob", keys: [findPerson("bob").publicLine] },
      { uuid: op, login: "op", operator: true, keys: [findPerson("op").publicLine] },
    ],
    images: [
      makeManifest(1, { name: "twin" }),
      makeManifest(2, { name: "twin" }),
      makeManifest(3, { description: "old", homepage: "http://example.com/" }),
      makeManifest(4),
      makeManifest(5, { type: "zvol", os: "linux", image_size: 10240, owner: bob, name: "bobs", acl: [alice] }),
      makeManifest(6, { owner: bob, name: "hidden" }),
      makeManifest(8, { public: false, state: "active", published_at: "2020-01-01T00:00:00Z" }),
      makeManifest(7, { state: "failed", error: { code: "VmHasNoOrigin", message: "vm has no origin" } }),
    ],
  });
});

afterAll(() => service.stop());

const runTriton = (args: string[], who = "alice rsa", environment = {}): Promise<Ended> =>
  service.runTriton(findPerson(who), args, environment);

/** Runs a command that must succeed. @returns what it printed */
async function runOk(args: string[], who?: string, environment = {}): Promise<string> {
  const { code, stdout, stderr } = await runTriton(args, who, environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const getImage = async (id: string, who?: string): Promise<Record<string, unknown>> =>
  JSON.parse(await runOk(["image", "get", id], who));

describe("grants and tags of another client", () => {
  const post = (path: string, body: unknown) =>
    runOk(["cloudapi", path, "-X", "POST", "-H", "Content-Type: application/json", "-d", JSON.stringify(body)]);

  it("are shown by triton image get and ls, and kept by share, unshare and update", async () => {
    const id = makeId(8);
    const seen = async (who?: string) => (await runOk(["image", "ls", "-H", "-o", "id"], who)).includes(id);
    expect(await seen("bob")).toBe(false);
    await post(`/my/images/${id}/acl?action=add`, [bob, op]);
    await post(`/my/images/${id}/tags`, { role: "db", nested: { a: [null, 1.5e-7] } });
    const expected = { acl: [bob, op], tags: { role: "db", nested: { a: [null, 1.5e-7] } } };
    expect(await getImage(id)).toMatchObject(expected);
    expect(await seen("bob")).toBe(true);
    expect(JSON.parse(await runOk(["image", "ls", "-j", "name=image-8"]))).toMatchObject(expected);
    await runOk(["image", "share", id, alice]);
    await runOk(["image", "update", id, "description=kept"]);
    expect(await getImage(id)).toMatchObject({ ...expected, acl: [bob, op, alice], description: "kept" });
    await runOk(["image", "unshare", id, op]);
    expect(await getImage(id)).toMatchObject({ acl: [bob, alice] });
    await post(`/my/images/${id}?action=revert&revision=3`, {});
    const reverted = await getImage(id);
    expect(reverted).toMatchObject({ acl: [bob, alice], tags: expected.tags });
    expect(reverted).not.toHaveProperty("description");
  });
});

describe("triton image", () => {
  it("lists, with filters, -l and -j", async () => {
    expect(await runOk(["image", "ls", "-H", "-o", "id"])).toBe(
      [8, 1, 2, 3, 4, 5].map((index) => `${makeId(index)}\n`).join(""),
    );
    expect(await runOk(["image", "ls", "-H", "-o", "name", "name=twin", "public=false"])).toBe("twin\ntwin\n");
    expect(await runOk(["image", "ls", "-H", "-o", "shortid", "type=zvol"])).toBe("55555555\n");
    expect(await runOk(["image", "ls", "-H", "-o", "id,state", "state=failed"])).toBe(`${makeId(7)}  failed\n`);
    expect((await runOk(["image", "ls", "-l", "-H", "name=image-3"])).trim().split(/ +/)).toEqual([
      makeId(3),
      "image-3",
      "1.0.0",
      "active",
      "-",
      "smartos",
      "zone-dataset",
      "2023-01-01",
    ]);
    expect(JSON.parse(await runOk(["image", "ls", "-j", "name=image-3"]))).toMatchObject({
      id: makeId(3),
      name: "image-3",
    });
  });

  it("gets by id, short id, name and name@version", async () => {
    const { uuid: _, ...kept } = makeManifest(4);
    const shown = { ...kept, id: makeId(4), requirements: {}, public: false, state: "active" };
    for (const name of [makeId(4), "44444444", "image-4", "image-4@1.0.0"]) expect(await getImage(name)).toEqual(shown);
  });

  it("updates each field, and all at once", async () => {
    expect(await runOk(["image", "update", "image-3", "version=2.0.0"])).toBe(
      "Updated image image-3 (fields: version)\n",
    );
    for (const change of [
      "homepage=https://example.com/1",
      "eula=https://example.com/2",
      "description=one",
      'tags={"one":true}',
    ]) {
      const field = change.split("=")[0] ?? "";
      expect(await runOk(["image", "update", "image-3", change])).toBe(`Updated image image-3 (fields: ${field})\n`);
      const value = change.slice(field.length + 1);
      expect(await getImage("image-3")).toMatchObject({ [field]: field === "tags" ? JSON.parse(value) : value });
    }
    expect(await runOk(["image", "update", "image-3", "description="])).toBe(
      "Updated image image-3 (fields: description)\n",
    );
    expect(await getImage("image-3")).not.toHaveProperty("description");
    await runOk([
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
    expect(await getImage(makeId(3))).toEqual({
      id: makeId(3),
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

  it("updates the newest of two images with the same name", async () => {
    await runOk(["image", "update", "twin", "version=9.9.9"]);
    expect(await getImage(makeId(1))).toMatchObject({ version: "1.0.0" });
    expect(await getImage(makeId(2))).toMatchObject({ version: "9.9.9" });
  });

  it("shares, unshares and tags", async () => {
    expect((await runTriton(["image", "get", makeId(4)], "bob")).code).toBe(3);
    expect(await runOk(["image", "share", makeId(4), bob])).toBe(`Shared image ${makeId(4)} with account ${bob}\n`);
    expect(await getImage(makeId(4), "bob")).toMatchObject({ acl: [bob] });
    expect(await runOk(["image", "unshare", makeId(4), bob])).toBe(`Unshared image ${makeId(4)} with account ${bob}\n`);
    expect(await getImage(makeId(4))).not.toHaveProperty("acl");
    await runOk(["image", "tag", makeId(4), "role=db", "count=2", "on=true"]);
    expect(await getImage(makeId(4))).toMatchObject({ tags: { role: "db", count: 2, on: true } });
  });

  it("clones, waits and deletes", async () => {
    expect(await runOk(["image", "clone", makeId(5)])).toMatch(
      /^Cloned image 55555555-.* to [0-9a-f-]{36}\n$|[0-9a-f-]{36}/,
    );
    const [id = ""] = (await runOk(["image", "ls", "-H", "-o", "id", "name=bobs", "-a"]))
      .split("\n")
      .filter((line) => line && line !== makeId(5));
    expect(await getImage(id)).toMatchObject({
      name: "bobs",
      owner: alice,
      public: false,
      type: "zvol",
      image_size: 10240,
    });
    expect(await runOk(["image", "wait", id])).toContain("already active");
    expect(await runOk(["image", "delete", "-f", id])).toBe(`Deleted image ${id}\n`);
    expect((await runTriton(["image", "get", id])).code).toBe(3);
  });
});

describe("triton", () => {
  it("gets the account, lists the datacenters and creates a profile", async () => {
    expect(await runOk(["account", "get"])).toContain(`id: ${alice}\nlogin: alice\nemail: alice@example.com\n`);
    expect(await runOk(["datacenters", "-H"])).toBe(`edge  ${service.url}\n`);
    const profile = `${service.folder}/profile.json`;
    const { fingerprint } = findPerson("alice rsa");
    writeFileSync(profile, JSON.stringify({ name: "edge", url: service.url, account: "alice", keyId: fingerprint }));
    expect((await runTriton(["profile", "create", "-f", profile, "--no-docker", "-y"])).stdout).toContain(
      'Saved profile "edge"',
    );
    expect(await runOk(["-p", "edge", "image", "get", makeId(4)])).toContain(makeId(4));
  });

  it("lists, gets, adds and deletes keys, and a deleted key is refused", async () => {
    const added = await service.makePerson("alice-new", "ecdsa");
    const newAlice = { ...added, login: "alice" };
    expect(await runOk(["key", "add", "-n", "new", `${added.keyFile}.pub`])).toBe(
      `Added key "new" (${added.fingerprint})\n`,
    );
    expect(await runOk(["key", "ls", "-H"])).toContain(`${added.fingerprint}  new\n`);
    expect(await runOk(["key", "get", "new"])).toBe(`${added.publicLine}\n`);
    expect((await service.runTriton(newAlice, ["image", "get", makeId(4)])).code).toBe(0);
    expect(await runOk(["key", "delete", "-y", "new"])).toBe('Deleted key "new"\n');
    const refused = await service.runTriton(newAlice, ["image", "get", makeId(4)]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("InvalidCredentials");
  });

  it("acts as another account for an operator only", async () => {
    expect(await runOk(["--act-as", "alice", "image", "get", makeId(4)], "op")).toContain(makeId(4));
    const refused = await runTriton(["--act-as", "alice", "image", "get", makeId(4)], "bob");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("only an operator may act as another account; alice is not yours");
  });

  it.each(["alice rsa", "alice ecdsa", "alice ecdsa521", "alice ed25519"])("signs with a key file: %s", async (who) => {
    await runOk(["image", "update", makeId(4), `version=${who.replace(" ", "-")}`], who);
    expect(await getImage(makeId(4))).toMatchObject({ version: who.replace(" ", "-") });
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
        await run("ssh-add", ["-q", findPerson(who).keyFile], {
          env: { SSH_AUTH_SOCK: socket, PATH: process.env["PATH"] ?? "" },
        });
        expect(await runOk(["image", "get", makeId(4)], who, { SSH_AUTH_SOCK: socket, HOME: home })).toContain(
          makeId(4),
        );
      } finally {
        process.kill(Number(pid));
      }
    },
  );

  it("shows what was wrong with a request", async () => {
    const wrongKey = await service.runTriton({ ...findPerson("stranger"), login: "alice" }, [
      "image",
      "get",
      makeId(4),
    ]);
    expect([wrongKey.code, wrongKey.stderr]).toEqual([
      1,
      expect.stringContaining("the login, the key and the signature do not go together"),
    ]);
    const unknown = await runTriton(["image", "update", "12345678-0000-4000-8000-000000000000", "name=x"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      "triton image update: error (ResourceNotFound): image with id 12345678-0000-4000-8000-000000000000 was not found\n",
    ]);
    const invalid = await runTriton(["image", "update", makeId(4), "homepage=ftp://example.com"]);
    expect([invalid.code, invalid.stderr]).toEqual([1, expect.stringContaining("homepage is an http: or https: URL")]);
    const another = await runTriton(["image", "update", makeId(5), "name=mine"]);
    expect([another.code, another.stderr]).toEqual([
      1,
      expect.stringContaining("only the owner of an image may change or delete it"),
    ]);
  });
});
