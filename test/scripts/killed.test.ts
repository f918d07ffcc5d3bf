import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DatabaseSync } from "../../scripts/provisioning/sqlite.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { killGroup, readBeginning } from "../../scripts/running/process-group.ts";
import { loader, loaderAccount, makeLoaderImages, sendTo, sendUpdate } from "../support/loader.ts";
import { provision } from "../support/local-state.ts";
import { makeRandom, seed } from "../support/random.ts";
import { StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const rounds = process.env["LONG"] ? 50 : 1;
const random = makeRandom();
const writers = 8;
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-killed-"));
const state = join(folder, "state");

let service: StartedService | undefined;

/** The first of the processes that serve the folder, by the note that a run leaves there. */
const readChild = (): number => JSON.parse(readFileSync(join(state, "running.json"), "utf8")).child.pid;

/** Kills the program and all that it started, so that they cannot finish anything. */
async function killAll(started: StartedService): Promise<void> {
  if (!started.isRunning) return;
  const child = readChild();
  started.process.kill("SIGKILL");
  killGroup(child);
  await started.waitUntilExited();
}

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
    // The service removes the oldest beyond HISTORY_REVISIONS, 1000.
    const gaps = `SELECT image FROM image_history GROUP BY image
      HAVING count(*) <> max(revision) - min(revision) + 1 OR (min(revision) <> 1 AND count(*) < 1000)`;
    expect(rows(gaps)).toEqual([]);
  } finally {
    db.close();
  }
}

/** Looks again later. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** The service on the state of this test. It may be killed, and end what the one before left running. */
async function start(port: number): Promise<StartedService> {
  service = new StartedService(["--port", String(port), "--state", state], "serve");
  await service.waitUntilReady();
  return service;
}

beforeAll(async () => {
  await provision(state, { accounts: [loaderAccount], images: makeLoaderImages(writers) });
});

afterEach(async () => {
  if (service) await killAll(service);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a kill leaves: every acknowledged write, and a folder that the next run takes. */
describe("a killed service", () => {
  it(`keeps every acknowledged write over ${rounds} SIGKILLs under load, seed ${seed}`, async () => {
    const acknowledged: Acknowledged[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const port = await findFreePort();
      const started = await start(port);
      const before = acknowledged.length;
      const load = Array.from({ length: writers }, (_, at) => writeUntilKilled(port, at, { round, acknowledged }));
      let isOver = false;
      const all = Promise.all(load).finally(() => {
        isOver = true;
      });
      all.catch(() => undefined);
      // Kills it under load after some writes, however slow the machine is.
      const enough = 2 * writers + random(150);
      while (!isOver && acknowledged.length - before < enough) await pause();
      await killAll(started);
      await all;
      expectIntact(acknowledged);
    }
  });

  it("names and ends what a killed start left running, and nothing else", async () => {
    const port = await findFreePort();
    const killed = await start(port);
    killed.process.kill("SIGKILL");
    await killed.waitUntilExited();
    const left = readChild();
    // It still has the port, and takes writes.
    expect((await sendUpdate(port, 0, { name: "left" })).status).toBe(200);
    const bystander = spawn(process.execPath, ["-e", "setTimeout(() => {}, 600000)"]);
    const started = await start(port);
    const named = `ended what a killed start left running on ${state}: process ${left}\n`;
    expect(started.output).toContain(named);
    expect(readBeginning(left)).toBeUndefined();
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
    expect((await sendTo(port, `/my/images/${makeUuid(0)}`)).json).toMatchObject({ name: "left" });
    expect(await started.end()).toBe(0);
    expect(existsSync(join(state, "running.json"))).toBe(false);
  });

  it("refuses a folder that another serves, by name, and leaves it alone", async () => {
    const port = await findFreePort();
    const started = await start(port);
    for (const other of ["serve", "start"] as const) {
      const second = new StartedService(["--port", String(await findFreePort()), "--state", state], other);
      expect(await second.waitUntilEnded()).toBe(1);
      expect(second.output).toBe(
        `${state} is in use: process ${started.process.pid} serves it on 127.0.0.1:${port}; end that one (kill ${started.process.pid}), or name another folder with --state DIR\n`,
      );
    }
    expect((await sendUpdate(port, 0, { name: "still" })).status).toBe(200);
    expect(await started.end()).toBe(0);
  });

  it("believes no note that names another's process", async () => {
    const bystander = spawn(process.execPath, ["-e", "setTimeout(() => {}, 600000)"]);
    const note = { pid: bystander.pid, address: "x", child: { pid: bystander.pid, began: "1" } };
    const notes = [JSON.stringify(note), "", "{", '{"pid":1,"child":{"pid":"1"}}'];
    for (const text of notes) {
      writeFileSync(join(state, "running.json"), text);
      const started = await start(await findFreePort());
      expect(started.output).not.toContain("ended what");
      expect(await started.end()).toBe(0);
    }
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });
});
