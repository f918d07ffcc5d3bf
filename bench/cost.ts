/**
 * What a month costs on Cloudflare, from the rows of docs/performance.md, the CPU of bench/results.json, the bytes of a
 * revision, and Cloudflare's published prices. `npm run cost`
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openMigrated } from "../scripts/provisioning/migrations.ts";
import { readNumber, readOptions, runProgram } from "../scripts/running/program.ts";
import { variableDefaults } from "../src/configuration.ts";
import type { Results } from "./summary.ts";

const usage = `usage: npm run cost [-- OPTIONS]
  --accounts N  accounts (default 1000)
  --images N    images of each (default 10)
  --updates N   UpdateImage requests of a month (default 1000000)
  --gets N      GetImage requests (default 5000000)
  --lists N     ListImages requests (default 100000)`;

const root = join(import.meta.dirname, "..");

/** US dollars of Workers Paid: what the fee includes in a month, and what a unit costs beyond. docs/operating.md#cost */
const prices = {
  requests: { included: 10_000_000, unit: 1_000_000, price: 0.3 },
  "CPU, ms": { included: 30_000_000, unit: 1_000_000, price: 0.02 },
  "rows read": { included: 25_000_000_000, unit: 1_000_000, price: 0.001 },
  "rows written": { included: 50_000_000, unit: 1_000_000, price: 1 },
  "storage, GB": { included: 5, unit: 1, price: 0.75 },
  "log lines and spans": { included: 20_000_000, unit: 1_000_000, price: 0.6 },
} as const;
const monthlyFee = 5;

/** What a database of D1 holds on Workers Paid. */
const databaseGb = 10;

/** Round trips and rows of a request whose caller no isolate remembers. */
type Costs = { trips: number; read: number; written: number };

/** Adds the rows of finding the caller, which the table leaves out. A replica's rows are billed as the primary's are. */
function readCosts(name: string): Costs {
  const [own, identify] = [readRow(name), readRow("ListDatacenters")];
  return { ...own, read: own.read + identify.read };
}

/** A row of the table of docs/performance.md: near and primary trips, and rows on the primary. */
function readRow(name: string): Costs {
  const page = readFileSync(join(root, "docs/performance.md"), "utf8");
  const row = new RegExp(`^\\| ${name} \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$`, "m").exec(page);
  if (!row) throw new Error(`docs/performance.md has no row ${name}`);
  const [near = 0, primary = 0, read = 0, written = 0] = row.slice(1).map(Number);
  return { trips: near + primary, read, written };
}

/** The share of the requests that are traced, of wrangler.toml. */
function readTraced(): number {
  const settings = readFileSync(join(root, "wrangler.toml"), "utf8");
  const [, rate] = /^\[observability\.traces\]\nenabled = true\nhead_sampling_rate = ([\d.]+)$/m.exec(settings) ?? [];
  if (rate === undefined) throw new Error("wrangler.toml has no head_sampling_rate for traces");
  return Number(rate);
}

/** CPU of a request in ms, D1 included: locally both run in one process, and Workers bills less. */
function readCpu(kind: string): number {
  const results: Results = JSON.parse(readFileSync(join(root, "bench/results.json"), "utf8"));
  const measured = results.sizes[0]?.measurements.find((one) => one.kind === kind && one.connections === 16);
  if (!measured) throw new Error(`bench/results.json has no ${kind}`);
  return measured.service.cpu.median / 1000;
}

