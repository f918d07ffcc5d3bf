/**
 * Measures the service against the floor, side by side on plain workerd. `npm run bench [-- --seconds N --rounds N
 * --sizes 1000,1000000 --out FILE]`; writes bench/results.json and prints a table.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { freePort } from "../test/started.ts";
import { imageOf } from "./caller.ts";
import { makeDatabase } from "./database.ts";
import type { Recorded } from "./floor.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { bundled, ended, plainWorkerd, type Served } from "./plain-workerd.ts";
import type { RecordedBatch } from "./recorded-database.ts";
import { type Kind, keyName, kinds, makeKeys, publicLine, type SigningKey, signedRequest } from "./requests.ts";
import { type Measured, type Results, type Rows, summary, table } from "./summary.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "1" },
    rounds: { type: "string", default: "9" },
    sizes: { type: "string", default: "1000,1000000" },
    out: { type: "string", default: join(import.meta.dirname, "results.json") },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const connectionCounts = [1, 16];

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-bench-"));
const keys = makeKeys();
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** User and system time of a process so far, in µs. proc(5) */
function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1_000_000) / ticksPerSecond;
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

async function load(options: Omit<LoadOptions, "keys" | "seconds">, pid: number): Promise<Measured> {
  const before = cpuMicroseconds(pid);
  const program = join(import.meta.dirname, "load.ts");
  const all: LoadOptions = { ...options, keys, seconds };
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(all)]);
  const result: LoadResult = JSON.parse(stdout);
  const cpu = cpuMicroseconds(pid) - before;
  return { perSecond: result.requests / result.seconds, cpu: cpu / result.requests, p50: result.p50, p99: result.p99 };
}

/** The batches that the service sends for a warm request of each kind. */
async function recordings(port: number): Promise<{ recorded: Recorded; rows: Rows }> {
  const record = async (kind: Kind): Promise<RecordedBatch> => {
    const key = keys.find(({ name }) => name === keyName(kind)) as SigningKey;
    const last = { batches: [] as RecordedBatch[] };
    for (const serial of [1, 2]) {
      const { method, path, headers, body } = signedRequest(kind, key, { lane: 0, serial });
      const init = { method, headers, ...(body && { body }) };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
      const told = (await answer.json()) as { status: number; batches: RecordedBatch[] };
      if (told.status !== 200) throw new Error(`${kind} was answered ${told.status} while it was recorded`);
      last.batches = told.batches;
    }
    const [batch, ...others] = last.batches;
    if (!batch || others.length > 0) throw new Error(`a warm ${kind} takes ${last.batches.length} trips, and not one`);
    return batch;
  };
  const [update, get, list] = [await record("update-rsa"), await record("get"), await record("list")];
  const made = update.statements
    .flatMap(({ params }) => params)
    .find((param) => String(param).startsWith('{"operation"'));
  const attemptId: string = JSON.parse(String(made)).attempt_id;
  return {
    recorded: {
      batches: { update: update.statements, get: get.statements, list: list.statements },
      replaced: { image: imageOf(0), name: "name-0-2", attemptId },
    },
    rows: Object.fromEntries(
      Object.entries({ update, get, list }).map(([kind, { rowsRead, rowsWritten }]) => [
        kind,
        { read: rowsRead, written: rowsWritten },
      ]),
    ),
  };
}

async function serve(workers: readonly Omit<Served, "port">[], state: string) {
  const served: Served[] = [];
  for (const worker of workers) served.push({ ...worker, port: await freePort() });
  const run = await plainWorkerd(served, { folder: join(folder, "workerd"), persist: join(state, "v3") });
  return { run, pid: run.pid ?? 0, port: (name: string) => served.find((worker) => worker.name === name)?.port ?? 0 };
}

const bundle = Object.fromEntries(
  ["src/index.ts", "bench/floor.ts", "bench/recorder.ts", "bench/delayed.ts"].map((entry) => {
    say(`bundling ${entry}`);
    return [entry, bundled(entry, join(folder, entry.replace(/\W/g, "-")))];
  }),
) as Record<string, string>;

/** The kinds of request at each number of connections, service and floor in turns. */
async function compared({ images, pid, port }: { images: number; pid: number; port: (name: string) => number }) {
  const measurements: Results["sizes"][number]["measurements"] = [];
  for (const [connections, kind] of connectionCounts.flatMap((count) => kinds.map((kind) => [count, kind] as const))) {
    const samples: Record<"service" | "floor", Measured[]> = { service: [], floor: [] };
    // The first round warms up.
    await load({ port: port("service"), kind, connections }, pid);
    await load({ port: port("floor"), kind, connections }, pid);
    for (let round = 0; round < rounds; round += 1) {
      samples.service.push(await load({ port: port("service"), kind, connections }, pid));
      samples.floor.push(await load({ port: port("floor"), kind, connections }, pid));
    }
    const measurement = { kind, connections, ...summary(samples) };
    say(`${images} images, ${kind}, ${connections} connections: ${JSON.stringify(measurement.ratio)}`);
    measurements.push(measurement);
  }
  return measurements;
}

async function measureSize(images: number): Promise<Results["sizes"][number]> {
  say(`making a database of ${images} images`);
  const state = join(folder, `state-${images}`);
  await makeDatabase(state, { images, keys: keys.map((key) => ({ name: key.name, key: publicLine(key) })) });

  const recorder = await serve([{ name: "recorder", bundle: bundle["bench/recorder.ts"] ?? "" }], state);
  const { recorded, rows } = await recordings(recorder.port("recorder")).finally(() => ended(recorder.run));

  const workers = [
    { name: "service", bundle: bundle["src/index.ts"] ?? "" },
    { name: "floor", bundle: bundle["bench/floor.ts"] ?? "", vars: { RECORDED: JSON.stringify(recorded) } },
    { name: "delayed", bundle: bundle["bench/delayed.ts"] ?? "" },
  ];
  const { run, pid, port } = await serve(workers, state);
  try {
    const measurements = await compared({ images, pid, port });
    const context = async (prefix: string) => {
      const options = { port: port("floor"), kind: "update-rsa" as const, connections: 16, prefix };
      await load(options, pid);
      return await load(options, pid);
    };
    const delayed = { port: port("delayed"), kind: "update-rsa" as const, connections: 1 };
    await load(delayed, pid);
    return {
      images,
      rows,
      measurements,
      context: { singleUpdate: await context("/single"), noDatabase: await context("/none") },
      updateWith80msEachTrip: await load(delayed, pid),
    };
  } finally {
    await ended(run);
    rmSync(state, { recursive: true, force: true });
  }
}

try {
  const sizes: Results["sizes"] = [];
  for (const size of values.sizes.split(",")) sizes.push(await measureSize(Number(size)));
  const { node, v8 } = process.versions;
  const [cpu] = cpus();
  const machine = { cpu: cpu?.model, cpus: cpus().length, node, v8, platform: `${process.platform} ${process.arch}` };
  const results: Results = {
    date: new Date().toISOString(),
    command: "npm run bench",
    machine,
    seconds,
    rounds,
    sizes,
  };
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${table(results)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
