import type { Kind } from "./requests.ts";

/** One run of the load: requests a second, CPU µs of workerd a request, latencies in ms. */
export type Measured = { perSecond: number; cpu: number; p50: number; p95: number; p99: number };

/** The median of the rounds, and the least and the most. */
export type Spread = { median: number; min: number; max: number };

/** Every measure over the rounds. */
export type Spreads = Record<keyof Measured, Spread>;

/** Updates a second of the two commands, in one round. */
export type CommandSample = { serve: number; start: number };

/** The commands over the rounds; `ratio` is `npm run serve` to `npm start` within each. */
export type CommandComparison = { serve: Spread; start: Spread; ratio: Spread };

/** Summarizes the rounds of the commands. */
export const summarizeCommands = (samples: readonly CommandSample[]): CommandComparison => ({
  serve: spreadOf(samples.map(({ serve }) => serve)),
  start: spreadOf(samples.map(({ start }) => start)),
  ratio: spreadOf(samples.map(({ serve, start }) => serve / start)),
});

type Ratios = Record<"perSecond" | "cpu" | "p50", Spread>;

/** What is measured: the service, the floor, and the service of another checkout. */
export type Target = "service" | "floor" | "before";

/**
 * Service and floor. `ratio` is service to floor within each round, over the rounds: both meet the same machine there,
 * which between rounds may be a quarter slower. `toFirstSize` is the service to itself at the first size, and `toBefore`
 * the service to that of another checkout, likewise.
 */
export type Comparison = {
  service: Spreads;
  floor: Spreads;
  ratio: Ratios;
  toFirstSize: Ratios;
  before?: Spreads;
  toBefore?: Ratios;
};

/** Of a warm request, as D1 counts them. */
export type Rows = Record<string, { read: number; written: number }>;

/** What `bench/results.json` holds. */
export type Results = {
  date: string;
  command: string;
  machine: Record<string, unknown>;
  seconds: number;
  rounds: number;
  /** Of `update, RSA` over 16 connections among 1,000 images. */
  commands?: CommandComparison;
  sizes: {
    images: number;
    rows: Rows;
    measurements: ({ kind: Kind; connections: number } & Comparison)[];
    context: { singleUpdate: Spreads; noDatabase: Spreads };
    updateWith80msEachRoundTrip: Spreads;
  }[];
};

const round = (value: number): number => Number(value.toPrecision(4));

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median: round(median), min: round(at(0)), max: round(at(sorted.length - 1)) };
}

/** Spreads the rounds, measure by measure. */
export const spreadAll = (samples: readonly Measured[]): Spreads => ({
  perSecond: spreadOf(samples.map(({ perSecond }) => perSecond)),
  cpu: spreadOf(samples.map(({ cpu }) => cpu)),
  p50: spreadOf(samples.map(({ p50 }) => p50)),
  p95: spreadOf(samples.map(({ p95 }) => p95)),
  p99: spreadOf(samples.map(({ p99 }) => p99)),
});

function computeRatios(samples: readonly Measured[], to: readonly Measured[]): Ratios {
  const ratio = (of: keyof Ratios) =>
    spreadOf(samples.map((sample, round) => sample[of] / (to[round]?.[of] ?? Number.NaN)));
  return { perSecond: ratio("perSecond"), cpu: ratio("cpu"), p50: ratio("p50") };
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

const kindNames: Readonly<Record<Kind, string>> = {
  "update-rsa": "update, RSA",
  "update-ed25519": "update, Ed25519",
  get: "get",
  list: "list of 200",
};

const formatSpread = ({ median, min, max }: Spread): string =>
  `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;

/** Formats the table of docs/performance.md. */
export function formatTable({ sizes, commands }: Results): string {
  const formatCommands = (kind: Kind, { connections, images }: { connections: number; images: number }): string[] => {
    if (!commands) return [];
    if (kind !== "update-rsa" || connections !== 16 || images !== 1000) return ["", ""];
    const { serve, start, ratio } = commands;
    return [`${Math.round(serve.median)} / ${Math.round(start.median)}`, formatSpread(ratio)];
  };
  const hasBefore = sizes.some(({ measurements }) => measurements.some(({ toBefore }) => toBefore));
  const rows = sizes.flatMap(({ images, measurements, rows }) =>
    measurements.map(({ kind, connections, service, floor, ratio, toFirstSize, toBefore }) => {
      const { read, written } = rows[kind.replace(/-.*/, "")] ?? { read: 0, written: 0 };
      const cells = [
        `${kindNames[kind]}, ${images.toLocaleString("en")} images, ${connections}`,
        `${Math.round(service.perSecond.median)} / ${Math.round(floor.perSecond.median)}`,
        formatSpread(ratio.perSecond),
        `${Math.round(service.cpu.median)} / ${Math.round(floor.cpu.median)}`,
        formatSpread(ratio.cpu),
        `${service.p50.median.toFixed(1)} / ${floor.p50.median.toFixed(1)}`,
        toFirstSize.p50.median.toFixed(2),
        `${read}, ${written}`,
        ...formatCommands(kind, { connections, images }),
        ...(toBefore ? [formatSpread(toBefore.perSecond), formatSpread(toBefore.cpu)] : []),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  const contexts = sizes.flatMap(({ images, context, updateWith80msEachRoundTrip }) => {
    const { singleUpdate, noDatabase } = context;
    const format = ({ perSecond, cpu }: Spreads) => `${Math.round(perSecond.median)}/s, ${Math.round(cpu.median)} µs`;
    return `${images.toLocaleString("en")} images, 16 connections: a single UPDATE ${format(singleUpdate)}; no database ${format(noDatabase)}. A warm update with 80 ms before every round trip to D1: p50 ${updateWith80msEachRoundTrip.p50.median.toFixed(1)} ms.`;
  });
  return [
    `| Request, connections | requests/s, service / floor | ratio | CPU µs, service / floor | ratio | p50 ms | p50 to first size | rows read, written |${commands ? " npm run serve / npm start, requests/s | ratio |" : ""}${hasBefore ? " requests/s to before | CPU to before |" : ""}`,
    `|---|---|---|---|---|---|---|---|${commands ? "---|---|" : ""}${hasBefore ? "---|---|" : ""}`,
    ...rows,
    "",
    contexts.join("\n\n"),
  ].join("\n");
}
