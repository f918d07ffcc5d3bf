import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Bindings } from "../../src/context.ts";
import { type Answer, pickRepeatable } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, carol, clear, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { prepareReplica, ReplicatedDatabase } from "../support/replicated-database.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const old = { name: "old", tags: { role: "old" } };
const update: TestRequest = { path: `/my/images/${image}?action=update`, body: '{"name":"new","tags":{"role":"new"}}' };

/** Every read that a replica may answer. */
const reads: Readonly<Record<string, TestRequest>> = {
  GetImage: { method: "GET", path: `/my/images/${image}` },
  HeadImage: { method: "HEAD", path: `/my/images/${image}` },
  ListImages: { method: "GET", path: "/my/images" },
  HeadImages: { method: "HEAD", path: "/my/images?name=~o" },
  "ListImages by a tag": { method: "GET", path: "/my/images?tag.role=old" },
  ListImageTags: { method: "GET", path: `/my/images/${image}/tags` },
  GetImageTag: { method: "GET", path: `/my/images/${image}/tags/role` },
  ImageAudit: { method: "GET", path: `/my/images/${image}/audit` },
};

/** Every other operation that reads, and a write that is only rehearsed. */
const others: Readonly<Record<string, TestRequest>> = {
  "GetImage of a revision": { method: "GET", path: `/my/images/${image}?revision=1` },
  GetAccount: { method: "GET", path: "/my" },
  ListKeys: { method: "GET", path: "/my/keys" },
  GetKey: { method: "GET", path: "/my/keys/ed25519" },
  ListDatacenters: { method: "GET", path: "/my/datacenters" },
  "a dry run": { ...update, path: `${update.path}&dry-run=true` },
};

let database: ReplicatedDatabase;

const ask = (request: TestRequest, cacheControl?: string, some: Partial<Bindings> = {}): Promise<Answer> =>
  send({
    ...request,
    headers: { ...request.headers, ...(cacheControl !== undefined && { "Cache-Control": cacheControl }) },
    bindings: makeBindings({ DB: database.db, ...some }),
  });

/** What the primary answers. */
const askPrimary = (request: TestRequest): Promise<Answer> => send({ ...request, bindings: makeBindings({}) });

const readHeartbeat = () => env.DB.prepare("SELECT at FROM heartbeat").first("at");

beforeAll(prepareReplica);

beforeEach(async () => {
  await clear(env.DB);
  await env.DB.prepare("DELETE FROM heartbeat").run();
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [makeKey("ed25519"), makeKey("rsa")] },
      { ...carol, keys: [makeKey("ed25519")] },
    ],
    images: [{ uuid: image, owner: bob.uuid, version: "1", acl: [carol.uuid], ...old }],
  });
  database = new ReplicatedDatabase();
  await database.catchUp();
});

/** The primary lives now, the replica has all of it, and some time passes. */
async function beat(ms: number): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO heartbeat SELECT 1, unixepoch('subsec') * 1000").run();
  await database.catchUp();
  await database.pass(ms);
}

/** Another client changes the image on the primary. The replica is behind. */
async function changeImage(): Promise<void> {
  expect((await askPrimary(update)).status).toBe(200);
}

