import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { bindingsWith, send, type TestAnswer } from "../client.ts";
import { bob, clear, mallory, provision } from "../fixtures.ts";
import { publicLine } from "../signer.ts";
import { type RoundTrip, wrapDatabase } from "../support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const manifest = {
  v: 2,
  uuid: image,
  owner: bob.uuid,
  name: "my-image",
  version: "1.0.0",
  public: true,
  os: "smartos",
  type: "zone-dataset",
};
const renamed = {
  id: image,
  name: "renamed",
  version: "1.0.0",
  os: "smartos",
  requirements: {},
  type: "smartmachine",
  owner: bob.uuid,
  public: true,
  state: "active",
};

const update = (db: D1Database): Promise<TestAnswer> =>
  send({ path: `/my/images/${image}?action=update`, body: '{"name":"renamed"}', bindings: bindingsWith({ DB: db }) });

const get = (db: D1Database): Promise<TestAnswer> =>
  send({ method: "GET", path: `/my/images/${image}`, bindings: bindingsWith({ DB: db }) });

const stored = () => env.DB.prepare("SELECT name, revision FROM images WHERE uuid = ?").bind(image).first();

/** Runs `change` right before the second trip: after the credentials were read, before the image's batch. */
const meanwhile =
  (change: string): RoundTrip =>
  async (run, call) => {
    if (call === 2) await env.DB.prepare(change).run();
    return run();
  };

const failing =
  (message: string, times: number): RoundTrip =>
  async (run, call) => {
    if (call <= times) throw new Error(`D1_ERROR: ${message}`);
    return run();
  };

/** The transaction commits, and nobody hears of it. */
const acknowledgementLost: RoundTrip = async (run, call) => {
  const results = await run();
  if (call === 2) throw new Error("D1_ERROR: Network connection lost.");
  return results;
};

const invalidCredentials = {
  code: "InvalidCredentials",
  message: "Invalid Signature: the login, the key and the signature do not go together",
};
const notFound = { code: "ResourceNotFound", message: "image not found" };
const unavailable = { code: "ServiceUnavailableError", message: "the database did not answer; try again" };

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [{ name: "rsa", key: publicLine("rsa") }] },
      { ...mallory, keys: [] },
    ],
    images: [manifest],
  });
});

describe("trips to D1", () => {
  it("are one for the credentials and one for the image", async () => {
    const forUpdate = wrapDatabase(env.DB);
    expect(await update(forUpdate.db)).toMatchObject({ status: 200, json: renamed });
    expect(forUpdate.calls).toBe(2);
    const forGet = wrapDatabase(env.DB);
    expect(await get(forGet.db)).toMatchObject({ status: 200, json: renamed });
    expect(forGet.calls).toBe(2);
  });

  it("are no more for a refusal", async () => {
    const counted = wrapDatabase(env.DB);
    await env.DB.prepare("UPDATE images SET owner = '11111111-1111-4111-8111-111111111111'").run();
    const { status, json } = await update(counted.db);
    expect({ status, json }).toEqual({
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
    });
    expect(counted.calls).toBe(2);
  });

  it("read a row for each thing they ask about, however many there are", async () => {
    const uuids = Array.from(
      { length: 2000 },
      (_, index) => `c0ffee00-0000-4000-9000-${String(index).padStart(12, "0")}`,
    );
    await env.DB.prepare(
      "INSERT INTO images (uuid, name, version, owner, state, acl) SELECT value, 'n', '1', ?, 'active', json_array(?) FROM json_each(?)",
    )
      .bind(bob.uuid, "11111111-1111-4111-8111-111111111111", JSON.stringify(uuids))
      .run();
    const counted = wrapDatabase(env.DB);
    expect((await update(counted.db)).status).toBe(200);
    const rowsRead = counted.results.map((results) => results.reduce((sum, { meta }) => sum + meta.rows_read, 0));
    expect(Math.max(...rowsRead)).toBeLessThanOrEqual(24);
  });
});

