/** Prints each change of an account's images, or applies it in other datacenters. `npm run follow -- --help`, docs/changes.md */
import { CloudApi, Unavailable } from "./following/cloud-api.ts";
import { CursorFile } from "./following/cursor-file.ts";
import { CursorExpired, Source } from "./following/feed.ts";
import { followLines } from "./following/follow-lines.ts";
import { compareAll, followTarget } from "./following/follow-target.ts";
import { type Endpoint, readFollowOptions } from "./following/options.ts";
import { type Pace, tell } from "./following/pace.ts";
import { readSigningKey } from "./following/signing-key.ts";
import { Target } from "./following/target.ts";
import { assertReadsJson } from "./running/node-version.ts";
import { runProgram } from "./running/program.ts";

/** A page of the feed, or 30 images as they were provisioned. */
const maxSourceBytes = 64_000_000;
const maxTargetBytes = 1_000_000;

/** Stops at the first signal, after what is under way. npm hands each on a second time. */
function stopBySignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

/** The exit code of what ended by an error that needs no other line. @throws the error, if it ends the program */
function explainEnd(error: unknown, name: string, stop: AbortSignal): number {
  if (stop.aborted && error instanceof Error && error.name === "AbortError") return 0;
  if (error instanceof CursorExpired) {
    tell(`${name}: ${error.message}. Read docs/changes.md#when-changes-were-missed, then add --resync`);
    return 3;
  }
  if (!(error instanceof Unavailable)) throw error;
  tell(error.message);
  return 1;
}

await runProgram(async () => {
  const options = readFollowOptions();
  assertReadsJson();
  const stop = stopBySignal();
  const { isOnce, intervalMs, check, after } = options;
  const pace: Pace = { stop, isOnce: isOnce || check, intervalMs };
  const open = async ({ origin, login, keyFile }: Endpoint, maxBytes: number) =>
    new CloudApi({ origin, login, key: await readSigningKey(keyFile), maxBytes }, stop);
  const openSource = async () => new Source(await open(options.source, maxSourceBytes));
  const openPair = async (endpoint: Endpoint) => ({
    source: await openSource(),
    target: new Target(await open(endpoint, maxTargetBytes), options),
  });
  const pairs = await Promise.all(options.targets.map(openPair));
  const source = await openSource();
  const cursors = after === undefined || check ? undefined : new CursorFile(after);
  const watch = (name: string, run: Promise<number | undefined>) =>
    run.then((code) => code ?? 0).catch((error: unknown) => explainEnd(error, name, stop));

  const runs = pairs.map(async (pair) => {
    const compare = async () => ((await compareAll(pair, pace)).different > 0 ? 1 : 0);
    const follow = async () => followTarget(pair, { ...options, cursors }, pace).then(() => 0);
    return await watch(pair.target.name, check ? compare() : follow());
  });
  const lines = async () => followLines(source, { ...options, cursors }, pace).then(() => 0);
  const codes = await Promise.all(pairs.length > 0 ? runs : [watch(source.name, lines())]);
  return Math.max(...codes);
});
