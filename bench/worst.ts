/**
 * The requests of at most 100 KB that cost most, as multiples of a plain update in CPU of workerd, D1 included; the same at
 * half their size, which shows how their cost grows; and what another account's GetImage takes meanwhile. `npm run worst`
 * prints the table.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "../scripts/provisioning/database.ts";
import { readProvision } from "../scripts/provisioning/entries.ts";
import { load } from "../scripts/provisioning/load.ts";
import { findFreePort } from "../scripts/running/address.ts";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { endProcess, runPlainWorkerd } from "../scripts/serving/workerd.ts";
import { caller, imageOf } from "./caller.ts";
import { formatPublicLine, makeKeys, makeSignedRequest, type Outgoing } from "./requests.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";
import { type Change, keyOf16384Bits, update, type Worst, worst } from "./worst-requests.ts";

const [signingKey, otherKey] = makeKeys();

/** The account that hurts nobody: it reads one image. */
const other = { uuid: "aaaaaaaa-0000-4000-8000-000000000002", login: "other" };
const otherImage = 900;

const agent = new Agent({ keepAlive: true });

function makeOutgoing({
  method = "POST",
  path = update,
  type = "application/json",
  headers = {},
  body,
}: Change): Outgoing {
  if (!signingKey) throw new Error("no key");
  const signed = makeSignedRequest("get", signingKey, { lane: 0, serial: 0 });
  const ofBody = body === undefined ? {} : { "Content-Type": type, "Content-Length": String(Buffer.byteLength(body)) };
  return { method, path, headers: { ...signed.headers, ...ofBody, ...headers }, ...(body !== undefined && { body }) };
}

function send(port: number, { method, path, headers, body }: Outgoing): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, agent, method, path, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.on("error", reject).end(body);
  });
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of a process so far, in ms. proc(5) */
function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

type Site = { port: number; pid: number };

/** CPU of one request in ms, over a second of them, and its status. */
async function measure({ port, pid }: Site, { make }: Worst, share: number): Promise<{ ms: number; status: number }> {
  let status = 0;
  for (let serial = 0; serial < 3; serial += 1) status = await send(port, makeOutgoing(make(share, serial)));
  const before = readCpuMs(pid);
  const until = performance.now() + 1000;
  let count = 0;
  for (; performance.now() < until; count += 1) await send(port, makeOutgoing(make(share, count)));
  return { ms: (readCpuMs(pid) - before) / count, status };
}

/** So many connections repeat a request, at what the default rate limit lets an account send, or as fast as they can. */
const connections = 4;
const requestsPerSecond = 20;

/** Repeats a request until it is told to stop. @param pauseMs between the starts of two requests of a connection */
async function repeat({ port }: Site, { make }: Worst, { signal, pauseMs }: { signal: AbortSignal; pauseMs: number }) {
  for (let serial = 0; !signal.aborted; serial += 1) {
    const started = performance.now();
    await send(port, makeOutgoing(make(1, serial)));
    await wait(Math.max(0, pauseMs - (performance.now() - started)));
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The median of the other account's GetImage, in ms, over a second of them, one every 10 ms. */
async function measureOther({ port }: Site): Promise<number> {
  if (!otherKey) throw new Error("no key");
  const until = performance.now() + 1000;
  const latencies: number[] = [];
  while (performance.now() < until) {
    const get = makeSignedRequest("get", { ...otherKey, login: other.login }, { lane: otherImage, serial: 0 });
    const started = performance.now();
    const status = await send(port, get);
    if (status !== 200) throw new Error(`the other account's GetImage was ${status}`);
    latencies.push(performance.now() - started);
    await wait(10);
  }
  return median(latencies);
}

/** The same while a request is repeated on 4 connections. */
async function measureMeanwhile(site: Site, one: Worst, pauseMs: number): Promise<number> {
  const stop = new AbortController();
  const lanes = Array.from({ length: connections }, () => repeat(site, one, { signal: stop.signal, pauseMs }));
  const latency = await measureOther(site);
  stop.abort();
  await Promise.all(lanes);
  return latency;
}

/** Measures every request on a workerd of its own. @returns a table */
export async function measureWorst(): Promise<string> {
  const folder = makeTemporaryFolder("worst");
  const state = join(folder, "state");
  const makeImages = (value: string) => {
    const tags = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, value]));
    return Array.from({ length: 6 }, (_, at) => ({
      uuid: imageOf(at),
      owner: caller.uuid,
      name: "n",
      version: "1",
      ...(at > 0 && { tags }),
    }));
  };
  if (!signingKey) throw new Error("no key");
  const keys = [
    { name: signingKey.name, key: formatPublicLine(signingKey) },
    { name: "large", key: keyOf16384Bits() },
  ];
  if (!otherKey) throw new Error("no key");
  const accounts = [
    { ...caller, keys },
    { ...other, keys: [formatPublicLine(otherKey)] },
  ];
  const ofOther = { uuid: imageOf(otherImage), owner: other.uuid, name: "n", version: "1" };
  const { db, close } = await openDatabase({ state });
  // Twice: a revert needs a revision to go back to.
  for (const value of ["w", "v"])
    await load(db, await readProvision(JSON.stringify({ accounts, images: [...makeImages(value), ofOther] })));
  await close();
  const port = await findFreePort();
  const bundle = bundleWorker("src/index.ts", join(folder, "bundle"));
  const options = { folder: join(folder, "workerd"), persist: join(state, "v3") };
  const workerd = await runPlainWorkerd([{ name: "service", bundle, port }], options);
  const site = { port, pid: workerd.pid ?? 0 };
  const lines = [
    "| request | status | CPU, ms | of a plain update | half the size | growth | GetImage of another, ms: at 20 requests/s | on 4 connections |",
    "|---|---|---|---|---|---|---|---|",
  ];
  await measureOther(site);
  const alone = await measureOther(site);
  let plain = Number.NaN;
  for (const one of worst) {
    const whole = await measure(site, one, 1);
    const half = await measure(site, one, 0.5);
    if (Number.isNaN(plain)) plain = whole.ms;
    const ratio = (ms: number) => (ms / plain).toFixed(1);
    const paced = await measureMeanwhile(site, one, (1000 * connections) / requestsPerSecond);
    const unpaced = await measureMeanwhile(site, one, 0);
    const cells = [
      whole.status,
      whole.ms.toFixed(2),
      ratio(whole.ms),
      ratio(half.ms),
      (whole.ms / half.ms).toFixed(2),
      paced.toFixed(2),
      unpaced.toFixed(2),
    ];
    lines.push(`| ${one.name} | ${cells.join(" | ")} |`);
  }
  agent.destroy();
  await endProcess(workerd);
  lines.push("", `GetImage of another account alone: ${alone.toFixed(2)} ms (median).`);
  return lines.join("\n");
}

if (import.meta.main) {
  console.log(await measureWorst());
  process.exit(0);
}