/** Measures the bytes that a revision of an ordinary image adds to the database, with indexes and free space of its pages. */
function measureRevision(): number {
  const db = openMigrated();
  db.exec(`INSERT INTO images (uuid, name, version, owner, state, os, type, description, tags, files, requirements)
    VALUES ('c0ffee00-0000-4000-8000-000000000000', 'base-64', '24.4.1', 'aaaaaaaa-0000-4000-8000-000000000001', 'active', 'smartos',
    'zone-dataset', 'A 64-bit image with just essential packages installed', '{"role":"db","group":"core"}',
    '[{"compression":"gzip","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","size":123456789}]', '{"min_ram":512}')`);
  const selectSize = db.prepare("SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size");
  const readSize = () => Number(selectSize.get()?.["size"]);
  // Ids are spread as UUIDs are, and the same at each run.
  const update = db.prepare(
    "UPDATE images SET name = 'base-' || ?1, revision = revision + 1, write_id = printf('%08x-0000-4000-8000-%012x', (?1 * 2654435761) % 4294967296, ?1), \"write\" = ?2",
  );
  const record = {
    account: "aaaaaaaa-0000-4000-8000-000000000001",
    key_sha256: "n".repeat(43),
    request_id: "r".repeat(36),
    operation: "UpdateImage",
    changed: "name",
    attempt_id: "a".repeat(36),
    keep_revisions: 0,
    keep_bytes: 0,
  };
  const [before, count] = [readSize(), 1000];
  for (let at = 0; at < count; at += 1) update.run(at, JSON.stringify(record));
  return (readSize() - before) / count;
}

/** Computes what a month uses, and prints it with its price. */
async function cost(): Promise<number> {
  const option = (number: number) => ({ type: "string", default: String(number) }) as const;
  const { values } = readOptions(usage, {
    options: {
      accounts: option(1000),
      images: option(10),
      updates: option(1_000_000),
      gets: option(5_000_000),
      lists: option(100_000),
    },
  });
  const read = (name: keyof typeof values): number => readNumber(name, values[name]);
  const requests = [
    { kind: "update-rsa", row: "UpdateImage", count: read("updates") },
    { kind: "get", row: "GetImage", count: read("gets") },
    { kind: "list", row: "ListImages, 200 visible", count: read("lists") },
  ] as const;
  const sum = (amount: (request: (typeof requests)[number]) => number): number =>
    requests.reduce((total, request) => total + amount(request) * request.count, 0);
  const [images, updates, revision] = [read("accounts") * read("images"), read("updates"), measureRevision()];
  const { HISTORY_REVISIONS, HISTORY_BYTES, ACCOUNT_HISTORY_BYTES } = variableDefaults;
  const history = Math.min(
    updates * revision,
    images * Math.min(HISTORY_REVISIONS * revision, HISTORY_BYTES),
    read("accounts") * ACCOUNT_HISTORY_BYTES,
  );
  const stored = (images * revision + history) / 1e9;
  const traced = readTraced();
  const used: Record<keyof typeof prices, number> = {
    requests: sum(() => 1),
    // Two digits: more would change with every run of the bench.
    "CPU, ms": Number(sum(({ kind }) => readCpu(kind)).toPrecision(2)),
    "rows read": sum(({ row }) => readCosts(row).read),
    "rows written": sum(({ row }) => readCosts(row).written),
    "storage, GB": Math.min(stored, databaseGb),
    // A line for each request; of a traced one a span for the request, the limiter and each round trip.
    "log lines and spans": sum(({ row }) => 1 + traced * (2 + readCosts(row).trips)),
  };
  const show = (amount: number): string => (amount < 100 ? amount.toFixed(1) : Math.round(amount).toLocaleString("en"));
  let total = monthlyFee;
  console.log("| In a month | used | included | US$ beyond |\n|---|---|---|---|");
  for (const [item, { included, unit, price }] of Object.entries(prices)) {
    const amount = used[item as keyof typeof prices]; // The keys of `prices`.
    const dollars = (Math.max(0, amount - included) / unit) * price;
    total += dollars;
    console.log(`| ${item} | ${show(amount)} | ${included.toLocaleString("en")} | ${dollars.toFixed(2)} |`);
  }
  console.log(`| Workers Paid, with the above | | | ${total.toFixed(2)} |`);
  if (stored > databaseGb)
    console.log(
      `\nThis is ${show(stored)} GB, and a database holds ${databaseGb}: writes are 503 then. docs/operating.md#limits`,
    );
  return 0;
}

await runProgram(cost);