describe("with max-stale a replica answers, and Age says how old the answer may be", () => {
  it.each(Object.entries(reads))("%s", async (_, request) => {
    const before = await askPrimary(request);
    await beat(9500);
    await changeImage();
    await ask(request);
    const trips = { ...database.trips };
    const near = await ask(request, "max-stale=60");
    expect(Number(near.headers.get("Age"))).toBeGreaterThanOrEqual(10);
    near.headers.delete("Age");
    expect(pickRepeatable(near)).toEqual(pickRepeatable(before));
    expect(database.trips.primary).toBe(trips.primary);
    expect(await askPrimary(request)).not.toEqual(before);
  });

  it.each(Object.entries(others))("but not %s", async (_, request) => {
    await beat(0);
    await changeImage();
    const [plain, stale] = [await ask(request), await ask(request, "max-stale=60")];
    expect(pickRepeatable(stale)).toEqual(pickRepeatable(plain));
    expect(stale.headers.get("Age")).toBeNull();
  });

  it("the first page of a streamed list, and the later ones of the same session", async () => {
    await env.DB.prepare(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO images (uuid, name, version, owner, state) SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'n', '1', ?, 'active' FROM n",
    )
      .bind(bob.uuid)
      .run();
    await beat(1000);
    await env.DB.prepare("UPDATE images SET name = 'later'").run();
    await ask({ method: "GET", path: "/my" });
    const trips = { ...database.trips };
    const near = await ask({ method: "GET", path: "/my/images" }, "max-stale");
    expect(Number(near.headers.get("Age"))).toBeGreaterThan(1);
    const names = new Set((near.json as { name: string }[]).map(({ name }) => name));
    expect([...names]).toEqual(["n", "old"]);
    expect([database.trips.primary - trips.primary, database.trips.replica - trips.replica]).toEqual([0, 3]);
  });
});

describe("max-stale", () => {
  const readAge = async (cacheControl: string, some: Partial<Bindings> = {}) =>
    (await ask(reads["GetImage"] as TestRequest, cacheControl, some)).headers.get("Age");

  it("bounds the age, at most by MAX_STALENESS", async () => {
    await beat(20_000);
    expect(await readAge("max-stale=19")).toBeNull();
    expect(await readAge("max-stale=600", { MAX_STALENESS: "19" })).toBeNull();
    expect(Number(await readAge("max-stale=600", { MAX_STALENESS: "600" }))).toBeGreaterThan(20);
  });

  it("allows nothing below 5 s, and nothing where MAX_STALENESS is 0 or below 5", async () => {
    for (const most of ["0", "4"]) {
      await beat(0);
      expect(await readAge("max-stale", { MAX_STALENESS: most })).toBeNull();
    }
    await beat(0);
    expect(await readAge("max-stale=4")).toBeNull();
  });
});

describe("the primary answers, without Age,", () => {
  const get = reads["GetImage"] as TestRequest;

  /** The request is answered as the primary does it, though the replica could. */
  async function expectPrimary(request: TestRequest): Promise<Answer> {
    const answer = await ask(request, "max-stale=60");
    expect(answer.headers.get("Age")).toBeNull();
    expect(pickRepeatable(answer)).toEqual(pickRepeatable(await askPrimary(request)));
    return answer;
  }

  it("where If-None-Match names a newer revision than the replica's, under any release", async () => {
    await beat(0);
    await changeImage();
    for (const tags of ['"2-7.2.0"', '"2-9.0.0"', '"1-7.2.0", "2-7.2.0"', 'W/"2-7.2.0"']) {
      await expectPrimary({ ...get, headers: { "If-None-Match": tags } });
    }
    expect((await ask({ ...get, headers: { "If-None-Match": '"1-7.2.0"' } }, "max-stale=60")).status).toBe(304);
  });

  it("where If-Match names one's own write, and refuses a revision that the replica still has", async () => {
    await beat(0);
    await changeImage();
    const own = await expectPrimary({ ...get, headers: { "If-Match": '"2-7.2.0"' } });
    expect([own.status, own.json]).toEqual([200, expect.objectContaining({ name: "new" })]);
  });

  it("where the replica lacks what it has: an image, a tag, a grant, an account, a key", async () => {
    await env.REPLICA.batch(
      ["images", "image_acl", "keys", "accounts"].map((table) => env.REPLICA.prepare(`DELETE FROM ${table}`)),
    );
    await env.DB.prepare("INSERT OR REPLACE INTO heartbeat SELECT 1, unixepoch('subsec') * 1000").run();
    for (const request of Object.values(reads)) {
      await env.REPLICA.prepare("INSERT OR REPLACE INTO heartbeat SELECT 1, unixepoch('subsec') * 1000").run();
      if (request.path !== "/my/images?name=~o") await expectPrimary(request);
      await expectPrimary({ ...request, sign: { as: "carol" } });
    }
  });

  it("where the request is refused: an unknown image, marker, tag, and a stranger", async () => {
    await beat(0);
    for (const path of [`/my/images/${makeUuid(1)}`, `/my/images?marker=${makeUuid(1)}`, `${get.path}/tags/none`]) {
      expect((await expectPrimary({ method: "GET", path })).status).toBeGreaterThanOrEqual(404);
    }
    expect((await expectPrimary({ ...get, sign: { key: "stranger" } })).status).toBe(401);
    expect((await expectPrimary({ ...get, path: `/carol/images/${image}` })).status).toBe(403);
    expect((await expectPrimary({ ...get, path: `${get.path}/audit`, sign: { as: "carol" } })).status).toBe(422);
  });

  it.each(["fails", "hangs", "lacks a migration"] as const)("if the replica %s; the log says why", async (state) => {
    await beat(0);
    database.state = state;
    for (const request of [...Object.values(reads), ...Object.values(others)]) {
      const { result, lines } = await captureLog(() => ask(request, "max-stale=60", { NEAR_WAIT_MS: "1" }));
      expect(pickRepeatable(result)).toEqual(pickRepeatable(await askPrimary(request)));
      if (request === reads["GetImage"])
        expect(lines).toMatchObject([{ status: 200, nearFailure: expect.any(String) }]);
    }
  });

  it("if the replica's heartbeat is ahead of its clock, or missing", async () => {
    await beat(-60_000);
    await expectPrimary(get);
    await env.REPLICA.prepare("DELETE FROM heartbeat").run();
    await expectPrimary(get);
  });
});

