/** Measures `npm run serve` of two checkouts, each over its own local D1 and migrations, in turns. */
import { join } from "node:path";
import { kinds } from "./requests.ts";
import { makeDatabase, makeDatabaseBy, measureRun, startServe } from "./site.ts";
import { computeRatios, formatSpread, kindNames, type Measured } from "./summary.ts";

type Options = { before: string; images: number; seconds: number; rounds: number };

/** @returns a table: this checkout's throughput, CPU and latency as multiples of the other's, within each round */
export async function compareServed(folder: string, { before, images, rounds, seconds }: Options): Promise<string> {
  const states = { now: join(folder, "now"), before: join(folder, "before") };
  const keys = makeDatabaseBy(before, states.before, images);
  await makeDatabase(states.now, images, keys);
  const now = await startServe(states.now);
  const other = await startServe(states.before, before);
  const lines = ["| 16 connections | throughput | CPU | p50 | p99 |", "|---|---|---|---|---|"];
  for (const kind of kinds) {
    const load = { kind, connections: 16, seconds, keys };
    const samples = { now: [] as Measured[], before: [] as Measured[] };
    for (let round = 0; round <= rounds; round += 1) {
      const turns = [
        ["now", now],
        ["before", other],
      ] as const;
      for (const [name, { pid, port }] of round % 2 ? turns : turns.toReversed())
        samples[name].push(await measureRun(pid, { ...load, port }));
    }
    // Round 0 warms up.
    const ratios = computeRatios(samples.now.slice(1), samples.before.slice(1));
    const cells = (["perSecond", "cpu", "p50", "p99"] as const).map((of) => formatSpread(ratios[of]));
    lines.push(`| ${[kindNames[kind], ...cells].join(" | ")} |`);
  }
  await now.end();
  await other.end();
  return lines.join("\n");
}
