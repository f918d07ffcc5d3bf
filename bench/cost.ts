/**
 * What a month costs on Cloudflare, from the rows of docs/performance.md, the CPU of bench/results.json, the bytes of a
 * revision, and Cloudflare's published prices. `npm run cost [-- --accounts N --images N --updates N --gets N --lists N]`
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DatabaseSync } from "../scripts/provisioning/sqlite.ts";
import type { Results } from "./summary.ts";

const root = join(import.meta.dirname, "..");

/** US dollars of Workers Paid: what the fee includes in a month, and what a unit costs beyond. docs/operating.md#cost */
const prices = {
  requests: { included: 10_000_000, unit: 1_000_000, price: 0.3 },
  "CPU, ms": { included: 30_000_000, unit: 1_000_000, price: 0.02 },
  "rows read": { included: 25_000_000_000, unit: 1_000_000, price: 0.001 },
  "rows written": { included: 50_000_000, unit: 1_000_000, price: 1 },
  "storage, GB": { included: 5, unit: 1, price: 0.75 },
  "log lines": { included: 20_000_000, unit: 1_000_000, price: 0.6 },
} as const;
const monthlyFee = 5;

type Item = keyof typeof prices;

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "1000" },
    images: { type: "string", default: "10" },
    updates: { type: "string", default: "1000000" },
    gets: { type: "string", default: "5000000" },
    lists: { type: "string", default: "100000" },
  },
});

/** Requests of a month, by the kind of the bench and the row of docs/performance.md. */
const requests = [
  { kind: "update-rsa", row: "UpdateImage", count: parse("updates") },
  { kind: "get", row: "GetImage", count: parse("gets") },
  { kind: "list", row: "ListImages, 200 visible", count: parse("lists") },
] as const;

function parse(name: keyof typeof values): number {
  const text = values[name];
  if (!/^\d{1,12}$/.test(text)) throw new Error(`--${name} is a whole number; ${text} was given`);
  return Number(text);
}

/** Rows that a warm request reads and writes. */
function readRows(name: string): { read: number; written: number } {
  const page = readFileSync(join(root, "docs/performance.md"), "utf8");
  const row = new RegExp(`^\\| ${name} \\| \\d+ \\| \\d+ \\| (\\d+) \\| (\\d+) \\|$`, "m");
  const [, read, written] = row.exec(page) ?? [];
  if (read === undefined || written === undefined) throw new Error(`docs/performance.md has no row ${name}`);
  return { read: Number(read), written: Number(written) };
}

/** CPU of a request in ms. That of D1 is in it: locally both run in one process, and Workers bills less. */
function readCpu(kind: string): number {
  const results: Results = JSON.parse(readFileSync(join(root, "bench/results.json"), "utf8"));
  const measured = results.sizes[0]?.measurements.find((one) => one.kind === kind && one.connections === 16);
  if (!measured) throw new Error(`bench/results.json has no ${kind}`);
  return measured.service.cpu.median / 1000;
}

/** Bytes that a revision of an ordinary image adds to the database, indexes and free space of its pages included. */
function measureRevision(): number {
  const db = new DatabaseSync(":memory:");
  const files = readdirSync(join(root, "migrations")).filter((name) => name.endsWith(".sql"));
  for (const file of files.sort()) db.exec(readFileSync(join(root, "migrations", file), "utf8"));
  db.exec(`INSERT INTO images (uuid, name, version, owner, state, os, type, description, tags, files, requirements)
    VALUES ('c0ffee00-0000-4000-8000-000000000000', 'base-64', '24.4.1', 'aaaaaaaa-0000-4000-8000-000000000001', 'active', 'smartos',
    'zone-dataset', 'A 64-bit image with just essential packages installed', '{"role":"db","group":"core"}',
    '[{"compression":"gzip","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","size":123456789}]', '{"min_ram":512}')`);
  const readSize = () =>
    Number(
      db.prepare("SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size").get()?.["size"],
    );
  const update = db.prepare(
    "UPDATE images SET name = 'base-' || ?, revision = revision + 1, write_id = lower(hex(randomblob(16))), \"write\" = ?",
  );
  const record = {
    account: "aaaaaaaa-0000-4000-8000-000000000001",
    key_sha256: "n".repeat(43),
    request_id: "r".repeat(36),
    operation: "UpdateImage",
    attempt_id: "a".repeat(36),
    keep_revisions: 0,
    keep_bytes: 0,
  };
  const [before, count] = [readSize(), 1000];
  for (let at = 0; at < count; at += 1) update.run(at, JSON.stringify(record));
  return (readSize() - before) / count;
}

const sum = (amount: (request: (typeof requests)[number]) => number): number =>
  requests.reduce((total, request) => total + amount(request) * request.count, 0);

function computeUse(): Record<Item, number> {
  const revision = measureRevision();
  const images = parse("accounts") * parse("images");
  const total = sum(() => 1);
  return {
    requests: total,
    // Two digits: more would change with every run of the bench.
    "CPU, ms": Number(sum(({ kind }) => readCpu(kind)).toPrecision(2)),
    "rows read": sum(({ row }) => readRows(row).read),
    "rows written": sum(({ row }) => readRows(row).written),
    "storage, GB": ((images + parse("updates")) * revision) / 1e9,
    "log lines": total,
  };
}

const items = Object.keys(prices) as Item[]; // The keys of `prices`.
const show = (amount: number): string => (amount < 100 ? amount.toFixed(1) : Math.round(amount).toLocaleString("en"));
const use = computeUse();
const lines = items.map((item) => {
  const { included, unit, price } = prices[item];
  const cost = (Math.max(0, use[item] - included) / unit) * price;
  return { cost, text: `| ${item} | ${show(use[item])} | ${included.toLocaleString("en")} | ${cost.toFixed(2)} |` };
});
const total = monthlyFee + lines.reduce((dollars, { cost }) => dollars + cost, 0);
console.log(
  [
    "| In a month | used | included | US$ beyond |",
    "|---|---|---|---|",
    ...lines.map(({ text }) => text),
    `| Workers Paid, with the above | | | ${total.toFixed(2)} |`,
  ].join("\n"),
);
