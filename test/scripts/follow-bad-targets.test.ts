import { createHash, createPrivateKey, createPublicKey, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CloudApi, Unavailable } from "../../scripts/following/cloud-api.ts";
import type { Entry } from "../../scripts/following/rules.ts";
import { readSigningKey, type SigningKey } from "../../scripts/following/signing-key.ts";
import { type Outcome, Target } from "../../scripts/following/target.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { makeTemporaryFolder } from "../../scripts/running/program.ts";
import { type Behaviour, FakeTarget, send } from "../support/fake-target.ts";
import { loader, loaderKeyText } from "../support/loader.ts";
import { makeUuid } from "../support/uuids.ts";

const id = makeUuid(1);
const stop = new AbortController();
let fake: FakeTarget;
let key: SigningKey;

beforeAll(async () => {
  const file = `${makeTemporaryFolder("follow-targets")}/key`;
  writeFileSync(file, loaderKeyText);
  key = await readSigningKey(file);
});
beforeEach(async () => {
  fake = new FakeTarget();
  await fake.start();
  fake.images.set(id, { id, name: "a", version: "1", tags: { role: "db" } });
});
afterEach(() => fake.stop());
afterAll(() => stop.abort());

type Changes = Entry["changes"];

const makeTarget = ({ overwrite = false, dryRun = false, timeoutMs = 30_000, origin = fake.origin } = {}) =>
  new Target(new CloudApi({ origin, login: loader.login, key, maxBytes: 1_000_000, timeoutMs }, stop.signal), {
    overwrite,
    dryRun,
  });

const makeEntry = (changes: Changes): Entry => ({ image: id, revision: 7, cursor: "c", changes });
const renamed = makeEntry({ name: { before: "a", after: "b" } });

/** What came of a change, without what every line has. */
async function follow(changes: Changes, target = makeTarget()): Promise<Partial<Outcome> | null> {
  const outcome = await target.follow(makeEntry(changes), undefined);
  if (outcome === null) return null;
  const { target: name, image, revision, ...said } = outcome;
  expect({ name, image, revision }).toEqual({ name: `loader@${fake.origin}`, image: id, revision: 7 });
  return said;
}

const find = async (act: Promise<unknown>): Promise<string> => {
  const error = await act.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Unavailable);
  return (error as Unavailable).message.replace(`loader@${fake.origin}: `, "");
};

