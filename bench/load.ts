/** Loads a service, in a program of its own, so that it takes no time from the Worker or from who measures. */
import { execFile } from "node:child_process";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { json } from "node:stream/consumers";
import { runProgram } from "../scripts/running/program.ts";
import { chooseKey, type Kind, makeSignedRequest, type Outgoing, type SigningKey } from "./requests.ts";
import { quantile } from "./summary.ts";

/** What to send, and for how long. `prefix` goes before the path. */
export type LoadOptions = {
  port: number;
  kind: Kind;
  connections: number;
  seconds: number;
  keys: readonly SigningKey[];
  prefix?: string;
};

/** The outcome. Latencies are in ms. */
type LoadResult = { requests: number; seconds: number; p50: number; p95: number; p99: number };

/**
 * Runs the load. The options go in by its input, because everybody sees a program's arguments.
 *
 * @throws {Error} one line: what was not answered 200
 */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [import.meta.filename], (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim().split("\n").at(-1) || `the load ended with code ${error.code}`));
      else resolve(JSON.parse(stdout));
    });
    child.stdin?.end(JSON.stringify(options));
  });
}

/** Sends one request. @returns its status and headers, and its latency in ms */
export function send(
  { port, agent }: { port: number; agent: Agent },
  { method, path, headers, body }: Outgoing,
): Promise<{ status: number; headers: IncomingHttpHeaders; ms: number }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sent = request({ port, host: "127.0.0.1", agent, method, path, headers }, (answer) => {
      answer.on("error", reject).on("end", () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          ms: performance.now() - startedAt,
        });
      });
      answer.resume();
    });
    sent.on("error", reject).end(body);
  });
}

async function measure({ port, kind, connections, seconds, keys, prefix = "" }: LoadOptions): Promise<LoadResult> {
  const key = chooseKey(kind, keys);
  const to = { port, agent: new Agent({ keepAlive: true, maxSockets: connections }) };
  const startedAt = performance.now();
  const latencies: number[] = [];
  const runLane = async (lane: number) => {
    for (let serial = Date.now(); performance.now() < startedAt + seconds * 1000; serial += 1) {
      const outgoing = makeSignedRequest(kind, key, { lane, serial });
      const { status, ms } = await send(to, { ...outgoing, path: `${prefix}${outgoing.path}` });
      if (status !== 200) throw new Error(`${outgoing.method} ${outgoing.path} was answered ${status}`);
      latencies.push(ms);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, lane) => runLane(lane)));
  const took = (performance.now() - startedAt) / 1000;
  to.agent.destroy();
  latencies.sort((a, b) => a - b);
  const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => quantile(latencies, share));
  return { requests: latencies.length, seconds: took, p50, p95, p99 };
}

if (import.meta.main) {
  await runProgram(async () => {
    process.stdout.write(JSON.stringify(await measure((await json(process.stdin)) as LoadOptions)));
    return 0;
  });
}
