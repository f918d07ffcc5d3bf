import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readSignedRequest, type SignedRequest } from "../../src/auth/signed-request.ts";
import { verifySignature } from "../../src/auth/verify.ts";
import { CloudApiError } from "../../src/errors.ts";
import { readTarget } from "../../src/http/raw-target.ts";
import records from "../data/client-signatures.json";
import { bob, provision } from "../fixtures.ts";

type ClientRecord = (typeof records)[number];

/** Requests signed by eleven versions of real clients; WebCrypto has no DSA, which is refused by name. */
const served = records.filter(({ params }) => !params.algorithm.startsWith("dsa-"));
const dsa = records.filter(({ params }) => params.algorithm.startsWith("dsa-"));

const headerOf = ({ headers }: ClientRecord, name: string): string =>
  headers.find(([header]) => header?.toLowerCase() === name)?.[1] ?? "";

/** The parts of a recorded request that a signature protects, each as sent. */
type Sent = { authorization: string; date: string; url: string };

const sentIn = (record: ClientRecord): Sent => ({
  authorization: record.authorization,
  date: headerOf(record, "date"),
  url: record.url,
});

/** The Worker's own steps, with the clock at the recorded Date; undefined when they refuse. */
function read(record: ClientRecord, sent: Sent): SignedRequest {
  const [path = "", query] = sent.url.split(/\?(.*)/s);
  // Headers would refuse a byte that cannot stand in a header; a changed Date may hold any.
  const headers = new Headers(record.headers.filter(([name]) => name?.toLowerCase() !== "date") as [string, string][]);
  const withDate = new Proxy(headers, {
    get: (target, property) =>
      property === "get"
        ? (name: string) => (name === "date" ? sent.date : target.get(name))
        : () => target.has("x-date"),
  });
  const request = { method: record.method, target: { path, query }, headers: withDate };
  const now = Date.parse(headerOf(record, "date"));
  return readSignedRequest({ authorization: sent.authorization, request, now, isRequestTargetRequired: false });
}

async function verifies(record: ClientRecord, sent: Sent): Promise<boolean> {
  try {
    const { header, texts } = read(record, sent);
    const { algorithm, signature } = header;
    return "key" in (await verifySignature(record.publicKey, { algorithm, signature, texts }));
  } catch (error) {
    if (error instanceof CloudApiError) return false;
    throw error;
  }
}

/** Text or bytes with one bit flipped. */
const flipped = (binary: string, bit: number): string => {
  const at = bit >> 3;
  return binary.slice(0, at) + String.fromCharCode(binary.charCodeAt(at) ^ (1 << (bit & 7))) + binary.slice(at + 1);
};

/** Every request that differs from the recorded one in one bit of what is signed or of the signature. */
function* changes(record: ClientRecord): Generator<Sent> {
  const sent = sentIn(record);
  const signature = record.params.signature;
  const bytes = atob(signature);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    yield { ...sent, authorization: sent.authorization.replace(signature, btoa(flipped(bytes, bit))) };
  }
  for (let bit = 0; bit < sent.date.length * 8; bit += 1) yield { ...sent, date: flipped(sent.date, bit) };
  if (!record.signingString.includes("(request-target)")) return;
  for (let bit = 0; bit < sent.url.length * 8; bit += 1) yield { ...sent, url: flipped(sent.url, bit) };
}

const named = (some: readonly ClientRecord[]) =>
  some.map(
    (record, index) =>
      [`${index} ${record.client} ${record.params.algorithm} ${record.method} ${record.url}`, record] as const,
  );

describe("the signatures of real clients", () => {
  it.each(named(served))("verify: %s", async (_, record) => {
    expect(read(record, sentIn(record)).texts[0]).toBe(record.signingString);
    expect(await verifies(record, sentIn(record))).toBe(true);
  });

  it.each(named(served))("verify no longer after any one bit has changed: %s", async (_, record) => {
    const step = env.SCALE === "full" ? 1 : 53;
    let index = 0;
    let tried = 0;
    for (const sent of changes(record)) {
      index += 1;
      // Every bit of the first bytes, where DER and dates have their structure; then a sample.
      if (index > 24 && index % step !== 0) continue;
      tried += 1;
      if (await verifies(record, sent)) expect.fail(`still verifies: ${JSON.stringify(sent)}`);
    }
    expect(tried).toBeGreaterThan(24);
  });
});

describe("the signatures of real clients, through the Worker", () => {
  beforeAll(() => provision(env.DB, { accounts: [{ ...bob, keys: served.map(keyOf).filter(isFirst) }], images: [] }));
  afterEach(() => vi.useRealTimers());

  const keyOf = ({ publicKey, fingerprints }: ClientRecord) => ({
    name: `key ${fingerprints.sha256.slice(7)}`,
    key: publicKey,
  });
  const isFirst = (key: { name: string }, at: number, all: { name: string }[]) =>
    all.findIndex(({ name }) => name === key.name) === at;

  /** The Worker over `exports.default.fetch`; the recorded bodies are not there, so an update has nothing to update. */
  async function answered(record: ClientRecord): Promise<{ status: number; body: unknown }> {
    const { exports } = await import("cloudflare:workers");
    vi.setSystemTime(Date.parse(headerOf(record, "date")));
    const headers = new Headers(
      record.headers.filter(([name]) => !/^(content-length|content-md5|accept-encoding)$/i.test(name ?? "")) as [
        string,
        string,
      ][],
    );
    headers.set("Authorization", record.authorization);
    const url = `http://127.0.0.1:8089${record.url}`;
    expect(readTarget(url)).toEqual({ path: record.url.split("?")[0], query: record.url.split("?")[1] });
    const response = await exports.default.fetch(url, { method: record.method, headers });
    return { status: response.status, body: await response.json() };
  }

  const update = served.filter(({ method, url }) => method === "POST" && url.endsWith("?action=update"));

  it.each(named(update))("are let in: %s", async (_, record) => {
    expect(await answered(record)).toEqual({
      status: 422,
      body: {
        code: "ValidationFailed",
        message: "nothing to update: none of name, version, description, homepage, eula, acl, tags was sent",
        errors: [],
      },
    });
  });

  it.each(named(dsa))("are refused by name where the key is DSA: %s", async (_, record) => {
    expect(await answered(record)).toEqual({
      status: 400,
      body: {
        code: "InvalidHeader",
        message: "the algorithm dsa-sha1 is not supported: DSA keys cannot be verified here; use RSA, ECDSA or Ed25519",
      },
    });
  });
});
