import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientsService, type Person } from "../support/clients-service.ts";
import { run } from "../support/started.ts";

const alice = "aaaaaaaa-0000-4000-8000-000000000001";
const bob = "bbbbbbbb-0000-4000-8000-000000000002";
const source = join(import.meta.dirname, "triton-go");
const service = new ClientsService();
const program = join(service.folder, "triton-go");
let person: Person;

/** Why there is no triton-go here. Undefined if there is. */
async function findHindrance(): Promise<string | undefined> {
  if ((await run("go", ["version"])).code !== 0) return "there is no Go here: install it";
  const { code, stderr } = await run("go", ["mod", "download", "github.com/joyent/triton-go"], { cwd: source });
  return code === 0 ? undefined : `the module cannot be had: ${stderr}`;
}

const hindrance = await findHindrance();

const makeManifest = (index: number, more: Record<string, unknown> = {}) => ({
  uuid: `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`,
  owner: alice,
  name: `image-${index}`,
  version: "1.0.0",
  os: "linux",
  type: "lx-dataset",
  published_at: "2020-01-01T00:00:00Z",
  description: "日本語",
  requirements: { min_ram: 1024 },
  files: [{ compression: "gzip", sha1: "0".repeat(40), size: 2 ** 40 }],
  tags: { role: "db" },
  ...more,
});

const [mine, shared, numbered] = [
  makeManifest(1),
  makeManifest(2, { owner: bob, acl: [alice] }),
  makeManifest(3, { name: "numbered", tags: { number: 1 } }),
];

/** An image as Go prints it: with a zero for each field that the answer lacks. */
const makePrinted = ({ uuid: id, ...rest }: ReturnType<typeof makeManifest>) => ({
  acl: null,
  id,
  ...rest,
  requirements: { min_memory: 1024, min_ram: 1024 },
  public: false,
  state: "active",
  homepage: "",
  eula: "",
});

const call = (name: string, input: object) =>
  run(program, [name, JSON.stringify(input)], {
    env: service.makeEnvironment(person, { SDC_KEY_FILE: person.keyFile }),
  });

/** Calls a function that must succeed. @returns its answer */
async function callOk(name: string, input: object = {}): Promise<unknown> {
  const { code, stdout, stderr } = await call(name, input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe.skipIf(hindrance)(`triton-go 1.8.5${hindrance ? ` (${hindrance})` : ""}`, () => {
  beforeAll(async () => {
    const { code, stderr } = await run("go", ["build", "-o", program, "."], { cwd: source });
    expect(code, stderr).toBe(0);
    person = await service.makePerson("alice");
    await service.start({
      accounts: [{ uuid: alice, login: "alice", email: "alice@example.com", keys: [person.publicLine] }],
      images: [mine, shared, numbered],
    });
  });
  afterAll(() => service.stop());

  it("lists one's own images and those that others share, and gets one", async () => {
    expect(await callOk("images.List", { Type: "lx-dataset", Name: "~image-" })).toEqual(
      [mine, shared].map(makePrinted),
    );
    expect(await callOk("images.Get", { ImageID: mine.uuid })).toEqual(makePrinted(mine));
  });

  it("reads tags as text alone: a list with another tag fails, as it does upstream", async () => {
    const { code, stderr } = await call("images.List", {});
    expect([code, stderr]).toEqual([
      1,
      "unable to decode list images response: json: cannot unmarshal number into Go struct field Image.tags of type string\n",
    ]);
  });

  it("updates every field of an image, and deletes it", async () => {
    const fields = {
      name: "renamed",
      version: "2.0.0",
      description: "👩‍👩‍👧",
      homepage: "https://example.com/",
      eula: "https://example.com/eula",
      acl: [bob],
      tags: { 役割: "web" },
    };
    const updated = { ...makePrinted(mine), ...fields };
    expect(await callOk("images.Update", { ImageID: mine.uuid, ...fields })).toEqual(updated);
    expect(await callOk("images.List", { Name: "renamed" })).toEqual([updated]);
    expect(await callOk("images.Delete", { ImageID: mine.uuid })).toBeNull();
    const { code, stderr } = await call("images.Get", { ImageID: mine.uuid });
    expect([code, stderr]).toEqual([1, "unable to get image: ResourceNotFound: image not found\n"]);
  });

  it("gets and updates the account", async () => {
    const got = await callOk("account.Get");
    expect(got).toMatchObject({ id: alice, login: "alice", email: "alice@example.com", triton_cns_enabled: false });
    const fields = { companyName: "日本 Ltd.", phone: "1", triton_cns_enabled: true };
    const updated = { ...(got as object), ...fields, updated: expect.any(String) };
    expect(await callOk("account.Update", fields)).toEqual(updated);
    expect(await callOk("account.Get")).toEqual(updated);
  });

  it("creates, gets, lists and deletes a key", async () => {
    const { publicLine: key, fingerprint } = await service.makePerson("laptop", "ecdsa");
    const name = "日本 %+?#";
    const created = { name, fingerprint, key };
    expect(await callOk("keys.Create", { name, key })).toEqual(created);
    expect(await callOk("keys.Get", { KeyName: name })).toEqual(created);
    expect(await callOk("keys.List")).toContainEqual(created);
    expect(await callOk("keys.Delete", { KeyName: name })).toBeNull();
    const { code, stderr } = await call("keys.Get", { KeyName: name });
    // The library escapes what is not ASCII.
    const escaped = "\\u65e5\\u672c %+?#";
    expect([code, stderr]).toEqual([1, `unable to get key: ResourceNotFound: ${escaped} does not exist\n`]);
  });
});
