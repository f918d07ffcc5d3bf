import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { loader, loaderAccount, sendTo, sendUpdate } from "../support/loader.ts";
import { run, StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const manifests = 10_000;
const writers = 8;
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-load-"));
const state = join(folder, "state");
const makeManifest = (index: number, version: string) => ({
  uuid: makeUuid(index),
  owner: loader.uuid,
  name: "loaded",
  version,
  os: "smartos",
  type: "zone-dataset",
  description: "d".repeat(300),
  tags: { index },
  acl: [loader.uuid],
});

function writeFile(name: string, contents: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(contents));
  return path;
}

const provision = (path: string) => run(process.execPath, ["scripts/provision.ts", "--state", state, path]);

let service: StartedService | undefined;
let port = 0;

beforeAll(async () => {
  if (!process.env["LONG"]) return;
  const images = Array.from({ length: writers }, (_, index) => makeManifest(index, "0"));
  expect((await provision(writeFile("first.json", { accounts: [loaderAccount], images }))).code).toBe(0);
  port = await findFreePort();
  service = new StartedService(["--port", String(port), "--state", state], "serve");
  await service.waitUntilReady();
});

afterAll(async () => {
  await service?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Updates an image and reads it, and health, in turns. @returns the statuses, and the last version */
async function writeUntil(index: number, isOver: () => boolean): Promise<{ statuses: number[]; version: string }> {
  const statuses: number[] = [];
  let version = "0";
  for (let round = 1; !isOver() && round < 20_000; round += 1) {
    version = String(round);
    statuses.push((await sendUpdate(port, index, { version })).status);
    statuses.push((await sendTo(port, `/my/images/${makeUuid(index)}`)).status);
    statuses.push((await fetch(`http://127.0.0.1:${port}/--health`)).status);
  }
  return { statuses, version };
}

// Too long for `npm test`, which tests a locked database in serve.test.ts.
it.runIf(process.env["LONG"])(
  `no read and no update is refused while ${manifests} images are added, and then changed`,
  async () => {
    let isOver = false;
    const load = Promise.all(Array.from({ length: writers }, (_, index) => writeUntil(index, () => isOver)));
    const images = Array.from({ length: manifests }, (_, index) => makeManifest(1000 + index, "1"));
    const provisioned = await provision(writeFile("second.json", images));
    const again = await provision(
      writeFile(
        "third.json",
        images.map((image) => ({ ...image, version: "2" })),
      ),
    );
    isOver = true;
    const written = await load;

    const name = (file: string) => join(folder, file);
    expect(provisioned).toEqual({
      code: 0,
      stdout: `${name("second.json")}: accounts 0 added, 0 replaced, 0 unchanged; images ${manifests} added, 0 replaced, 0 unchanged\n`,
      stderr: "",
    });
    expect(again.stdout).toBe(
      `${name("third.json")}: accounts 0 added, 0 replaced, 0 unchanged; images 0 added, ${manifests} replaced, 0 unchanged\n`,
    );
    const statuses = written.flatMap((writer) => writer.statuses);
    expect([...new Set(statuses)]).toEqual([200]);
    expect(statuses.length).toBeGreaterThan(100);
    for (const [index, { version }] of written.entries())
      expect((await sendTo(port, `/my/images/${makeUuid(index)}`)).json).toMatchObject({ version });
  },
);
