import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { findDatabaseFile } from "../../scripts/serving/database-file.ts";
import { loader, loaderAccount, sendTo, sendUpdate } from "../support/loader.ts";
import { run, StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-local-"));
const good = join(folder, "good");
const small = join(folder, "small");
const section = "docs/operating.md#the-local-database-fails";
const fileOf = (state: string) => findDatabaseFile(state);
const accounts = join(folder, "accounts.json");

/** A disk of 40 MB, where the machine lets us mount one. */
const hasSmallDisk = (() => {
  mkdirSync(small);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", small]).status === 0;
})();

let service: StartedService | undefined;
let port = 0;

async function serve(state: string): Promise<void> {
  port = await findFreePort();
  service = new StartedService(["--port", String(port), "--state", state], "serve");
  await service.waitUntilReady();
}

const command = (name: string, state: string, ...more: string[]) =>
  run(process.execPath, [`scripts/${name}.ts`, "--state", state, ...more]);

beforeAll(async () => {
  const image = { uuid: makeUuid(1), owner: loader.uuid, name: "n", version: "1", os: "smartos", type: "zvol" };
  writeFileSync(accounts, JSON.stringify({ accounts: [loaderAccount], images: [image] }));
  expect(await command("provision", good, accounts)).toMatchObject({ code: 0, stderr: "" });
});

afterEach(async () => {
  await service?.end();
});
afterAll(() => {
  if (hasSmallDisk) spawnSync("umount", [small]);
  rmSync(folder, { recursive: true, force: true });
});

const gone = (state: string, how: string) =>
  `${fileOf(state)} is ${how}, and the folder had a database: ${section}; restore a backup, or remove ${state}/database.txt to begin with an empty one\n`;

it.each<[string, (file: string) => void, (state: string) => string]>([
  [
    "was overwritten",
    (file) => writeFileSync(file, "no database ".repeat(1000)),
    (state) => `${fileOf(state)} is damaged (file is not a database): ${section}\n`,
  ],
  ["was emptied", (file) => writeFileSync(file, ""), (state) => gone(state, "empty")],
  ["was removed", (file) => rmSync(file), (state) => gone(state, "gone")],
])("a database that %s is refused in one line, with the file and what to read", async (how, harm, line) => {
  const state = join(folder, how);
  cpSync(good, state, { recursive: true });
  harm(fileOf(state));
  const refusal = { code: 1, stdout: "", stderr: line(state) };
  expect(await command("serve", state, "--port", String(await findFreePort()))).toEqual(refusal);
  expect(await (how === "was removed" ? command("export", state) : command("provision", state, accounts))).toEqual(
    refusal,
  );
});

it("a folder without its note begins with an empty database", async () => {
  const state = join(folder, "begun anew");
  cpSync(good, state, { recursive: true });
  rmSync(fileOf(state));
  rmSync(join(state, "database.txt"));
  expect(await command("provision", state, accounts)).toMatchObject({ code: 0, stderr: "" });
});

it("check-state prints what it finds, and its code says whether all is sound", async () => {
  const state = join(folder, "checked");
  cpSync(good, state, { recursive: true });
  const sound = await command("check-state", state);
  expect(sound).toEqual({ code: 0, stdout: expect.any(String), stderr: "" });
  expect(sound.stdout.replace(/\d+ MB/g, "N MB").replace(/\d{4}-\S+Z/, "TIME")).toBe(`${fileOf(state)}
ok     disk: N MB free; the file has N MB
ok     schema: as the migrations make it
ok     contents: 1 accounts, 1 keys, 1 images (0 destroyed), 1 revisions
ok     newest write: TIME
ok     integrity: ok
`);
  // The first page stays, the others are zeros.
  const bytes = readFileSync(fileOf(state));
  writeFileSync(fileOf(state), bytes.fill(0, 4096 * 12));
  const harmed = await command("check-state", state);
  expect([harmed.code, harmed.stdout]).toEqual([1, expect.stringMatching(/^FAILED integrity: /m)]);
  expect(harmed.stdout).toMatch(`what to do: ${section}\n`);
});

const askHealth = async () => (await fetch(`http://127.0.0.1:${port}/--health`)).status;

/** Health reuses a reading for a second. */
async function waitForHealth(status: number): Promise<void> {
  while ((await askHealth()) !== status) await new Promise((resolve) => setTimeout(resolve, 50));
}

it("Health is 503 while the file is gone, and the log names it", async () => {
  const state = join(folder, "removed while it ran");
  cpSync(good, state, { recursive: true });
  await serve(state);
  expect(await askHealth()).toBe(200);
  renameSync(fileOf(state), `${fileOf(state)}.away`);
  await waitForHealth(503);
  renameSync(`${fileOf(state)}.away`, fileOf(state));
  await waitForHealth(200);
  await service?.end();
  expect(service?.output).toContain(`"cause":"Error: ${fileOf(state)} is gone or empty: ${section}"`);
});

it.skipIf(!hasSmallDisk)("on a full disk reads go on, writes and Health are 503, and the log says why", async () => {
  const state = join(small, "state");
  expect(await command("provision", state, accounts)).toMatchObject({ code: 0, stderr: "" });
  await serve(state);
  const update = (tag: string) => sendUpdate(port, 1, { tags: { a: tag.repeat(90_000) } });
  expect((await update("a")).status).toBe(200);
  spawnSync("sh", ["-c", `head -c 60M /dev/zero > ${small}/fill`]);
  expect((await update("b")).status).toBe(503);
  expect((await sendTo(port, `/my/images/${makeUuid(1)}`)).status).toBe(200);
  await waitForHealth(503);
  rmSync(join(small, "fill"));
  expect((await update("c")).status).toBe(200);
  await waitForHealth(200);
  await service?.end();
  const cause = `the disk of ${fileOf(state)} is full, or cannot be written to: ${section}`;
  expect(service?.output).toContain(`{"storage":"${cause}"}\n`);
  expect(service?.output).toContain(`"cause":"Error: ${cause}"`);
});

it("of several starts at once, one has the folder", async () => {
  const state = join(folder, "claimed");
  const module = JSON.stringify(join(import.meta.dirname, "../../scripts/running/state-folder.ts"));
  const script = `import(${module}).then(({ claimFolder }) => claimFolder(${JSON.stringify(state)}, "x"))
    .then(() => console.log("claimed"), (error) => console.log(error.message)); process.stdin.resume();`;
  const starts = Array.from({ length: 6 }, () => spawn(process.execPath, ["-e", script]));
  const said = await Promise.all(starts.map(async ({ stdout }) => String((await once(stdout, "data"))[0])));
  for (const start of starts) start.kill();
  expect(said.filter((line) => line === "claimed\n")).toHaveLength(1);
  expect(said.filter((line) => line.startsWith(`${state} is in use: `))).toHaveLength(5);
  expect(existsSync(join(state, "lock"))).toBe(true);
});
