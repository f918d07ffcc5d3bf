import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { Client } from "../../src/console/api/client.ts";
import { describeRefusal } from "../../src/console/api/describe-refusal.ts";
import type { Image } from "../../src/console/api/image.ts";
import { formatTarget, makeIntent } from "../../src/console/api/intents.ts";
import { Refusal, type readRefusal } from "../../src/console/api/refusal.ts";
import { generateKey } from "../../src/console/keys/generate-key.ts";
import { readKeyFile } from "../../src/console/keys/read-key-file.ts";
import { makeUuid } from "../support/uuids.ts";
import { ProxiedService } from "./proxied-service.ts";

type KeyFile = { name: string; file: string; publicLine: string; passphrase?: string };

const keyFiles: readonly KeyFile[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../data/key-files.json"), "utf8"),
);
/** One of each kind. */
const kinds = keyFiles.filter(({ name }) => /^OpenSSH [\w-]+$/.test(name));

const service = new ProxiedService();
const bob = { uuid: "47034e57-42d1-0342-b302-00db733e8c8a", login: "bob" };
const images = Array.from({ length: 2500 }, (_, at) => ({
  uuid: makeUuid(at),
  owner: bob.uuid,
  name: "n",
  version: "1",
  os: null,
  type: null,
}));

beforeAll(async () => {
  const keys = kinds.map(({ name, publicLine }) => ({ name, key: publicLine }));
  await service.start({ accounts: [{ ...bob, keys }], images }, "--var", "REQUIRE_REQUEST_TARGET=true");
});

afterAll(() => service.stop());

async function signIn(name = "OpenSSH ed25519"): Promise<Client> {
  const key = await readKeyFile(kinds.find((kind) => kind.name === name)?.file ?? "");
  return new Client({ login: bob.login, key, actAs: null }, { origin: service.origin });
}

const refuse = async (call: Promise<unknown>): Promise<Refusal> => {
  const error = await call.catch((thrown: unknown) => thrown);
  if (error instanceof Refusal) return error;
  throw error;
};

