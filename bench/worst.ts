/**
 * The requests of at most 100 KB that cost most, as multiples of a plain update in CPU of workerd, D1 included. Also at half
 * their size, which shows how their cost grows, and with the time that another account's GetImage takes meanwhile.
 * `npm run worst` prints the table.
 */
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeTemporaryFolder, readOptions, runProgram } from "../scripts/running/program.ts";
import { endProcess } from "../scripts/serving/workerd.ts";
import { formatPublicLine } from "../scripts/starting/ssh-wire.ts";
import { makeOutgoing, measureOther, other, otherImage, type Site } from "./bystander.ts";
import { send } from "./load.ts";
import { caller, imageOf, makeKeys } from "./requests.ts";
import { provision, readCpuMicroseconds, serveService } from "./site.ts";
import { measureUnread } from "./unread.ts";
import { keyOf16384Bits, moreKeys, revise, type Worst, worst } from "./worst-requests.ts";

const usage = `usage: npm run worst
  Prints the requests of 100 KB that cost most, as multiples of a plain update. Takes minutes.`;

/** The requests are repeated more often than an account's history allows: a 429 is no request to measure. */
const unbounded = { ACCOUNT_HISTORY_BYTES: "0" };

/** Sends a request for a second. @returns the CPU of one in ms, and its status */
async function measure(site: Site, { make }: Worst, share: number): Promise<{ ms: number; status: number }> {
  const sendOne = (serial: number) => send(site, makeOutgoing(site.key, make(share, serial)));
  let status = 0;
  for (let serial = 0; serial < 3; serial += 1) status = (await sendOne(serial)).status;
  const before = readCpuMicroseconds(site.pid);
  const until = performance.now() + 1000;
  let count = 0;
  for (; performance.now() < until; count += 1) await sendOne(count);
  return { ms: (readCpuMicroseconds(site.pid) - before) / 1000 / count, status };
}

/** The connections that repeat a request, and the requests a second that the default rate limit allows an account. */
const connections = 4;
const requestsPerSecond = 20;

/** Repeats a request until the signal. @param pauseMs between the starts of two requests of a connection */
async function repeat(site: Site, { make }: Worst, { signal, pauseMs }: { signal: AbortSignal; pauseMs: number }) {
  for (let serial = 0; !signal.aborted; serial += 1) {
    const started = performance.now();
    await send(site, makeOutgoing(site.key, make(1, serial)));
    await wait(Math.max(0, pauseMs - (performance.now() - started)));
  }
}

/** The same while a request repeats on 4 connections. */
async function measureMeanwhile(site: Site, one: Worst, pauseMs: number): Promise<number> {
  const stop = new AbortController();
  const lanes = Array.from({ length: connections }, () => repeat(site, one, { signal: stop.signal, pauseMs }));
  const latency = await measureOther(site);
  stop.abort();
  await Promise.all(lanes);
  return latency;
}

async function openSite(): Promise<{ site: Site; end: () => Promise<void> }> {
  const folder = makeTemporaryFolder("worst");
  const state = join(folder, "state");
  const [key, otherKey] = makeKeys();
  const accounts = [
    {
      ...caller,
      keys: [
        { name: key.name, key: formatPublicLine(key.pem, "") },
        { name: "large", key: keyOf16384Bits() },
        ...moreKeys(),
      ],
    },
    { ...other, keys: [{ name: otherKey.name, key: formatPublicLine(otherKey.pem, "") }] },
  ];
  const image = { name: "n", version: "1", os: "other", type: "other" };
  // Twice, because a revert needs a revision to go back to.
  for (const value of ["w", "v"]) {
    const tags = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, value]));
    const images = Array.from({ length: 6 }, (_, at) => ({
      ...image,
      uuid: imageOf(at),
      owner: caller.uuid,
      ...(at > 0 && { tags }),
    }));
    await provision(state, {
      accounts,
      images: [...images, { ...image, uuid: imageOf(otherImage), owner: other.uuid }],
    });
  }
  const { run, port, pid } = await serveService(folder, state, unbounded);
  const agent = new Agent({ keepAlive: true });
  for (let serial = 0; serial < 100; serial += 1) await send({ port, agent }, makeOutgoing(key, revise(serial)));
  const end = async () => {
    agent.destroy();
    await endProcess(run);
  };
  return { site: { port, agent, pid, key, otherKey }, end };
}

/** Measures every request on a workerd of its own. @returns a table */
export async function measureWorst(): Promise<string> {
  const { site, end } = await openSite();
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
    const paced = await measureMeanwhile(site, one, (1000 * connections) / requestsPerSecond);
    const unpaced = await measureMeanwhile(site, one, 0);
    const ratios = [whole.ms / plain, half.ms / plain].map((ratio) => ratio.toFixed(1));
    const figures = [whole.ms / half.ms, paced, unpaced].map((figure) => figure.toFixed(2));
    lines.push(`| ${[one.name, whole.status, whole.ms.toFixed(2), ...ratios, ...figures].join(" | ")} |`);
  }
  const unread = await measureUnread(site);
  await end();
  return [...lines, "", `GetImage of another account alone: ${alone.toFixed(2)} ms (median).`, "", ...unread].join(
    "\n",
  );
}

if (import.meta.main) {
  await runProgram(async () => {
    readOptions(usage, {});
    console.log(await measureWorst());
    return 0;
  });
}
