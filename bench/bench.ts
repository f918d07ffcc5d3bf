/**
 * Measures the service against the floor, side by side on plain workerd. `npm run bench`. Writes bench/results.json and
 * prints a table.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import {
  fromCaller,
  makeTemporaryFolder,
  readNumber,
  readOptions,
  runProgram,
  WrongUsage,
} from "../scripts/running/program.ts";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { endProcess, readWorkerdVersion } from "../scripts/serving/workerd.ts";
import { measureDistances, writeDelayed } from "./distance.ts";
import type { LoadOptions } from "./load.ts";
import { record, recordedUpdates } from "./recording.ts";
import { chooseKey, type Kind, kinds, makeKeys, makeSignedRequest, visibleImages } from "./requests.ts";
import { compareServed } from "./served.ts";
import { countUpdates, makeDatabase, measureRun, serveWorkers } from "./site.ts";
import { formatTable, type Measured, type Results, type Rows, spreadAll, summarize, type Target } from "./summary.ts";
import { measureWorst } from "./worst.ts";

const usage = `usage: npm run bench [-- OPTIONS]
  --seconds N   of each run of the load (default 1)
  --rounds N    of each kind of request (default 9)
  --sizes N,N   images in the databases (default 1000,1000000)
  --out FILE    the results (default bench/results.json)
  --before DIR  another checkout with its packages installed, whose service is measured in the same rounds
  --served      with --before, in place of all that, prints \`npm run serve\` of both, each over its own local D1. Takes --rounds,
                --seconds, and the first of --sizes
  --distance N,N  in place of all that, prints the round trips and the milliseconds of a request, cold and warm, by the distance
                to D1's primary in ms. Takes --rounds, --before, and the first of --sizes`;

function readBenchOptions() {
  const { values } = readOptions(usage, {
    options: {
      seconds: { type: "string", default: "1" },
      rounds: { type: "string", default: "9" },
      sizes: { type: "string", default: "1000,1000000" },
      out: { type: "string", default: join(import.meta.dirname, "results.json") },
      before: { type: "string" },
      served: { type: "boolean", default: false },
      distance: { type: "string" },
    },
  });
  return {
    seconds: readNumber("seconds", values.seconds, { least: 0.1, isWhole: false }),
    rounds: readNumber("rounds", values.rounds, { least: 1 }),
    sizes: values.sizes.split(",").map((size) => readNumber("sizes", size, { least: visibleImages + 1 })),
    out: fromCaller(values.out),
    before: values.before === undefined ? undefined : fromCaller(values.before),
    isServed: values.served,
    distances: values.distance?.split(",").map((ms) => readNumber("distance", ms)),
  };
}

const keys = makeKeys();
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** A database of one size and the workerd that serves it. */
type Site = Awaited<ReturnType<typeof serveWorkers>> & {
  images: number;
  state: string;
  rows: Rows;
  measurements: Results["sizes"][number]["measurements"];
  /** Updates that were answered 200. */
  answered: number;
};

type Load = Pick<LoadOptions, "kind" | "connections" | "seconds" | "prefix">;

async function measureLoad(site: Site, worker: string, load: Load): Promise<Measured> {
  const { requests, ...measured } = await measureRun(site.run.pid ?? 0, { ...load, port: site.port(worker), keys });
  if (load.kind.startsWith("update") && load.prefix !== "/none") site.answered += requests;
  return measured;
}

type Bundle = { name: string; bundle: string };

async function openSite(state: string, images: number, [recorder, floor, ...others]: readonly Bundle[]): Promise<Site> {
  if (!recorder || !floor) throw new Error("the first two bundles are the recorder and the floor");
  say(`making a database of ${images} images`);
  await makeDatabase(state, images, keys);
  const recording = await serveWorkers(state, [recorder]);
  const { recorded, rows } = await record(recording.port("recorder"), keys);
  await endProcess(recording.run);
  const served = await serveWorkers(state, [{ ...floor, vars: { RECORDED: JSON.stringify(recorded) } }, ...others]);
  return { images, state, rows, measurements: [], ...served, answered: recordedUpdates };
}

/** Checks that a target updates an image and answers with it, and lists what the caller sees. @throws {Error} it does not */
async function assertAnswers(site: Site, target: string): Promise<void> {
  const ask = async (kind: Kind) => {
    const outgoing = makeSignedRequest(kind, chooseKey(kind, keys), { lane: 0, serial: performance.now() });
    const { method, path, headers, body } = outgoing;
    const sent = { method, headers, ...(body !== undefined && { body }) };
    const answer = await fetch(`http://127.0.0.1:${site.port(target)}${path}`, sent);
    return { body, answered: await answer.text() };
  };
  const updated = await ask("update-rsa");
  site.answered += 1;
  const { answered: listed } = await ask("list");
  const { name } = JSON.parse(updated.body ?? "{}");
  if (updated.answered.includes(`"name":"${name}"`) && JSON.parse(listed).length === visibleImages) return;
  const answers = [updated.answered, listed].map((text) => text.slice(0, 100));
  throw new Error(`among ${site.images} images the ${target} answers ${answers.join(" and ")}`);
}

