import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { imageOf, loader, loaderKey, sendTo, sendUpdate } from "../loader.ts";
import { freePort, run, Started } from "../started.ts";

const manifests = 10_000;
const writers = 8;
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-load-"));
const state = join(folder, "state");
const manifest = (index: number, version: string) => ({
  uuid: imageOf(index),
  owner: loader.uuid,
  name: "loaded",
  version,
  description: "d".repeat(300),
  tags: { index },
  acl: [loader.uuid],
});

function provisionFile(name: string, contents: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(contents));
  return path;
}

const provision = (path: string) => run(process.execPath, ["scripts/provision.ts", "--state", state, path]);

let service: Started | undefined;
let port = 0;

beforeAll(async () => {
  if (!process.env["LONG"]) return;
  const accounts = [{ ...loader, keys: [{ name: "loader", key: loaderKey() }] }];
  const images = Array.from({ length: writers }, (_, index) => manifest(index, "0"));
  expect((await provision(provisionFile("first.json", { accounts, images }))).code).toBe(0);
  port = await freePort();
  service = new Started(["--port", String(port), "--state", state, "--empty"]);
  await service.ready();
});

afterAll(async () => {
  await service?.ended();
  rmSync(folder, { recursive: true, force: true });
});

/** What came of one writer's updates: the statuses, and the last version that was acknowledged or may have been made. */
type Written = { statuses: number[]; possible: string[] };

async function writeUntil(index: number, isOver: () => boolean): Promise<Written> {
  const statuses: number[] = [];
  let possible = ["0"];
  for (let round = 1; !isOver() && round < 20_000; round += 1) {
    const version = String(round);
    const { status } = await sendUpdate(port, index, { version });
    statuses.push(status);
    // A 503 leaves open whether the update was made.
    possible = status === 200 ? [version] : [...possible, version];
  }
  return { statuses, possible };
}

// Four programs start and one loads the other: too long for `npm test`, which has the lock alone in provision.test.ts.
it.runIf(process.env["LONG"])(
  `provisions ${manifests} manifests while the service is under load: only 200 and, while the database is busy, 503`,
  async () => {
    let isOver = false;
    const load = Promise.all(Array.from({ length: writers }, (_, index) => writeUntil(index, () => isOver)));
    const images = Array.from({ length: manifests }, (_, index) => manifest(1000 + index, "1"));
    const provisioned = await provision(provisionFile("second.json", images));
    const again = await provision(
      provisionFile(
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
      const { status, body } = await sendTo(port, `/my/images/${imageOf(index)}`);
      expect([status, possible]).toEqual([200, expect.arrayContaining([body["version"]])]);
    }
    console.log(
      `${statuses.length} updates meanwhile, of which ${statuses.filter((status) => status === 503).length} answered 503`,
    );
  },
);