describe("what changes between the credentials and the write", () => {
  it.each([
    { what: "the key is deleted", change: "DELETE FROM keys", status: 401, json: invalidCredentials },
    {
      what: "the account is disabled",
      change: "UPDATE accounts SET disabled = 1",
      status: 401,
      json: invalidCredentials,
    },
    { what: "the image is destroyed", change: "UPDATE images SET state = 'destroyed'", status: 404, json: notFound },
    { what: "the image is deleted", change: "DELETE FROM images", status: 404, json: notFound },
    {
      what: "the image gets another owner",
      change: "UPDATE images SET owner = '11111111-1111-4111-8111-111111111111'",
      status: 422,
      json: { code: "NotImageOwner", message: "only the owner of an image may change or delete it" },
    },
    {
      what: "the image gets another owner and is hidden",
      change: "UPDATE images SET owner = '11111111-1111-4111-8111-111111111111', public = 0",
      status: 404,
      json: notFound,
    },
  ])("is seen by the write: $what", async ({ change, ...refusal }) => {
    const { status, json } = await update(wrapDatabase(env.DB, meanwhile(change)).db);
    expect({ status, json }).toEqual({ status: refusal.status, json: refusal.json });
    const renamedImages = await env.DB.prepare("SELECT count(*) AS n FROM images WHERE name = 'renamed'").first("n");
    expect(renamedImages).toBe(0);
  });

  it("takes an operator's right with it", async () => {
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    await env.DB.prepare("UPDATE images SET owner = '11111111-1111-4111-8111-111111111111'").run();
    const asMallory = (db: D1Database) =>
      send({
        path: `/mallory/images/${image}?action=update`,
        body: '{"name":"renamed"}',
        bindings: bindingsWith({ DB: db }),
      });
    const withdrawn = await asMallory(wrapDatabase(env.DB, meanwhile("UPDATE accounts SET operator = 0")).db);
    expect({ status: withdrawn.status, json: withdrawn.json }).toEqual({ status: 401, json: invalidCredentials });
    expect(await stored()).toEqual({ name: "my-image", revision: 1 });
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'bob'").run();
    expect((await asMallory(env.DB)).status).toBe(200);
    expect(await stored()).toEqual({ name: "renamed", revision: 2 });
  });
});

describe("a D1 that fails", () => {
  it.each([
    "Network connection lost.",
    "Internal error in D1 DB storage caused object to be reset.",
    "D1 DB reset because its code was updated.",
    "database is locked: SQLITE_BUSY",
  ])("for a moment is asked again: %s", async (message) => {
    for (const times of [1, 2]) {
      const { status, json } = await update(wrapDatabase(env.DB, failing(message, times)).db);
      expect({ status, json }).toEqual({ status: 200, json: renamed });
      await env.DB.prepare("UPDATE images SET name = 'my-image'").run();
    }
    expect(await stored()).toEqual({ name: "my-image", revision: 3 });
  });

  it("to acknowledge a write has made it once", async () => {
    const lossy = wrapDatabase(env.DB, acknowledgementLost);
    const { status, json } = await update(lossy.db);
    expect({ status, json }).toEqual({ status: 200, json: renamed });
    expect(lossy.calls).toBe(3);
    expect(await stored()).toEqual({ name: "renamed", revision: 2 });
  });

  it.each([
    { how: "for long", message: "Network connection lost.", calls: 3 },
    { how: "by too many requests", message: "D1 DB is overloaded. Requests queued for too long.", calls: 1 },
    { how: "otherwise", message: "no such table: accounts: SQLITE_ERROR", calls: 1 },
  ])("$how is 503 with Retry-After, its cause on the log and not in the answer", async ({ message, calls }) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const down = wrapDatabase(env.DB, failing(message, Number.POSITIVE_INFINITY));
    const answer = await update(down.db);
    const line = JSON.parse(String(log.mock.calls[0]?.[0]));
    log.mockRestore();
    expect({ status: answer.status, json: answer.json }).toEqual({ status: 503, json: unavailable });
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(down.calls).toBe(calls);
    expect(line).toMatchObject({
      status: 503,
      code: "ServiceUnavailableError",
      d1Calls: calls,
      cause: `Error: D1_ERROR: ${message}`,
    });
    expect(await stored()).toEqual({ name: "my-image", revision: 1 });
  });
});
