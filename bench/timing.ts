/**
 * Measures whether the time of a 401 shows what exists: the latencies of an unknown login, an unknown key, a known key with
 * a wrong signature, and the same of a key that the isolate remembers, in turns, on plain workerd. `npm run timing
 * [-- --rounds N]` prints a table and asserts nothing. docs/authentication.md#what-timing-shows
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../scripts/provisioning/database.ts";
import { readProvision } from "../scripts/provisioning/entries.ts";
import { load } from "../scripts/provisioning/load.ts";
import { findFreePort } from "../scripts/running/address.ts";
import { bundleWorker } from "../scripts/serving/bundle.ts";
import { endProcess, runPlainWorkerd } from "../scripts/serving/workerd.ts";
import { caller } from "./caller.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "300" } } });

type TimedKey = {
  name: string;
  algorithm: string;
  hash: string | null;
  hs2019Hash: string | null;
  privateKey: KeyObject;
  wire: Buffer;
};

const frame = (fields: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as Buffer); // A string or bytes: Buffer.from takes either.
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

const decode = (text = ""): Buffer => Buffer.from(text, "base64url");

/** Curves by the hash that hs2019 means for them. */
const curves = { "P-256": "sha256", "P-384": "sha384", "P-521": "sha512" } as const;

function makeKeys(): TimedKey[] {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { n, e } = rsa.publicKey.export({ format: "jwk" });
  const rsaWire = frame(["ssh-rsa", decode(e), Buffer.concat([Buffer.of(0), decode(n)])]);
  const ed25519 = generateKeyPairSync("ed25519");
  const edWire = frame(["ssh-ed25519", decode(ed25519.publicKey.export({ format: "jwk" }).x)]);
  const ecdsa = Object.entries(curves).map(([namedCurve, hs2019Hash]): TimedKey => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const { x, y } = publicKey.export({ format: "jwk" });
    const curve = namedCurve.replace("P-", "nistp");
    const wire = frame([`ecdsa-sha2-${curve}`, curve, Buffer.concat([Buffer.of(4), decode(x), decode(y)])]);
    return { name: namedCurve, algorithm: "ecdsa-sha256", hash: "sha256", hs2019Hash, privateKey, wire };
  });
  return [
    {
      name: "RSA-2048",
      algorithm: "rsa-sha256",
      hash: "sha256",
      hs2019Hash: "sha512",
      privateKey: rsa.privateKey,
      wire: rsaWire,
    },
    ...ecdsa,
    {
      name: "Ed25519",
      algorithm: "ed25519-sha512",
      hash: null,
      hs2019Hash: null,
      privateKey: ed25519.privateKey,
      wire: edWire,
    },
  ];
}

const typeOf = ({ wire }: TimedKey): string => wire.subarray(4, 4 + wire.readUInt32BE(0)).toString();

const fingerprint = ({ wire }: TimedKey): string =>
  createHash("md5")
    .update(wire)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");

/** Requests that differ in nothing but the keyId; the signature is over another second. */
type Case = { name: string; keyId: string };

/** The remembered key is another entry of the isolate: that of the keyId which names the key by its name. */
function listCases(key: TimedKey): Case[] {
  const known = fingerprint(key);
  return [
    { name: "unknown login", keyId: `/nobod/keys/${known}` },
    {
      name: "unknown key",
      keyId: `/${caller.login}/keys/${known.replace(/.$/, (last) => (last === "0" ? "1" : "0"))}`,
    },
    { name: "wrong signature", keyId: `/${caller.login}/keys/${known}` },
    { name: "wrong signature, remembered key", keyId: `/${caller.login}/keys/${key.name}` },
  ];
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function time(port: number, headers: Record<string, string>): Promise<{ status: number; ms: number }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    request({ host: "127.0.0.1", port, agent, path: "/my", headers }, (answer) => {
      answer.resume().on("end", () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - startedAt }));
    })
      .on("error", reject)
      .end();
  });
}

function makeHeaders(
  key: TimedKey,
  { keyId, algorithm, isRight }: { keyId: string; algorithm: string; isRight: boolean },
) {
  const date = new Date();
  const signedDate = isRight ? date : new Date(date.getTime() - 1000);
  const hash = algorithm === "hs2019" ? key.hs2019Hash : key.hash;
  const signature = sign(hash, Buffer.from(`date: ${signedDate.toUTCString()}`), key.privateKey).toString("base64");
  const authorization = `Signature keyId="${keyId}",algorithm="${algorithm}",headers="date",signature="${signature}"`;
  return { Date: date.toUTCString(), Authorization: authorization };
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

/** Median and quartiles in ms. */
function describeTimes(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share).toFixed(3));
  return `${median} (${low}–${high})`;
}

async function measureKey(port: number, key: TimedKey, algorithm: string): Promise<string> {
  const cases = listCases(key);
  const times = cases.map((): number[] => []);
  const order = cases.map((_, at) => at);
  // Rounds below 0 warm up.
  for (let round = -20; round < Number(values.rounds); round += 1) {
    const remembered = makeHeaders(key, { keyId: cases.at(-1)?.keyId ?? "", algorithm, isRight: true });
    if ((await time(port, remembered)).status !== 200)
      throw new Error(`${key.name}, ${algorithm}: the right signature is refused`);
    for (const at of order.sort(() => Math.random() - 0.5)) {
      const headers = makeHeaders(key, { keyId: cases[at]?.keyId ?? "", algorithm, isRight: false });
      const { status, ms } = await time(port, headers);
      if (status !== 401) throw new Error(`${key.name}, ${algorithm}: ${cases[at]?.name} was answered ${status}`);
      if (round >= 0) times[at]?.push(ms);
    }
  }
  return `| ${key.name} | ${algorithm} | ${times.map(describeTimes).join(" | ")} |`;
}

async function measureAll(): Promise<void> {
  const folder = makeTemporaryFolder("timing");
  const state = join(folder, "state");
  const timed = makeKeys();
  const keys = timed.map((key) => ({ name: key.name, key: `${typeOf(key)} ${key.wire.toString("base64")}` }));
  const { db, close } = await openDatabase({ state });
  await load(db, await readProvision(JSON.stringify({ accounts: [{ ...caller, keys }], images: [] })));
  await close();
  const port = await findFreePort();
  const bundle = bundleWorker("src/index.ts", join(folder, "bundle"));
  const options = { folder: join(folder, "workerd"), persist: join(state, "v3") };
  const workerd = await runPlainWorkerd([{ name: "service", bundle, port }], options);
  const names = timed.slice(0, 1).flatMap((key) => listCases(key).map(({ name }) => name));
  console.log(`Latency of a 401 in ms: median (quartiles) of ${values.rounds} rounds`);
  console.log(`| key | algorithm | ${names.join(" | ")} |\n|---|---|${"---|".repeat(names.length)}`);
  for (const key of timed) {
    for (const algorithm of [key.algorithm, "hs2019"]) console.log(await measureKey(port, key, algorithm));
  }
  agent.destroy();
  await endProcess(workerd);
}

await measureAll();
process.exit(0);
