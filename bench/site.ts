/** What every measurement needs: a folder, a database, and Workers on plain workerd. */
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../scripts/provisioning/database.ts";
import { readProvision } from "../scripts/provisioning/entries.ts";
import { load } from "../scripts/provisioning/load.ts";
import { DatabaseSync } from "../scripts/provisioning/sqlite.ts";
import { findFreePort } from "../scripts/running/address.ts";
import { readStat } from "../scripts/running/process-group.ts";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { findDatabaseFile } from "../scripts/serving/database-file.ts";
import { endProcess, runPlainWorkerd, type Served, waitUntilReady } from "../scripts/serving/workerd.ts";
import { formatPublicLine } from "../scripts/starting/ssh-wire.ts";
import { type LoadOptions, runLoad } from "./load.ts";
import { caller, imageOf, makeKeys, type SigningKey, visibleImages } from "./requests.ts";
import type { Measured } from "./summary.ts";

/** Loads accounts and images as `npm run provision` does. */
export async function provision(state: string, file: { accounts: unknown[]; images: unknown[] }): Promise<void> {
  const { db, close } = await openDatabase({ state });
  await load(db, await readProvision(JSON.stringify(file)));
  await close();
}

/** Serves Workers over the database of a state folder. @returns the process, and the port of each Worker */
export async function serveWorkers(
  state: string,
  workers: readonly Omit<Served, "port">[],
  options: { inspectorPort?: number } = {},
) {
  const served: Served[] = [];
  for (const worker of workers) served.push({ ...worker, port: await findFreePort() });
  const run = await runPlainWorkerd(served, { ...options, folder: `${state}-workerd`, persist: join(state, "v3") });
  const port = (name: string): number => served.find((worker) => worker.name === name)?.port ?? 0;
  return { run, port };
}

/** Bundles the service and serves it alone. */
export async function serveService(folder: string, state: string, vars: Readonly<Record<string, string>> = {}) {
  const bundle = bundleWorker("src/index.ts", join(folder, "bundle"));
  const { run, port } = await serveWorkers(state, [{ name: "service", bundle, vars }]);
  return { run, port: port("service"), pid: run.pid ?? 0 };
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of a process so far, in µs. proc(5) */
export function readCpuMicroseconds(pid: number): number {
  const stat = readStat(pid);
  return ((Number(stat[11]) + Number(stat[12])) * 1_000_000) / ticksPerSecond;
}

/** Runs the load against a process. The CPU is that of all that it started, too. @returns what was measured, and how many requests were answered */
export async function measureRun(pid: number, load: LoadOptions): Promise<Measured & { requests: number }> {
  const readCpu = () => listTree(pid).reduce((sum, one) => sum + readCpuMicroseconds(one), 0);
  const before = readCpu();
  const { requests, seconds, ...latencies } = await runLoad(load);
  return { requests, perSecond: requests / seconds, cpu: (readCpu() - before) / requests, ...latencies };
}

/** A process and all that it started, directly or not. proc(5) */
export function listTree(pid: number): number[] {
  const isChild = (one: number): boolean => {
    try {
      return Number(readStat(one)[1]) === pid;
    } catch {
      return false;
    }
  };
  const children = readdirSync("/proc").map(Number).filter(isChild);
  return [pid, ...children.flatMap(listTree)];
}

/** Private images of other accounts. Their ids are spread over the whole range, as UUIDs are. */
const others = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO images (uuid, name, version, os, type, requirements, description, files, tags, published_at, owner, state)
SELECT printf('%08x-%04x-4000-8000-%012x', (i * 2654435761) % 4294967296, i % 65536, i), 'image-' || (i % 5000), '1.0.' || (i % 100),
  'smartos', 'zone-dataset', '{"min_ram":512}', 'An image of somebody else', '[{"compression":"gzip","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","size":123456789}]',
  '{"role":"db"}', '2020-01-01T00:00:00.000Z', printf('bbbbbbbb-0000-4000-8000-%012x', i % 1000), 'active' FROM n`;

/** The caller with its keys, and the 200 images that it sees. */
function makeOwn(signingKeys: readonly SigningKey[]) {
  const keys = signingKeys.map(({ name, pem }) => ({ name, key: formatPublicLine(pem, name) }));
  const images = Array.from({ length: visibleImages }, (_, index) => ({
    uuid: imageOf(index),
    owner: caller.uuid,
    name: "own",
    version: "1.0.0",
    os: "smartos",
    type: "zone-dataset",
    requirements: { min_ram: 512 },
    description: "An image of the caller",
    files: [{ compression: "gzip", sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709", size: 123456789 }],
    tags: { role: "db" },
    published_at: "2020-01-01T00:00:00.000Z",
  }));
  return { accounts: [{ ...caller, keys }], images };
}

function addOthers(state: string, count: number): void {
  const direct = openDirectly(state);
  direct.prepare(others).run(count);
  direct.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  direct.close();
}

/** Makes a state folder with a database of so many images. The caller sees 200 of them. */
export async function makeDatabase(state: string, images: number, signingKeys: readonly SigningKey[]): Promise<void> {
  await provision(state, makeOwn(signingKeys));
  addOthers(state, images - visibleImages);
}

/** Makes the same as another checkout does, by the migrations that it has. */
export function makeDatabaseBy(checkout: string, state: string, images: number): SigningKey[] {
  const keys = makeKeys();
  const file = `${state}.json`;
  writeFileSync(file, JSON.stringify(makeOwn(keys)));
  const args = [join(checkout, "scripts/provision.ts"), "--state", state, file];
  execFileSync(process.execPath, args, { cwd: checkout, stdio: ["ignore", "ignore", "inherit"] });
  addOthers(state, images - visibleImages);
  return keys;
}

const openDirectly = (state: string): DatabaseSync => new DatabaseSync(findDatabaseFile(state));

/** Counts the updates of the caller's images: each makes a revision. */
export function countUpdates(state: string): number {
  const direct = openDirectly(state);
  const row = direct.prepare("SELECT sum(revision - 1) AS updates FROM images WHERE owner = ?").get(caller.uuid);
  direct.close();
  return Number(row?.["updates"]);
}

const root = join(import.meta.dirname, "..");

/** Starts `npm run serve` of a checkout as a person does. Nobody reads its log. */
export async function startServe(state: string, checkout = root) {
  const port = await findFreePort();
  const args = [join(checkout, "scripts/serve.ts"), "--port", String(port), "--state", state];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  // A signal may end the bench itself.
  process.prependListener("exit", () => child.kill("SIGTERM"));
  if (!(await waitUntilReady(child, `http://127.0.0.1:${port}`))) throw new Error("npm run serve ended by itself");
  return { port, pid: child.pid ?? 0, end: () => endProcess(child) };
}
