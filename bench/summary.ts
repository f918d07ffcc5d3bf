import type { Kind } from "./requests.ts";

/** One run of the load: requests a second, CPU µs of workerd a request, latencies in ms. */
export type Measured = { perSecond: number; cpu: number; p50: number; p99: number };

/** The median of the rounds, and the least and the most. */
export type Spread = { median: number; min: number; max: number };

type Spreads = Record<keyof Measured, Spread>;

/** Service and floor, and the ratio of their medians: of throughput, CPU and p50. */
export type Comparison = { service: Spreads; floor: Spreads; ratio: Record<"perSecond" | "cpu" | "p50", number> };

/** Of a warm request, as D1 counts them. */
export type Rows = Record<string, { read: number; written: number }>;

/** What `bench/results.json` holds. */
export type Results = {
  date: string;
  command: string;
  machine: Record<string, unknown>;
  seconds: number;
  rounds: number;
  sizes: {
    images: number;
    rows: Rows;
    measurements: ({ kind: Kind; connections: number } & Comparison)[];
    context: { singleUpdate: Measured; noDatabase: Measured };
    updateWith80msEachTrip: Measured;
  }[];
};

const rounded = (value: number): number => Number(value.toPrecision(4));

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  return { median: at(0.5), min: at(0), max: at(1) };
}

const spreads = (samples: readonly Measured[]): Spreads => ({
  perSecond: spread(samples.map(({ perSecond }) => perSecond)),
  cpu: spread(samples.map(({ cpu }) => cpu)),
  p50: spread(samples.map(({ p50 }) => p50)),
  p99: spread(samples.map(({ p99 }) => p99)),
});

/** The rounds of both as medians, spreads and ratios. */
export function summary(samples: Record<"service" | "floor", readonly Measured[]>): Comparison {
  const [service, floor] = [spreads(samples.service), spreads(samples.floor)];
  const ratio = (of: "perSecond" | "cpu" | "p50") => rounded(service[of].median / floor[of].median);
  return { service, floor, ratio: { perSecond: ratio("perSecond"), cpu: ratio("cpu"), p50: ratio("p50") } };
}

const inWords: Readonly<Record<Kind, string>> = {
  "update-rsa": "update, RSA",
  "update-ed25519": "update, Ed25519",
  get: "get",
  list: "list of 200",
};

/** The table of the README. */
export function table({ sizes }: Results): string {
  const rows = sizes.flatMap(({ images, measurements, rows }) =>
    measurements.map(({ kind, connections, service, floor, ratio }) => {
      const { read, written } = rows[kind.replace(/-.*/, "")] ?? { read: 0, written: 0 };
      const cells = [
        `${inWords[kind]}, ${images.toLocaleString("en")} images, ${connections}`,
        `${Math.round(service.perSecond.median)} / ${Math.round(floor.perSecond.median)}`,
        ratio.perSecond.toFixed(2),
        `${Math.round(service.cpu.median)} / ${Math.round(floor.cpu.median)}`,
        ratio.cpu.toFixed(2),
        `${service.p50.median.toFixed(1)} / ${floor.p50.median.toFixed(1)}`,
        `${read}, ${written}`,
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  const delayed = sizes.map(({ updateWith80msEachTrip: { p50 } }) => `${p50.toFixed(1)} ms`);
  return [
    "| Request, connections | requests/s, service / floor | ratio | CPU µs, service / floor | ratio | p50 ms | rows read, written |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `With 80 ms before every trip to D1, p50 of a warm update: ${delayed.join(", ")}.`,
  ].join("\n");
}