/** Ends the site. @throws {Error} an update was answered 200 and not applied: the figures mean nothing */
async function closeSite({ images, run, state, answered }: Site): Promise<void> {
  await endProcess(run);
  const applied = countUpdates(state);
  if (applied !== answered)
    throw new Error(`of ${answered} updates answered 200 among ${images} images, ${applied} were applied`);
}

type Plan = { seconds: number; rounds: number };

/**
 * Measures one kind of request. Each round measures every size and every target, so that other load of the machine meets
 * all of them. The order changes from round to round. Round 0 warms up.
 */
async function compareTargets(sites: readonly Site[], targets: readonly Target[], { rounds, ...load }: Load & Plan) {
  const samples = sites.map((site): Samples => ({ site, service: [], floor: [], before: [] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const sampled of samples) {
      for (const target of round % 2 ? targets : targets.toReversed()) {
        const measured = await measureLoad(sampled.site, target, load);
        if (round > 0) sampled[target].push(measured);
      }
    }
  }
  noteMeasurements(samples, load);
}

type Samples = Record<Target, Measured[]> & { site: Site };

function noteMeasurements(samples: readonly Samples[], { kind, connections }: Load): void {
  for (const { site, ...sampled } of samples) {
    const measurement = { kind, connections, ...summarize(sampled, samples[0]?.service ?? []) };
    say(`${site.images} images, ${kind}, ${connections} connections: ${JSON.stringify(measurement.ratio)}`);
    site.measurements.push(measurement);
  }
}

/** Measures a Worker in rounds of its own. Round 0 warms up. */
async function measureContext(site: Site, worker: string, { rounds, ...load }: Load & Plan) {
  const measured: Measured[] = [];
  for (let round = 0; round <= rounds; round += 1) measured.push(await measureLoad(site, worker, load));
  return spreadAll(measured.slice(1));
}

async function measureSize(site: Site, plan: Plan): Promise<Results["sizes"][number]> {
  const update = { kind: "update-rsa" as const, connections: 16, ...plan };
  return {
    images: site.images,
    rows: site.rows,
    measurements: site.measurements,
    context: {
      singleUpdate: await measureContext(site, "floor", { ...update, prefix: "/single" }),
      noDatabase: await measureContext(site, "floor", { ...update, prefix: "/none" }),
    },
    updateWith80msEachRoundTrip: await measureContext(site, "delayed", { ...update, connections: 1, rounds: 1 }),
  };
}

async function bench(): Promise<number> {
  const { seconds, rounds, sizes: counts, out, before, isServed, distances } = readBenchOptions();
  const folder = makeTemporaryFolder("bench");
  const [images = visibleImages] = counts;
  if (isServed) {
    if (before === undefined) throw new WrongUsage("--served needs --before DIR");
    process.stdout.write(`${await compareServed(folder, { before, images, seconds, rounds })}\n`);
    return 0;
  }
  if (distances) {
    process.stdout.write(`${await measureDistances(folder, { distances, rounds, images, before })}\n`);
    return 0;
  }
  const workers = [
    { name: "recorder", entry: "bench/recorder.ts" },
    { name: "floor", entry: "bench/floor.ts" },
    { name: "service", entry: "src/index.ts" },
    { name: "delayed", entry: writeDelayed(folder) },
    ...(before === undefined ? [] : [{ name: "before", entry: join(before, "src/index.ts") }]),
  ].map(({ name, entry }) => {
    say(`bundling ${entry}`);
    return { name, bundle: bundleWorker(entry, join(folder, name)) };
  });
  const targets: readonly Target[] = ["service", "floor", ...(before === undefined ? [] : (["before"] as const))];
  const sites: Site[] = [];
  for (const images of counts) {
    const site = await openSite(join(folder, `state-${images}`), images, workers);
    sites.push(site);
    for (const target of targets) await assertAnswers(site, target);
  }
  const plan = { seconds, rounds };
  for (const connections of [1, 16])
    for (const kind of kinds) await compareTargets(sites, targets, { kind, connections, ...plan });
  const sizes: Results["sizes"] = [];
  for (const site of sites) sizes.push(await measureSize(site, plan));
  for (const site of sites) await closeSite(site);
  const [cpu] = cpus();
  const results: Results = {
    date: new Date().toISOString(),
    command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
    machine: {
      cpu: cpu?.model,
      cpus: cpus().length,
      node: process.versions.node,
      workerd: readWorkerdVersion(),
      platform: `${process.platform} ${process.arch}`,
    },
    seconds,
    rounds,
    sizes,
  };
  writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${formatTable(results)}\n`);
  say("measuring the worst requests");
  process.stdout.write(`\n${await measureWorst()}\n`);
  return 0;
}

await runProgram(bench);
