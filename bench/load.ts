/**
 * Loads a service and prints what it measured, as JSON. A program of its own, so that it takes no time from the Worker.
 * Its options come as JSON on its input.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { chooseKey, type Kind, makeSignedRequest, type Outgoing, type SigningKey } from "./requests.ts";

/** What to send, and for how long. `prefix` goes before the path. */
export type LoadOptions = {
  port: number;
  kind: Kind;
  connections: number;
  seconds: number;
  keys: readonly SigningKey[];
  prefix?: string;
};

/** What came of it; latencies in ms. */
export type LoadResult = { requests: number; seconds: number; p50: number; p95: number; p99: number };

const options: LoadOptions = JSON.parse(readFileSync(0, "utf8"));
const agent = new Agent({ keepAlive: true, maxSockets: options.connections });

function send({ method, path, headers, body }: Outgoing): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sent = request({ port: options.port, host: "127.0.0.1", agent, method, path, headers }, (answer) => {
      const { statusCode } = answer;
      answer.on("error", reject).on("end", () => {
        if (statusCode === 200) resolve(performance.now() - startedAt);
        else reject(new Error(`${method} ${path} was answered ${statusCode}`));
      });
      answer.resume();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function runLane(key: SigningKey, at: number, until: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let serial = Date.now(); performance.now() < until; serial += 1) {
    const outgoing = makeSignedRequest(options.kind, key, { lane: at, serial });
    latencies.push(await send({ ...outgoing, path: `${options.prefix ?? ""}${outgoing.path}` }));
  }
  return latencies;
}

async function measure(): Promise<LoadResult> {
  const key = options.keys.find(({ name }) => name === chooseKey(options.kind));
  if (!key) throw new Error(`no key signs ${options.kind}`);
  const startedAt = performance.now();
  const until = startedAt + options.seconds * 1000;
  const lanes = await Promise.all(Array.from({ length: options.connections }, (_, at) => runLane(key, at, until)));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  const latencies = lanes.flat().sort((a, b) => a - b);
  const percentile = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
  return { requests: latencies.length, seconds, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) };
}

try {
  process.stdout.write(JSON.stringify(await measure()));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Ends the other connections.
  process.exit(1);
}
