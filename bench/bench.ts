/**
 * Measures the service against the floor, side by side on plain workerd. `npm run bench [-- --seconds N --rounds N
 * --sizes 1000,1000000 --out FILE --before DIR]`; writes bench/results.json and prints a table. `--before` measures the
 * service of another checkout, with its packages installed, in the same rounds.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findFreePort } from "../scripts/running/address.ts";
import { fromCaller } from "../scripts/running/program.ts";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { endProcess, readWorkerdVersion, runPlainWorkerd, type Served } from "../scripts/serving/workerd.ts";
import { visibleImages } from "./caller.ts";
import { compareCommands } from "./commands.ts";
import { countUpdates, makeDatabase } from "./database.ts";
import type { LoadOptions } from "./load.ts";
import { record, recordedUpdates } from "./recording.ts";
import {
  chooseKey,
  formatPublicLine,
  type Kind,
  kinds,
  makeKeys,
  makeSignedRequest,
  type SigningKey,
} from "./requests.ts";
import { runLoad } from "./run-load.ts";
import {
  formatTable,
  type Measured,
  type Results,
  type Rows,
  spreadAll,
  summarize,
  summarizeCommands,
  type Target,
} from "./summary.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";
import { measureWorst } from "./worst.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "1" },
    rounds: { type: "string", default: "9" },
    sizes: { type: "string", default: "1000,1000000" },
    out: { type: "string", default: join(import.meta.dirname, "results.json") },
    before: { type: "string" },
  },
});
const connectionCounts = [1, 16];
/** What each round measures, in turns. */
const targets: readonly Target[] = ["service", "floor", ...(values.before === undefined ? [] : (["before"] as const))];

const folder = makeTemporaryFolder("bench");
const keys = makeKeys();
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

function parseAtLeast(least: number, [name, value]: readonly [string, string]): number {
  const number = Number(value);
  if (!(number >= least)) throw new Error(`--${name} is a number from ${least}; ${JSON.stringify(value)} was given`);
  return number;
}

/** A database of one size and the workerd that serves it. */
type Site = {
  images: number;
  state: string;
  rows: Rows;
  run: Awaited<ReturnType<typeof runPlainWorkerd>>;
  port: (worker: string) => number;
  /** Updates that were answered 200. */
  answered: number;
};

type Load = Pick<LoadOptions, "kind" | "connections" | "seconds" | "prefix">;

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of a process so far, in µs. proc(5) */
function readCpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond;
}

async function measureLoad(site: Site, worker: string, load: Load): Promise<Measured> {
  const pid = site.run.pid ?? 0;
  const before = readCpuMicroseconds(pid);
  const { requests, seconds, ...latencies } = await runLoad({ ...load, port: site.port(worker), keys });
  if (load.kind.startsWith("update") && load.prefix !== "/none") site.answered += requests;
  return { perSecond: requests / seconds, cpu: (readCpuMicroseconds(pid) - before) / requests, ...latencies };
}

async function serve(workers: readonly Omit<Served, "port">[], state: string) {
  const served: Served[] = [];
  for (const worker of workers) served.push({ ...worker, port: await findFreePort() });
  const run = await runPlainWorkerd(served, { folder: `${state}-workerd`, persist: join(state, "v3") });
  return { run, port: (name: string) => served.find((worker) => worker.name === name)?.port ?? 0 };
}

function bundle(name: string, entry: string): Omit<Served, "port"> {
  say(`bundling ${entry}`);
  return { name, bundle: bundleWorker(entry, join(folder, name)) };
}

/** Bundles the Workers. */
const bundleAll = () => ({
  service: bundle("service", "src/index.ts"),
  floor: bundle("floor", "bench/floor.ts"),
  recorder: bundle("recorder", "bench/recorder.ts"),
  delayed: bundle("delayed", "bench/delayed.ts"),
  before: values.before === undefined ? [] : [bundle("before", join(fromCaller(values.before), "src/index.ts"))],
});

async function openSite(images: number, { recorder, service, floor, delayed, before }: ReturnType<typeof bundleAll>) {
  say(`making a database of ${images} images`);
  const state = join(folder, `state-${images}`);
  await makeDatabase(state, { images, keys: keys.map((key) => ({ name: key.name, key: formatPublicLine(key) })) });
  const recording = await serve([recorder], state);
  const { recorded, rows } = await record(recording.port("recorder"), keys);
  await endProcess(recording.run);
  const withBatches = { ...floor, vars: { RECORDED: JSON.stringify(recorded) } };
  const site: Site = {
    images,
    state,
    rows,
    ...(await serve([service, withBatches, delayed, ...before], state)),
    answered: recordedUpdates,
  };
  for (const target of targets) await assertListsAll(site, target);
  return site;
}

