import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DevServer, startDevServer, waitUntilReady } from "../../scripts/starting/dev-server.ts";
import { formatLoaderKey, loader, sendUpdate } from "../support/loader.ts";
import { findFreePort, run } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const rounds = process.env["LONG"] ? 50 : 2;
const writers = 8;
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-killed-"));
const state = join(folder, "state");

let server: DevServer | undefined;

/** Kills wrangler and workerd, so that they cannot finish anything. */
async function kill({ process: child }: DevServer): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await exit;
}

beforeAll(async () => {
  const file = join(folder, "first.json");
  const accounts = [{ ...loader, keys: [{ name: "loader", key: formatLoaderKey() }] }];
  const images = Array.from({ length: writers }, (_, index) => ({
    uuid: makeUuid(index),
    owner: loader.uuid,
    name: "0",
    version: "1",
  }));
  writeFileSync(file, JSON.stringify({ accounts, images }));
  const provisioned = await run(process.execPath, ["scripts/provision.ts", "--state", state, file]);
  expect(provisioned.stderr).toBe("");
});

afterAll(async () => {
  if (server) await kill(server);
  rmSync(folder, { recursive: true, force: true });
});

/** An update that the service answered with 200. */
type Acknowledged = { image: string; revision: number; name: string };

/** Updates one image until the service is killed. */
async function writeUntilKilled(
  port: number,
  index: number,
  { round, acknowledged }: { round: number; acknowledged: Acknowledged[] },
): Promise<void> {
  for (let at = 0; ; at += 1) {
    const name = `${round}-${at}`;
    const acl = [loader.uuid, makeUuid(at % 7)];
    const answer = await sendUpdate(port, index, { name, acl }).catch(() => undefined);
    if (!answer) return;
    expect(answer.status).toBe(200);
    const revision = Number(answer.headers.get("ETag")?.match(/^(?:W\/)?"(\d+)-/)?.[1]);
    acknowledged.push({ image: makeUuid(index), revision, name });
  }
}

/** Opens the database that the killed service left behind. */
function openDatabase(): DatabaseSync {
  const d1 = join(state, "v3/d1");
  const files = readdirSync(d1, { recursive: true, encoding: "utf8" });
  const file = files.find((name) => name.endsWith(".sqlite") && !name.includes("metadata"));
  return new DatabaseSync(join(d1, file ?? ""));
}

const columns =
  "name, version, os, type, requirements, image_size, description, files, tags, homepage, published_at, owner, public, state, eula, acl, origin, error, revision";

function expectIntact(acknowledged: readonly Acknowledged[]): void {
  const db = openDatabase();
  try {
    const rows = (sql: string, ...values: (string | number)[]) => db.prepare(sql).all(...values);
    expect(rows("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    for (const { image, revision, name } of acknowledged) {
      const [made] = rows("SELECT name FROM image_history WHERE image = ? AND revision = ?", image, revision);
      expect(made, `${image} at ${revision}`).toEqual({ name });
    }
    const last = `SELECT image AS uuid, ${columns} FROM image_history h
      WHERE revision = (SELECT max(revision) FROM image_history WHERE image = h.image) ORDER BY 1`;
    expect(rows(last)).toEqual(rows(`SELECT uuid, ${columns} FROM images ORDER BY 1`));
    const shared = "SELECT uuid AS image, value AS account FROM images, json_each(acl) ORDER BY 1, 2";
    expect(rows("SELECT image, account FROM image_acl ORDER BY 1, 2")).toEqual(rows(shared));
    const gaps =
      "SELECT image FROM image_history GROUP BY image HAVING count(*) <> max(revision) OR min(revision) <> 1";
    expect(rows(gaps)).toEqual([]);
  } finally {
    db.close();
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it(`the database has every acknowledged write after each of ${rounds} SIGKILLs under load`, {
  timeout: rounds * 20_000,
}, async () => {
  const acknowledged: Acknowledged[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const port = await findFreePort();
    const started = startDevServer({ port, state, log: () => undefined });
    server = started;
    expect(await waitUntilReady(started, port), started.said.join("\n")).toBe(true);
    const before = acknowledged.length;
    const load = Array.from({ length: writers }, (_, index) => writeUntilKilled(port, index, { round, acknowledged }));
    let isOver = false;
    const all = Promise.all(load).finally(() => {
      isOver = true;
    });
    all.catch(() => undefined);
    // Kills it under load, however slow the machine is.
    while (!isOver && acknowledged.length - before < 2 * writers) await pause(20);
    await pause(Math.random() * 300);
    await kill(started);
    await all;
    expectIntact(acknowledged);
  }
});
