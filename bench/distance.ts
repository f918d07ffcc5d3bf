/** Round trips and milliseconds of a request, by the distance to D1's primary. `npm run bench -- --distance 20,80,200` */
import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { endProcess } from "../scripts/serving/workerd.ts";
import { send } from "./load.ts";
import { chooseKey, type Kind, makeKeys, makeSignedRequest, type Outgoing } from "./requests.ts";
import { makeDatabase, serveWorkers } from "./site.ts";
import { quantile } from "./summary.ts";

const root = join(import.meta.dirname, "..");

/** Assumed: Cloudflare has a replica in each of its regions, so that one is 20 ms away, or the primary is nearer. */
const replicaMs = 20;

/** Writes a Worker: a service with the waits of bench/delayed.ts. @param checkout whose service @returns the file */
export function writeDelayed(folder: string, checkout = root): string {
  const [app, delayed] = [join(checkout, "src/app.ts"), join(import.meta.dirname, "delayed.ts")].map((file) =>
    JSON.stringify(file),
  );
  const entry = join(folder, `${crypto.randomUUID()}.ts`);
  writeFileSync(entry, `import { app } from ${app};\nimport { delay } from ${delayed};\nexport default delay(app);\n`);
  return entry;
}

/** A row of the table. */
type Row = { name: string; kind: Kind; status: number; isCold: boolean; isStale: boolean };

const rows: readonly Row[] = [
  ...rowsOf("GetImage", "get", { isRead: true }),
  ...rowsOf("ListImages, 200 visible", "list", { isRead: true }),
  ...rowsOf("UpdateImage", "update-rsa"),
  ...rowsOf("401, wrong signature", "get", { status: 401 }),
];

function rowsOf(name: string, kind: Kind, { status = 200, isRead = false } = {}): Row[] {
  return (isRead ? [false, true] : [false]).flatMap((isStale) =>
    [true, false].map((isCold) => ({ name, kind, status, isCold, isStale })),
  );
}

const keys = makeKeys();
let serial = 0;

function makeRequest({ kind, status, isCold, isStale }: Omit<Row, "name">, farMs: number): Outgoing {
  serial += 1;
  const { headers, ...request } = makeSignedRequest(kind, chooseKey(kind, keys), { lane: 0, serial });
  const date = new Date(Date.parse(headers["Date"] ?? "") - (status === 401 ? 1000 : 0));
  return {
    ...request,
    headers: {
      ...headers,
      Date: date.toUTCString(),
      "Bench-Delays": `${Math.min(replicaMs, farMs)},${farMs}`,
      ...(isCold && { "Bench-Cold": "true" }),
      ...(isStale && { "Cache-Control": "max-stale=60" }),
    },
  };
}

/** Sends what moves the heartbeat until a replica answers, so that it answers the rows with max-stale. @throws {Error} it does not */
async function moveHeartbeat(to: Served["to"], farMs: number): Promise<void> {
  const { headers, ...request } = makeRequest({ kind: "get", status: 200, isCold: false, isStale: false }, farMs);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const answer = await send(to, { ...request, headers: { ...headers, "Cache-Control": "max-stale=5" } });
    if (answer.headers["age"] !== undefined) return;
  }
  throw new Error("no replica answers a request with max-stale");
}

/** A Worker, and where it answers. */
type Served = { name: string; to: { port: number; agent: Agent } };

/** What one request took. `trips` is NEAR + FAR. */
type Sample = { row: Row; name: string; farMs: number; trips: string; ms: number };

/** Sends a request of every row to every service, one after the other. @throws {Error} a status that the row does not have */
async function measureRound(services: readonly Served[], farMs: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const row of rows) {
    for (const { name, to } of services) {
      const { status, headers, ms } = await send(to, makeRequest(row, farMs));
      if (status !== row.status) throw new Error(`${row.name} was answered ${status}`);
      samples.push({ row, name, farMs, trips: String(headers["bench-trips"]), ms });
    }
  }
  return samples;
}

type Options = {
  /** ms to the primary. */
  distances: readonly number[];
  rounds: number;
  images: number;
  /** Another checkout, whose service is measured too. */
  before: string | undefined;
};

/** Measures every row at every distance, in rounds; two services take turns. @returns a table, before → now */
export async function measureDistances(folder: string, options: Options): Promise<string> {
  const { distances, rounds, images, before } = options;
  const state = join(folder, "state");
  await makeDatabase(state, images, keys);
  const workers = [...(before === undefined ? [] : [before]), root].map((checkout, at) => {
    const bundle = bundleWorker(writeDelayed(folder, checkout), join(folder, `service-${at}`));
    // During the run no caller is forgotten, and no replica is too slow, however busy the machine is.
    const vars = { CREDENTIAL_CACHE_SECONDS: "86400", NEAR_WAIT_MS: "600000" };
    return { name: `service-${at}`, bundle, vars };
  });
  const { run, port } = await serveWorkers(state, workers);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const services = workers.map(({ name }): Served => ({ name, to: { port: port(name), agent } }));
  const samples: Sample[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const farMs of distances) {
      await moveHeartbeat(services.at(-1)?.to ?? { port: 0, agent }, farMs);
      const measured = await measureRound(round % 2 ? services : services.toReversed(), farMs);
      // Round 0 warms up.
      if (round > 0) samples.push(...measured);
    }
  }
  agent.destroy();
  await endProcess(run);
  return formatTable(samples, { distances, names: services.map(({ name }) => name) });
}

const medianOf = (samples: readonly Sample[]): string => {
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  return quantile(sorted, 0.5).toFixed(0);
};

type Columns = { distances: readonly number[]; names: readonly string[] };

function formatTable(samples: readonly Sample[], { distances, names }: Columns): string {
  const head = ["Request", "caller", "near + far", ...distances.map((farMs) => `${farMs} ms`)];
  const lines = rows.map((row) => {
    const byService = names.map((name) => samples.filter((sample) => sample.row === row && sample.name === name));
    return [
      `${row.name}${row.isStale ? ", `max-stale=60`" : ""}`,
      row.isCold ? "cold" : "warm",
      // Different ones if the heartbeat once was too old.
      byService.map((own) => [...new Set(own.map(({ trips }) => trips))].join(" or ")).join(" → "),
      ...distances.map((farMs) =>
        byService.map((own) => medianOf(own.filter((sample) => sample.farMs === farMs))).join(" → "),
      ),
    ];
  });
  return [
    `| ${head.join(" | ")} |`,
    `|${"---|".repeat(head.length)}`,
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}
