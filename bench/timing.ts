/**
 * Measures whether the time of a 401 shows what exists, on plain workerd. The cases are an unknown login, an unknown key, a
 * known key with a wrong signature, and the same of a key that the isolate remembers, in turns. `npm run timing` prints a
 * table and asserts nothing. docs/authentication.md#what-timing-shows
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { Agent } from "node:http";
import { join } from "node:path";
import { makeTemporaryFolder, readNumber, readOptions, runProgram } from "../scripts/running/program.ts";
import { endProcess } from "../scripts/serving/workerd.ts";
import { computeFingerprint, formatPublicLine, toSshWire } from "../scripts/starting/ssh-wire.ts";
import { send } from "./load.ts";
import { caller, toPem } from "./requests.ts";
import { provision, serveService } from "./site.ts";
import { quantile } from "./summary.ts";

const usage = `usage: npm run timing [-- --rounds N]
  --rounds N  of each key and algorithm (default 300)`;

type TimedKey = { name: string; hashes: Readonly<Record<string, string | null>>; pem: string };

/** Makes a key of each kind, with the hash of each algorithm: what hs2019 means depends on the key. */
const makeTimedKeys = (): TimedKey[] => [
  {
    name: "RSA-2048",
    hashes: { "rsa-sha256": "sha256", hs2019: "sha512" },
    pem: toPem(generateKeyPairSync("rsa", { modulusLength: 2048 })),
  },
  ...Object.entries({ "P-256": "sha256", "P-384": "sha384", "P-521": "sha512" }).map(([namedCurve, hs2019]) => ({
    name: namedCurve,
    hashes: { "ecdsa-sha256": "sha256", hs2019 },
    pem: toPem(generateKeyPairSync("ec", { namedCurve })),
  })),
  { name: "Ed25519", hashes: { "ed25519-sha512": null, hs2019: null }, pem: toPem(generateKeyPairSync("ed25519")) },
];

/** The requests differ only in the keyId, and their signature is over another second. */
function listKeyIds({ name, pem }: TimedKey): Record<string, string> {
  const known = computeFingerprint(toSshWire(pem));
  return {
    "unknown login": `/nobod/keys/${known}`,
    "unknown key": `/${caller.login}/keys/${known.replace(/.$/, (last) => (last === "0" ? "1" : "0"))}`,
    "wrong signature": `/${caller.login}/keys/${known}`,
    // The isolate has an entry for each keyId. This one names the key by its name.
    "wrong signature, remembered key": `/${caller.login}/keys/${name}`,
  };
}

function makeHeaders(key: TimedKey, algorithm: string, { keyId, isRight }: { keyId: string; isRight: boolean }) {
  const date = new Date();
  const signedDate = isRight ? date : new Date(date.getTime() - 1000);
  const text = Buffer.from(`date: ${signedDate.toUTCString()}`);
  const signature = sign(key.hashes[algorithm], text, key.pem).toString("base64");
  const authorization = `Signature keyId="${keyId}",algorithm="${algorithm}",headers="date",signature="${signature}"`;
  return { Date: date.toUTCString(), Authorization: authorization };
}

/** Median and quartiles in ms. */
function describeTimes(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share).toFixed(3));
  return `${median} (${low}–${high})`;
}

type Timing = { rounds: number; to: { port: number; agent: Agent } };

async function measureKey(key: TimedKey, algorithm: string, { rounds, to }: Timing): Promise<string> {
  const cases = Object.entries(listKeyIds(key)).map(([name, keyId]) => ({ name, keyId, times: [] as number[] }));
  const sendSigned = async (name: string, signed: { keyId: string; isRight: boolean }): Promise<number> => {
    const headers = makeHeaders(key, algorithm, signed);
    const { status, ms } = await send(to, { method: "GET", path: "/my", headers });
    if (status === (signed.isRight ? 200 : 401)) return ms;
    throw new Error(`${key.name}, ${algorithm}: ${name} was answered ${status}`);
  };
  // Rounds below 0 warm up.
  for (let round = -20; round < rounds; round += 1) {
    await sendSigned("right signature", { keyId: cases.at(-1)?.keyId ?? "", isRight: true });
    for (const { name, keyId, times } of cases.toSorted(() => Math.random() - 0.5)) {
      const ms = await sendSigned(name, { keyId, isRight: false });
      if (round >= 0) times.push(ms);
    }
  }
  return `| ${key.name} | ${algorithm} | ${cases.map(({ times }) => describeTimes(times)).join(" | ")} |`;
}

async function measureAll(): Promise<number> {
  const { values } = readOptions(usage, { options: { rounds: { type: "string", default: "300" } } });
  const rounds = readNumber("rounds", values.rounds, { least: 1 });
  const folder = makeTemporaryFolder("timing");
  const state = join(folder, "state");
  const timed = makeTimedKeys();
  const keys = timed.map(({ name, pem }) => ({ name, key: formatPublicLine(pem, "") }));
  await provision(state, { accounts: [{ ...caller, keys }], images: [] });
  const { run, port } = await serveService(folder, state);
  const to = { port, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
  const names = timed.slice(0, 1).flatMap((key) => Object.keys(listKeyIds(key)));
  console.log(`Latency of a 401 in ms: median (quartiles) of ${rounds} rounds`);
  console.log(`| key | algorithm | ${names.join(" | ")} |\n|---|---|${"---|".repeat(names.length)}`);
  for (const key of timed) {
    for (const algorithm of Object.keys(key.hashes)) console.log(await measureKey(key, algorithm, { rounds, to }));
  }
  to.agent.destroy();
  await endProcess(run);
  return 0;
}

await runProgram(measureAll);
