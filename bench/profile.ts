/** Shows where the CPU of a warm request goes, by package and source file, on plain workerd. `npm run profile` */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "../scripts/running/address.ts";
import { makeTemporaryFolder, readNumber, readOptions, runProgram, WrongUsage } from "../scripts/running/program.ts";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { endProcess } from "../scripts/serving/workerd.ts";
import { runLoad } from "./load.ts";
import { kinds, makeKeys } from "./requests.ts";
import { makeDatabase, serveWorkers } from "./site.ts";

const usage = `usage: npm run profile [-- --kind KIND --seconds N]
  --kind KIND  ${kinds.join(", ")} (default update-rsa)
  --seconds N  of the profile (default 5)`;

/** The inspector's profile. @see https://chromedevtools.github.io/devtools-protocol/tot/Profiler/ */
type Profile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};

/** Opens a session with the inspector of an isolate. */
async function openInspector(port: number, service: string) {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { id: string }[];
  const target = targets.find(({ id }) => id.includes(service));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${target?.id}`);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    waiting.get(id)?.(result);
  });
  const call = (method: string, params: object = {}): Promise<unknown> => {
    const id = waiting.size + 1;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  return { call, close: () => socket.close() };
}

/** Finds the source of each line of a bundle: esbuild writes a comment before each file. */
function readSources(bundle: string): string[] {
  let current = "bundle";
  return readFileSync(bundle, "utf8")
    .split("\n")
    .map((line) => {
      const [, file] = /^\/\/ ((?:\.\.\/)*(?:src|node_modules|bench)\/.*|wrangler:.*)$/.exec(line) ?? [];
      current = file ?? current;
      return current.replace(/^(?:\.\.\/)*/, "").replace(/^node_modules\/((?:@[^/]+\/)?[^/]+).*/, "$1");
    });
}

/** Computes each source's share of the isolate's busy time, the largest first. */
function computeShares({ nodes, samples, timeDeltas }: Profile, lines: readonly string[]): [string, number][] {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map<string, number>();
  for (const [at, sample] of samples.entries()) {
    const { functionName = "", url = "", lineNumber = -1 } = byId.get(sample) ?? {};
    if (functionName === "(idle)") continue;
    const source = url.startsWith("cloudflare-internal")
      ? "D1's binding"
      : url === ""
        ? `native: ${functionName || "unnamed"}`
        : (lines[lineNumber] ?? url);
    times.set(source, (times.get(source) ?? 0) + (timeDeltas[at] ?? 0));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([source, time]): [string, number] => [source, time / total]).sort((a, b) => b[1] - a[1]);
}

async function profile(): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = readOptions(usage, { options: { kind: text, seconds: text } });
  const kind = kinds.find((name) => name === (values.kind ?? "update-rsa"));
  if (!kind) throw new WrongUsage(`--kind is one of ${kinds.join(", ")}; ${values.kind} was given`);
  const seconds = readNumber("seconds", values.seconds ?? "5", { least: 0.1, isWhole: false });
  const folder = makeTemporaryFolder("profile");
  const keys = makeKeys();
  const state = join(folder, "state");
  await makeDatabase(state, 1000, keys);
  const bundle = bundleWorker("src/index.ts", join(folder, "bundle"), false);
  const inspectorPort = await findFreePort();
  const { run, port } = await serveWorkers(state, [{ name: "service", bundle }], { inspectorPort });
  const load = (time: number) => runLoad({ port: port("service"), kind, connections: 16, seconds: time, keys });
  // Warms up.
  await load(2);
  const { call, close } = await openInspector(inspectorPort, "service");
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: 100 });
  await call("Profiler.start");
  await load(seconds);
  const { profile } = (await call("Profiler.stop")) as { profile: Profile };
  close();
  for (const [source, share] of computeShares(profile, readSources(bundle))) {
    if (share >= 0.01) process.stdout.write(`${(share * 100).toFixed(1).padStart(5)} %  ${source}\n`);
  }
  await endProcess(run);
  return 0;
}

await runProgram(profile);
