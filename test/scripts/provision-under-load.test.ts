import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { formatLoaderKey, loader, sendTo, sendUpdate } from "../support/loader.ts";
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
  const accounts = [{ ...loader, keys: [{ name: "loader", key: formatLoaderKey() }] }];
  const images = Array.from({ length: writers }, (_, index) => makeManifest(index, "0"));
  expect((await provision(writeFile("first.json", { accounts, images }))).code).toBe(0);
  port = await findFreePort();
  service = new StartedService(["--port", String(port), "--state", state, "--empty"]);
  await service.waitUntilReady();
});

afterAll(async () => {
  await service?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** What came of one writer's updates: the statuses, and the versions that may be stored. */
type Written = { statuses: number[]; possible: string[] };

async function writeUntil(index: number, isOver: () => boolean): Promise<Written> {
  const statuses: number[] = [];
  let possible = ["0"];
  for (let round = 1; !isOver() && round < 20_000; round += 1) {
    const version = String(round);
    const { status } = await sendUpdate(port, index, { version });
    statuses.push(status);
    // A 503 leaves open whether the update was applied.
    possible = status === 200 ? [version] : [...possible, version];
  }
  return { statuses, possible };
}

// Too long for `npm test`, which tests a locked database in provision.test.ts.
it.runIf(process.env["LONG"])(
  `the service answers updates with 200, or 503 while the database is busy, when ${manifests} manifests are provisioned`,
  async () => {
    let isOver = false;
    const load = Promise.all(Array.from({ length: writers }, (_, index) => writeUntil(index, () => isOver)));
    const images = Array.from({ length: manifests }, (_, index) => makeManifest(1000 + index, "1"));
    const provisioned = await provision(writeFile("second.json", images));
    const again = await provision(
      writeFile(
        "third.json",
        images.map((image, index) => ({ ...image, version: String(index % 2) })),
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
      `${name("third.json")}: accounts 0 added, 0 replaced, 0 unchanged; images 0 added, ${manifests / 2} replaced, ${manifests / 2} unchanged\n`,
    );
    const statuses = written.flatMap((writer) => writer.statuses);
    expect([...new Set(statuses)].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(100);
    for (const [index, { possible }] of written.entries()) {
      const { status, json } = await sendTo(port, `/my/images/${makeUuid(index)}`);
      expect([status, possible]).toEqual([200, expect.arrayContaining([(json as { version: string }).version])]);
    }
    console.log(
      `${statuses.length} updates meanwhile, ${statuses.filter((status) => status === 503).length} of them answered by 503`,
    );
  },
);