/** Checks that a target lists what the caller sees. @throws {Error} it does not */
async function assertListsAll({ port, images }: Site, target: string): Promise<void> {
  const key = keys.find(({ name }) => name === chooseKey("list")) as SigningKey; // makeKeys makes one for every kind.
  const { path, headers } = makeSignedRequest("list", key, { lane: 0, serial: 0 });
  const listed: unknown = await (await fetch(`http://127.0.0.1:${port(target)}${path}`, { headers })).json();
  if (Array.isArray(listed) && listed.length === visibleImages) return;
  throw new Error(`among ${images} images the ${target} lists ${JSON.stringify(listed).slice(0, 100)}`);
}

/** Ends the site. @throws {Error} an update was answered 200 and not applied: then the figures mean nothing */
async function closeSite({ images, run, state, answered }: Site): Promise<void> {
  await endProcess(run);
  const applied = countUpdates(state);
  if (applied !== answered)
    throw new Error(`of ${answered} updates answered 200 among ${images} images, ${applied} were applied`);
}

type Samples = Record<Target, Measured[]>;

/**
 * Measures one kind of request: in each round every size and every target, so that the machine's other load meets all of
 * them. The order changes from round to round.
 */
async function compareTargets(sites: readonly Site[], load: Load, rounds: number): Promise<Samples[]> {
  const samples = sites.map((): Samples => ({ service: [], floor: [], before: [] }));
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, site] of sites.entries()) {
      for (const target of round % 2 ? targets : targets.toReversed()) {
        const measured = await measureLoad(site, target, load);
        if (round > 0) samples[at]?.[target].push(measured);
      }
    }
  }
  return samples;
}

/** Measures what D1 and workerd take without the service: rounds of their own, after one that warms up. */
async function measureContext(site: Site, worker: string, { rounds, ...load }: Load & { rounds: number }) {
  const measured: Measured[] = [];
  for (let round = 0; round <= rounds; round += 1) measured.push(await measureLoad(site, worker, load));
  return spreadAll(measured.slice(1));
}

async function measureAll(sites: readonly Site[], seconds: number, rounds: number): Promise<Results["sizes"]> {
  const measurements = sites.map((): Results["sizes"][number]["measurements"] => []);
  const cases = connectionCounts.flatMap((connections) => kinds.map((kind): [number, Kind] => [connections, kind]));
  for (const [connections, kind] of cases) {
    const samples = await compareTargets(sites, { kind, connections, seconds }, rounds);
    const [first] = samples;
    for (const [at, sampled] of samples.entries()) {
      const measurement = { kind, connections, ...summarize(sampled, first?.service ?? []) };
      say(`${sites[at]?.images} images, ${kind}, ${connections} connections: ${JSON.stringify(measurement.ratio)}`);
      measurements[at]?.push(measurement);
    }
  }
  const sizes: Results["sizes"] = [];
  for (const [at, site] of sites.entries()) {
    const update = { kind: "update-rsa" as const, connections: 16, seconds, rounds };
    sizes.push({
      images: site.images,
      rows: site.rows,
      measurements: measurements[at] ?? [],
      context: {
        singleUpdate: await measureContext(site, "floor", { ...update, prefix: "/single" }),
        noDatabase: await measureContext(site, "floor", { ...update, prefix: "/none" }),
      },
      updateWith80msEachRoundTrip: await measureContext(site, "delayed", { ...update, connections: 1, rounds: 1 }),
    });
  }
  return sizes;
}

async function bench(): Promise<void> {
  const seconds = parseAtLeast(0.1, ["seconds", values.seconds]);
  const rounds = parseAtLeast(1, ["rounds", values.rounds]);
  const counts = values.sizes.split(",").map((size) => parseAtLeast(visibleImages + 1, ["sizes", size]));
  const workers = bundleAll();
  const sites: Site[] = [];
  for (const images of counts) sites.push(await openSite(images, workers));
  const sizes = await measureAll(sites, seconds, rounds);
  for (const site of sites) await closeSite(site);
  say("comparing npm run serve and npm start");
  const commands = summarizeCommands(await compareCommands(folder, keys, { seconds, rounds }));
  const { node } = process.versions;
  const results: Results = {
    date: new Date().toISOString(),
    command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
    machine: {
      cpu: cpus()[0]?.model,
      cpus: cpus().length,
      node,
      workerd: readWorkerdVersion(),
      platform: `${process.platform} ${process.arch}`,
    },
    seconds,
    rounds,
    commands,
    sizes,
  };
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${formatTable(results)}\n`);
  say("measuring the worst requests");
  process.stdout.write(`\n${await measureWorst()}\n`);
}

try {
  await bench();
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`);
  // Ends what still runs.
  process.exit(1);
}