describe("the console's client", () => {
  it.each(kinds.map(({ name }) => name))("signs what the service takes: %s", async (name) => {
    expect(await (await signIn(name)).getAccount()).toMatchObject({ id: bob.uuid, login: "bob" });
  });

  it("signs paths and queries as the browser sends them", async () => {
    const client = await signIn();
    for (const name of ["it's", "a b+c", "50%", "ü💡", "&=?#/"]) {
      expect(await client.listImages({ name })).toEqual([]);
    }
    expect(await refuse(client.getImage("a'b/ü c"))).toMatchObject({ status: 404, code: "ResourceNotFound" });
  });

  it("reads a long list page by page, and stops when it is told to", async () => {
    const client = await signIn();
    const pages: Image[][] = [];
    await client.listAllImages({ state: "all" }, (page) => pages.push(page));
    expect(pages.map(({ length }) => length)).toEqual([1000, 1000, 500]);
    expect(new Set(pages.flat().map(({ id }) => id))).toEqual(new Set(images.map(({ uuid }) => uuid)));
    const stop = new AbortController();
    const first: Image[][] = [];
    await client.listAllImages(
      {},
      (page) => {
        first.push(page);
        stop.abort();
      },
      stop.signal,
    );
    expect(first.length).toBe(1);
  });

  it("reads an image with its ETag, its revisions and its history", async () => {
    const client = await signIn();
    const { image, etag } = await client.getImage(makeUuid(1));
    expect({ id: image.id, etag }).toEqual({ id: makeUuid(1), etag: '"1-9.0.0"' });
    expect(await client.getImage(makeUuid(1), { revision: 1 })).toEqual({ image, etag });
    expect((await client.audit(makeUuid(1))).entries).toMatchObject([
      { action: "provision", revision: 1, caller: { type: "operator" } },
    ]);
  });

  it("rehearses each kind of write, and nothing changes", async () => {
    const client = await signIn();
    const id = makeUuid(2);
    const rehearse = (intent: Omit<Parameters<typeof makeIntent>[0], "account" | "image">) =>
      client.rehearse(makeIntent({ account: client.account, image: id, ifMatch: '"1-9.0.0"', ...intent }));
    const named = await rehearse({ kind: "update", body: { name: "new", tags: { a: 1 } } });
    expect(named).toMatchObject({ image: { id, name: "new" }, etag: '"2-9.0.0"', changedFields: ["name", "tags"] });
    expect(await rehearse({ kind: "add-acl", body: [makeUuid(9)] })).toMatchObject({ image: { acl: [makeUuid(9)] } });
    expect(await rehearse({ kind: "add-tags", body: { id: "x", requirements: 1 } })).toMatchObject({
      image: null,
      etag: '"2-9.0.0"',
    });
    expect(await rehearse({ kind: "revert", revision: 1, withAcl: true })).toMatchObject({
      changedFields: [],
      etag: '"1-9.0.0"',
    });
    expect(await rehearse({ kind: "delete" })).toMatchObject({ image: null });
    expect(await refuse(rehearse({ kind: "clone" }))).toMatchObject({ status: 422, code: "ImageNotShared" });
    expect(await refuse(rehearse({ kind: "delete-tag", tag: "a/b ü" }))).toMatchObject({
      status: 404,
      message: "tag a/b ü not found",
    });
    expect(await client.getImage(id)).toMatchObject({ etag: '"1-9.0.0"' });
  });

  it("registers a key that the browser made, signs with it, and deletes it", async () => {
    const client = await signIn();
    const key = await generateKey("made here");
    expect(await client.createKey({ name: "browser 'ü'", key: key.publicLine })).toMatchObject({ name: "browser 'ü'" });
    const other = new Client({ login: "bob", key, actAs: null }, { origin: service.origin });
    expect((await other.listKeys()).map(({ name }) => name)).toContain("browser 'ü'");
    await other.deleteKey("browser 'ü'");
    expect(await refuse(other.getAccount())).toMatchObject({ status: 401, code: "InvalidCredentials" });
  });

  it("tells why a request was refused, in clear words", async () => {
    const client = await signIn();
    const bad = makeIntent({ account: "bob", image: makeUuid(1), kind: "update", body: { name: "ü", version: "" } });
    const invalid = await refuse(client.rehearse(bad));
    expect(invalid).toMatchObject({ status: 422, errors: [{ field: "name" }, { field: "version" }] });
    expect(invalid.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const stale = makeIntent({
      account: "bob",
      image: makeUuid(1),
      kind: "update",
      body: { name: "n2" },
      ifMatch: '"9-9.0.0"',
    });
    expect(await refuse(client.rehearse(stale))).toMatchObject({ status: 412, currentEtag: '"1-9.0.0"' });
    const acting = new Client({ ...client.session, actAs: "nobody" }, { origin: service.origin });
    expect(describeRefusal(await refuse(acting.getAccount()))).toMatchObject({
      title: "Not found",
      text: "There is no nobody.",
    });
  });
});

describe("where no service answers", () => {
  it("a read is tried three times, and the refusal says that nothing was reached", async () => {
    const { session } = await signIn();
    const port = await findFreePort();
    let asked = 0;
    const server = createServer((request) => {
      asked += 1;
      request.socket.destroy();
    }).listen(port, "127.0.0.1");
    const refusal = await refuse(new Client(session, { origin: `http://127.0.0.1:${port}` }).getAccount());
    server.close();
    expect({ asked, status: refusal.status, isUncertain: refusal.isUncertain }).toEqual({
      asked: 3,
      status: 0,
      isUncertain: true,
    });
    expect(describeRefusal(refusal)).toEqual({
      title: "The service cannot be reached",
      text: "No answer came.",
      advice: "Check the network. A change that was sent is kept here, and is made once when you send it again.",
    });
  });
});

describe("the words for a refusal", () => {
  const make = (status: number, more: Partial<Awaited<ReturnType<typeof readRefusal>>> = {}) =>
    describeRefusal(new Refusal("it was refused", { status, code: "Code", ...more }));

  it("name a clock that is off, and by how much", () => {
    const [fast, slow] = [make(400, { clockSkewSeconds: 5400 }), make(401, { clockSkewSeconds: -172_800 })];
    expect(fast).toEqual({
      title: "This computer's clock is wrong",
      text: "It is 90 minutes fast, compared with the service's. Every request carries its time, within 5 minutes.",
      advice: "Set the clock, and try again.",
    });
    expect(slow.text).toContain("It is 2 days slow");
    expect(make(401, { clockSkewSeconds: 300 }).title).toBe("The service does not know this key");
  });

  it.each([
    ["nobody does not exist", "There is no nobody."],
    ["acl is true or false here; 7 was sent", "acl is true or false here; 7 was sent."],
    ["älter is given more than once", "älter is given more than once."],
    ["a key named älter exists already", "A key named älter exists already."],
    ["no answer came", "No answer came."],
  ])("are a sentence in which a name stays as it was typed: %s", (message, text) => {
    expect(describeRefusal(new Refusal(message, { status: 409, code: "Code" })).text).toBe(text);
  });

  it("name a tag that a path cannot name, in whose place the image would be deleted", () => {
    for (const tag of [".", ".."]) {
      const intent = makeIntent({ account: "bob", image: makeUuid(1), kind: "delete-tag", tag });
      expect(() => formatTarget(intent, false)).toThrow(`a path cannot name the tag ${tag}: take it out where`);
    }
    const intent = makeIntent({ account: "bob", image: "i", kind: "delete-tag", tag: "..." });
    expect(formatTarget(intent, false)).toEqual({ method: "DELETE", path: "/bob/images/i/tags/..." });
  });

  it("say for every status what to do", () => {
    for (const status of [0, 401, 403, 404, 412, 413, 422, 428, 429, 500, 503]) {
      const { title, text, advice } = make(status);
      expect([title.length > 5, text, advice.length > 5]).toEqual([true, "It was refused.", true]);
    }
    // It may have been changed by oneself, in another tab.
    expect(make(412)).toEqual({
      title: "It was changed meanwhile",
      text: "It was refused.",
      advice: "Nothing was overwritten. Look at it as it is now, and choose.",
    });
    expect(make(429, { retryAfterSeconds: 7 }).advice).toBe("Nothing was done. Try again in 7 seconds.");
  });
});
