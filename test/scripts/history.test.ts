import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { DatabaseSync } from "../../scripts/provisioning/sqlite.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { findDatabaseFile } from "../../scripts/serving/database-file.ts";
import { loader, loaderAccount, sendTo, sendUpdate } from "../support/loader.ts";
import { run, StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const images = process.env["LONG"] ? 10_000 : 20;
const revisions = 20;
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-history-"));
const [first, second] = [join(folder, "first"), join(folder, "second")];
let service: StartedService | undefined;

afterEach(() => service?.end());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const provision = (state: string, file: string) =>
  run(process.execPath, ["scripts/provision.ts", "--state", state, file]);

/** Through a shell, as in the manual: 10 000 images are more than a test keeps of an output. */
async function exportTo(state: string, file: string): Promise<void> {
  const command = `"$0" scripts/export.ts --history --state "$1" > "$2"`;
  const { code, stderr } = await run("sh", ["-c", command, process.execPath, state, file]);
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: "" });
}

async function serve(state: string, ...more: string[]): Promise<number> {
  const port = await findFreePort();
  service = new StartedService(["--port", String(port), "--state", state, ...more], "serve");
  await service.waitUntilReady();
  return port;
}

/** What clients see of a few images. */
async function readSome(port: number) {
  const seen: unknown[] = [];
  for (let at = 0; at < images; at += Math.floor(images / 20)) {
    for (const path of ["", "/audit", "?revision=7"]) {
      const { status, headers, json } = await sendTo(port, `/my/images/${makeUuid(at)}${path}`);
      seen.push({ status, json, ETag: headers.get("ETag"), "Content-MD5": headers.get("Content-MD5") });
    }
  }
  return seen;
}

it(`a backup with history of ${images} images with ${revisions} revisions restores all of it in an empty folder, byte for byte`, async () => {
  const manifests = Array.from({ length: images }, (_, at) => ({
    uuid: makeUuid(at),
    owner: loader.uuid,
    name: `image-${at}`,
    version: "1.0.0",
    os: "smartos",
    type: "zone-dataset",
    tags: { at, "a.b": [null, true, "\u2028"] },
    acl: at % 3 === 0 ? [makeUuid(at)] : undefined,
  }));
  const file = join(folder, "manifests.json");
  writeFileSync(file, JSON.stringify({ accounts: [loaderAccount], images: manifests }));
  expect(await provision(first, file)).toMatchObject({ code: 0, stderr: "" });
  const port = await serve(first);

  for (let at = 0; at < 20; at += 1) expect((await sendUpdate(port, at, { name: `by-client-${at}` })).status).toBe(200);
  await service?.end();
  // As the service writes: the triggers make the revisions.
  const db = new DatabaseSync(findDatabaseFile(first));
  const write = db.prepare(
    `UPDATE images SET revision = revision + 1, version = ?1, description = 'revision ' || ?1, write_id = uuid || ?1,
       write = json_object('operation', 'UpdateImage', 'account', owner, 'key_sha256', 'SHA256:x', 'request_id', uuid || ?1)`,
  );
  for (let revision = 2; revision <= revisions; revision += 1) write.run(`1.0.${revision}`);
  db.close();
  const seen = await readSome(await serve(first));
  await service?.end();

  const [backup, again] = [join(folder, "backup.json"), join(folder, "again.json")];
  await exportTo(first, backup);
  const restored = await provision(second, backup);
  expect(restored).toStrictEqual({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(`images ${images} added, 0 replaced, 0 unchanged; revisions ${images * revisions + 20} added\n$`),
    ),
    stderr: "",
  });
  await exportTo(second, again);
  expect(readFileSync(again).equals(readFileSync(backup))).toBe(true);
  // At full size the history is beyond its limit, and too young for a write to make room.
  const after = await serve(second, "--var", "ACCOUNT_HISTORY_BYTES=0");
  expect(await readSome(after)).toStrictEqual(seen);
  const unchanged = await provision(second, backup);
  expect(unchanged).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`images 0 added, 0 replaced, ${images} unchanged`),
  });
  expect((await sendUpdate(after, 1, { name: "after" })).headers.get("ETag")).toContain(`"${revisions + 2}-`);
});