describe("the heartbeat", () => {
  const get = reads["GetImage"] as TestRequest;

  it("moves after an answer that found the replica too old, and only if it is older than half of what was allowed", async () => {
    await beat(61_000);
    const before = await readHeartbeat();
    await ask(get, "max-stale=60");
    await database.settle();
    const moved = await readHeartbeat();
    expect(moved).toBeGreaterThan(Number(before) + 60_000);
    // The replica is as it was, and the row is young: another reader does not move it.
    await ask(get, "max-stale=60");
    await database.settle();
    expect(await readHeartbeat()).toBe(moved);
  });

  it("begins where there is no row, and begins again where it is ahead", async () => {
    await ask(get, "max-stale=60");
    await database.settle();
    expect(await readHeartbeat()).toEqual(expect.any(Number));
    await beat(-3_600_000);
    const ahead = await readHeartbeat();
    await ask(get, "max-stale=60");
    await database.settle();
    expect(await readHeartbeat()).toBeLessThan(Number(ahead) - 3_000_000);
  });

  it("does not move while the replica is young enough, without the directive, for a bound below 5 s, and while READ_ONLY", async () => {
    await beat(20_000);
    const before = await readHeartbeat();
    await ask(get, "max-stale=60");
    await ask(get);
    await ask(get, "max-stale=4");
    await ask(get, "max-stale=10", { READ_ONLY: "true" });
    await database.settle();
    expect(await readHeartbeat()).toBe(before);
  });

  it("that cannot be moved reaches no client, and has a line in the log", async () => {
    await beat(61_000);
    await ask(get);
    const { result, lines } = await captureLog(async () => {
      const answering = ask(get, "max-stale=60");
      database.beforePrimary = async () => {
        // The answer's own trip passes; the one after it fails.
        database.beforePrimary = () =>
          Promise.reject(new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long."));
      };
      const answer = await answering;
      await database.settle();
      return answer;
    });
    expect([result.status, result.headers.get("Age")]).toEqual([200, null]);
    expect(lines).toContainEqual(expect.objectContaining({ heartbeat: "not moved", cause: expect.any(String) }));
  });
});
