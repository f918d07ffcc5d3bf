import type { Kind } from "./requests.ts";

/** One run of the load: requests a second, CPU µs of workerd per request, latencies in ms. */
export type Measured = { perSecond: number; cpu: number; p50: number; p95: number; p99: number };

/** The median of the rounds, the least and the most. */
type Spread = { median: number; min: number; max: number };

/** Every measure over the rounds. */
type Spreads = Record<keyof Measured, Spread>;

type Ratios = Record<"perSecond" | "cpu" | "p50" | "p99", Spread>;

/** What is measured: the service, the floor, and the service of another checkout. */
export type Target = "service" | "floor" | "before";

/**
 * Service and floor. `ratio` is service to floor within each round, where both meet the same machine: between rounds it may
 * be a quarter slower. `toFirstSize` is the service to itself at the first size. `toBefore` is the service to that of
 * another checkout.
 */
type Comparison = {
  service: Spreads;
  floor: Spreads;
  ratio: Ratios;
  toFirstSize: Ratios;
  before?: Spreads;
  toBefore?: Ratios;
};

/** Rows of a warm request, as D1 counts them. */
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
    context: { singleUpdate: Spreads; noDatabase: Spreads };
    /** Warm, over one connection: its only round trip is to the primary. */
    updateWith80msEachRoundTrip: Spreads;
  }[];
};

/** The value below which this share of the sorted values is. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

const round = (value: number): number => Number(value.toPrecision(4));

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const median = (quantile(sorted, 0.5) + quantile(sorted.toReversed(), 0.5)) / 2;
  return { median: round(median), min: round(quantile(sorted, 0)), max: round(quantile(sorted, 1)) };
}

/** Spreads the rounds, measure by measure. */
export function spreadAll(samples: readonly Measured[]): Spreads {
  const spread = (of: keyof Measured) => spreadOf(samples.map((sample) => sample[of]));
  return {
    perSecond: spread("perSecond"),
    cpu: spread("cpu"),
    p50: spread("p50"),
    p95: spread("p95"),
    p99: spread("p99"),
  };
}

export function computeRatios(samples: readonly Measured[], to: readonly Measured[]): Ratios {
  const ratio = (of: keyof Ratios) => spreadOf(samples.map((sample, at) => sample[of] / (to[at]?.[of] ?? Number.NaN)));
  return { perSecond: ratio("perSecond"), cpu: ratio("cpu"), p50: ratio("p50"), p99: ratio("p99") };
}

/** Summarizes the rounds as medians, spreads and ratios. */
export const summarize = (
  { service, floor, before }: Record<Target, readonly Measured[]>,
  serviceAtFirstSize: readonly Measured[],
): Comparison => ({
  service: spreadAll(service),
  floor: spreadAll(floor),
  ratio: computeRatios(service, floor),
  toFirstSize: computeRatios(service, serviceAtFirstSize),
  ...(before.length > 0 && { before: spreadAll(before), toBefore: computeRatios(service, before) }),
});

export const kindNames: Readonly<Record<Kind, string>> = {
  "update-rsa": "update, RSA",
  "update-ed25519": "update, Ed25519",
  get: "get",
  list: "list of 200",
};

export const formatSpread = ({ median, min, max }: Spread): string =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;

const whole = ({ median }: Spread): string => String(Math.round(median));

/** Formats the table of docs/performance.md. */
export function formatTable({ sizes }: Results): string {
  const hasBefore = sizes.some(({ measurements }) => measurements.some(({ toBefore }) => toBefore));
  const head = [
    ...["Request, connections", "requests/s, service / floor", "ratio", "CPU µs, service / floor", "ratio", "p50 ms"],
    ...["p50 to first size", "rows read, written"],
    ...(hasBefore ? ["requests/s to before", "CPU to before"] : []),
  ];
  const rows = sizes.flatMap(({ images, measurements, rows }) =>
    measurements.map(({ kind, connections, service, floor, ratio, toFirstSize, toBefore }) => {
      const { read, written } = rows[kind.replace(/-.*/, "")] ?? { read: 0, written: 0 };
      return [
        `${kindNames[kind]}, ${images.toLocaleString("en")} images, ${connections}`,
        `${whole(service.perSecond)} / ${whole(floor.perSecond)}`,
        formatSpread(ratio.perSecond),
        `${whole(service.cpu)} / ${whole(floor.cpu)}`,
        formatSpread(ratio.cpu),
        `${service.p50.median.toFixed(1)} / ${floor.p50.median.toFixed(1)}`,
        toFirstSize.p50.median.toFixed(2),
        `${read}, ${written}`,
        ...(toBefore ? [formatSpread(toBefore.perSecond), formatSpread(toBefore.cpu)] : []),
      ];
    }),
  );
  const format = ({ perSecond, cpu }: Spreads) => `${whole(perSecond)}/s, ${whole(cpu)} µs`;
  const contexts = sizes.map(
    ({ images, context: { singleUpdate, noDatabase }, updateWith80msEachRoundTrip: { p50 } }) =>
      `${images.toLocaleString("en")} images, 16 connections: a single UPDATE ${format(singleUpdate)}; no database ${format(noDatabase)}. A warm update with 80 ms before every round trip to the primary: p50 ${p50.median.toFixed(1)} ms.`,
  );
  const [first, ...lines] = [head, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [first, `|${"---|".repeat(head.length)}`, ...lines, "", contexts.join("\n\n")].join("\n");
}