describe("a change", () => {
  it("is sent as UpdateImage, only what changed, and signed for this host", async () => {
    expect(await follow({ name: { before: "a", after: "b" }, version: { before: "0", after: "1" } })).toEqual({
      applied: ["name"],
    });
    expect(fake.updates).toEqual([{ name: "b" }]);
    for (const { method, path, headers, body } of fake.received) {
      expect(headers["if-match"]).toBe(undefined);
      const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
      expect([headers.host, headers["digest"]]).toEqual([fake.origin.replace("http://", ""), digest]);
      const [, keyId, names, signature = ""] =
        /^Signature keyId="(.*)",algorithm="ed25519-sha512",headers="(.*)",signature="(.*)"$/.exec(
          headers.authorization ?? "",
        ) ?? [];
      expect([keyId, names]).toEqual([`/loader/keys/${key.fingerprint}`, "(request-target) host date digest"]);
      const text = `(request-target): ${method.toLowerCase()} ${path}\nhost: ${headers.host}\ndate: ${headers.date}\ndigest: ${digest}`;
      const publicKey = createPublicKey(createPrivateKey(loaderKeyText));
      expect(verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64"))).toBe(true);
    }
  });

  it("is done where it is there, a conflict where neither value is, and overwrites only when told to", async () => {
    expect(await follow({ name: { before: "z", after: "a" } })).toBe(null);
    expect(await follow({ name: { before: "y", after: "z" }, tags: { before: { role: "db" }, after: null } })).toEqual({
      applied: ["tags"],
      conflicts: { name: { before: "y", after: "z", found: "a" } },
    });
    expect(fake.updates).toEqual([{ tags: {} }]);
    const over = await follow({ name: { before: "y", after: "z" } }, makeTarget({ overwrite: true }));
    expect([over, fake.images.get(id)?.["name"]]).toEqual([{ overwritten: ["name"] }, "z"]);
  });

  it("of what UpdateImage cannot set is named, and so is an image that is not there", async () => {
    expect(await follow({ state: { before: "active", after: "destroyed" } })).toEqual({ notCopied: ["state"] });
    fake.images.clear();
    const changes = { name: { before: "a", after: "b" }, state: { before: "active", after: "disabled" } };
    expect(await follow(changes)).toEqual({ missing: true, notCopied: ["state"] });
    expect(fake.updates).toEqual([]);
  });

  it("of an image that is new is compared, never applied", async () => {
    const first = { owner: { before: null, after: loader.uuid }, name: { before: null, after: "z" } };
    expect(await follow(first, makeTarget({ overwrite: true }))).toEqual({
      differs: {
        name: { source: "z", target: "a" },
        version: { source: null, target: "1" },
        tags: { source: null, target: { role: "db" } },
      },
    });
    expect(fake.updates).toEqual([]);
  });

  it("is only told in a dry run, and the next change counts on it", async () => {
    const target = makeTarget({ dryRun: true });
    expect(await follow({ name: { before: "a", after: "b" } }, target)).toEqual({ dryRun: true, applied: ["name"] });
    expect(await follow({ name: { before: "b", after: "c" } }, target)).toEqual({ dryRun: true, applied: ["name"] });
    expect(fake.updates).toEqual([]);
  });

  it("is judged again when somebody else was faster", async () => {
    let edits = 0;
    fake.behave = ({ method, headers }, response) => {
      const image = fake.images.get(id) ?? {};
      if (method === "POST" && edits === 0) {
        edits += 1;
        Object.assign(image, { tags: { role: "theirs" } });
      }
      const etag = `"${edits}-9.0.0"`;
      if (method === "GET") send(response, image, { headers: { ETag: etag } });
      else if (headers["if-match"] !== etag)
        send(response, { code: "PreconditionFailed" }, { status: 412, headers: { ETag: etag } });
      else return false;
      return true;
    };
    const changes = { name: { before: "a", after: "b" }, tags: { before: { role: "db" }, after: { role: "web" } } };
    expect(await follow(changes)).toEqual({
      applied: ["name"],
      conflicts: { tags: { before: { role: "db" }, after: { role: "web" }, found: { role: "theirs" } } },
    });
  });

  it("whose answer is lost is found done, and sent once", async () => {
    fake.behave = (request, response) => {
      if (request.method === "GET") return false;
      Object.assign(fake.images.get(id) ?? {}, JSON.parse(request.body));
      response.destroy();
      return true;
    };
    expect(await find(makeTarget().follow(renamed, undefined))).toMatch(/^no answer: /);
    expect(await makeTarget().follow(renamed, undefined)).toBe(null);
    expect([fake.updates, fake.images.get(id)?.["name"]]).toEqual([[{ name: "b" }], "b"]);
  });
});

describe("a target that stores something else", () => {
  it("is named with what it stored", async () => {
    fake.store = (field, value) => (field === "name" ? String(value).toLowerCase() : { n: 0.3 });
    expect(
      await follow({
        name: { before: "a", after: "B" },
        tags: { before: { role: "db" }, after: { n: 0.30000000000000004 } },
      }),
    ).toEqual({
      storedOtherwise: {
        name: { sent: "B", stored: "b" },
        tags: { sent: { n: 0.30000000000000004 }, stored: { n: 0.3 } },
      },
    });
  });

  it("is named with what it refuses, and gets the rest", async () => {
    fake.behave = ({ method, body }, response) => {
      if (method === "GET" || !body.includes("tags")) return false;
      send(response, { code: "ValidationFailed", message: "tags\u001b[2J\nü" }, { status: 422 });
      return true;
    };
    const changes = { tags: { before: { role: "db" }, after: { n: [] } }, name: { before: "a", after: "b" } };
    expect(await follow(changes)).toEqual({
      applied: ["name"],
      refused: { tags: '422 "ValidationFailed: tags\\u001b[2J\\n\\u00fc"' },
    });
    for (const status of [400, 403, 409, 413, 428]) {
      fake.behave = ({ method }, response) => {
        if (method === "POST") send(response, {}, { status });
        return method === "POST";
      };
      expect(await follow({ name: { before: "b", after: "c" } })).toEqual({ refused: { name: String(status) } });
    }
  });
});

/** Answers every request with a status and text. */
const say =
  (status: number, text: string, headers = {}): Behaviour =>
  (_, response) => {
    response.writeHead(status, headers).end(text);
    return true;
  };

const hostile = `\u001b]0;x\u0007${"x".repeat(1000)}`;
const asked = { id, name: "a" };

describe("a target that misbehaves is waited for, and gets no update", () => {
  it.each<[string, string, Behaviour]>([
    ["a redirect", "the answer is 302", say(302, "", { Location: "http://127.0.0.1:1/" })],
    ["a redirect to a file", "the answer is 301", say(301, "", { Location: "file:///etc/passwd" })],
    ["10 MB", "the answer has over 1000000 bytes", say(200, JSON.stringify({ ...asked, big: "x".repeat(1e7) }))],
    ["10 MB of a refusal", "the answer has over 1000000 bytes", say(404, "x".repeat(1e7))],
    ["a page", "the answer is 200 without JSON that can be read", say(200, "<html>")],
    ["nothing in 200", "the answer is 200 without JSON that can be read", say(200, "")],
    ["204", "the answer is 204", say(204, "")],
    ["JSON without end", "the answer is 200 without JSON that can be read", say(200, "[".repeat(500_000))],
    [
      "JSON of many levels",
      "the answer is 200 without JSON that can be read",
      say(200, `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`),
    ],
    ["another image", "the answer is another image, or none", say(200, JSON.stringify({ ...asked, id: makeUuid(2) }))],
    ["null", "the answer is another image, or none", say(200, "null")],
    ["a list", "the answer is another image, or none", say(200, JSON.stringify([asked]))],
    [
      "a refusal of the key with escapes",
      `the answer is 401 "InvalidCredentials: \\u001b]0;x\\u0007${"x".repeat(300 - 20 - 6)}"`,
      say(401, JSON.stringify({ code: "InvalidCredentials", message: hostile })),
    ],
    ["a disabled account", "the answer is 403", say(403, "")],
    ["a clock that is wrong", "the answer is 400", say(400, "")],
    ["a failure", 'the answer is 500 "InternalError"', say(500, '{"code":"InternalError","message":{}}')],
  ])("%s", async (_, message, behave) => {
    fake.behave = behave;
    expect(await find(makeTarget().follow(renamed, undefined))).toBe(message);
    expect(fake.updates).toEqual([]);
    expect(fake.received.length).toBe(1);
  });

  it("asks for a pause, of at most five minutes", async () => {
    for (const [retryAfter, pauseMs] of [
      ["7", 7000],
      ["99999999", 300_000],
      ["soon", 0],
    ] as const) {
      fake.behave = say(429, "", { "Retry-After": retryAfter });
      const error = await makeTarget()
        .follow(renamed, undefined)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: `loader@${fake.origin}: the answer is 429`, retryAfterMs: pauseMs });
    }
  });

  it.each<[string, Behaviour]>([
    ["never answers", () => true],
    [
      "trickles",
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(" "), 5);
        response.once("close", () => clearInterval(timer));
        return true;
      },
    ],
  ])("%s", async (_, behave) => {
    fake.behave = behave;
    const message = await find(makeTarget({ timeoutMs: 100 }).follow(renamed, undefined));
    expect(message).toBe("no whole answer within 0.1 seconds");
  });

  it.each([
    "SSH-2.0-x\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    `HTTP/1.1 200 OK\r\nA: ${"x".repeat(100_000)}`,
    "",
  ])("speaks no HTTP: %#", async (text) => {
    const server = createServer((socket) => socket.on("error", () => undefined).end(text));
    const port = await findFreePort();
    await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    const error = await makeTarget({ origin: `http://127.0.0.1:${port}` })
      .follow(renamed, undefined)
      .catch((thrown: unknown) => thrown);
    server.close();
    expect(error).toBeInstanceOf(Unavailable);
  });
});
