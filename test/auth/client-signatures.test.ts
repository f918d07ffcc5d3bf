import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { CloudApiError } from "../../src/errors.ts";
import { readSignedRequest, type SignedRequest } from "../../src/signature/signed-request.ts";
import { verifySignature } from "../../src/signature/verify.ts";
import { readTarget } from "../../src/syntax/raw-target.ts";
import records from "../data/client-signatures.json";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { sendMade } from "../support/client.ts";
import { bob, provision } from "../support/fixtures.ts";

type ClientRecord = (typeof records)[number];

/** Requests that eleven versions of real clients signed. WebCrypto has no DSA. */
const accepted = records.filter(({ params }) => !params.algorithm.startsWith("dsa-"));
const dsa = records.filter(({ params }) => params.algorithm.startsWith("dsa-"));

const readHeader = ({ headers }: ClientRecord, name: string): string =>
  headers.find(([header]) => header?.toLowerCase() === name)?.[1] ?? "";

/** The signed parts of a recorded request, as sent. */
type Sent = { authorization: string; date: string; url: string };

const pickSent = (record: ClientRecord): Sent => ({
  authorization: record.authorization,
  date: readHeader(record, "date"),
  url: record.url,
});

/** Reads a request as the service does, with the clock at the recorded Date. @throws {CloudApiError} it is refused */
function readRecord(record: ClientRecord, sent: Sent): SignedRequest {
  const [path = "", query] = sent.url.split(/\?(.*)/s);
  // A changed Date may hold any byte, and Headers refuses some.
  const headers = new Headers(record.headers.filter(([name]) => name?.toLowerCase() !== "date") as [string, string][]);
  const withDate = new Proxy(headers, {
    get: (target, property) =>
      property === "get"
        ? (name: string) => (name === "date" ? sent.date : target.get(name))
        : () => target.has("x-date"),
  });
  const request = { method: record.method, target: { path, query }, headers: withDate };
  const now = Date.parse(readHeader(record, "date"));
  return readSignedRequest({ authorization: sent.authorization, request, now, isRequestTargetRequired: false });
}

async function isVerified(record: ClientRecord, sent: Sent): Promise<boolean> {
  try {
    const { header, texts } = readRecord(record, sent);
    const { algorithm, signature } = header;
    return "key" in (await verifySignature(record.publicKey, { algorithm, signature, texts }));
  } catch (error) {
    if (error instanceof CloudApiError) return false;
    throw error;
  }
}

/** Flips one bit of a text, or of bytes as text. */
const flipBit = (binary: string, bit: number): string => {
  const at = bit >> 3;
  return binary.slice(0, at) + String.fromCharCode(binary.charCodeAt(at) ^ (1 << (bit & 7))) + binary.slice(at + 1);
};

/** Every request that differs from the recorded one in one bit of the signed text or of the signature. */
function* listChanges(record: ClientRecord): Generator<Sent> {
  const sent = pickSent(record);
  const signature = record.params.signature;
  const bytes = atob(signature);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    yield { ...sent, authorization: sent.authorization.replace(signature, btoa(flipBit(bytes, bit))) };
  }
  for (let bit = 0; bit < sent.date.length * 8; bit += 1) yield { ...sent, date: flipBit(sent.date, bit) };
  if (!record.signingString.includes("(request-target)")) return;
  for (let bit = 0; bit < sent.url.length * 8; bit += 1) yield { ...sent, url: flipBit(sent.url, bit) };
}

const nameRows = (some: readonly ClientRecord[]) =>
  some.map(
    (record, index) =>
      [`${index} ${record.client} ${record.params.algorithm} ${record.method} ${record.url}`, record] as const,
  );

describe("the signatures of real clients", () => {
  it.each(nameRows(accepted))("are verified: %s", async (_, record) => {
    expect(readRecord(record, pickSent(record)).texts[0]).toBe(record.signingString);
    expect(await isVerified(record, pickSent(record))).toBe(true);
  });

  it.each(nameRows(accepted))("are refused after any one bit has changed: %s", async (_, record) => {
    const step = env.SCALE === "full" ? 1 : 53;
    let index = 0;
    let tried = 0;
    for (const sent of listChanges(record)) {
      index += 1;
      // Every bit of the first bytes, where DER and dates have their structure; then a sample.
      if (index > 24 && index % step !== 0) continue;
      tried += 1;
      if (await isVerified(record, sent)) expect.fail(`still verifies: ${JSON.stringify(sent)}`);
    }
    expect(tried).toBeGreaterThan(24);
  });
});

describe("the signatures of real clients, through the Worker", () => {
  beforeAll(() =>
    provision(env.DB, { accounts: [{ ...bob, keys: accepted.map(nameKey).filter(isFirst) }], images: [] }),
  );
  afterEach(() => vi.useRealTimers());

  const nameKey = ({ publicKey, fingerprints }: ClientRecord) => ({
    name: `key ${fingerprints.sha256.slice(7)}`,
    key: publicKey,
  });
  const isFirst = (key: { name: string }, at: number, all: { name: string }[]) =>
    all.findIndex(({ name }) => name === key.name) === at;

  /** Sends a recorded request through the Worker. Its body was not recorded, so an update has nothing to update. */
  async function replay(record: ClientRecord): Promise<Answer> {
    vi.setSystemTime(Date.parse(readHeader(record, "date")));
    const headers = new Headers(
      record.headers.filter(([name]) => !/^(content-length|content-md5|accept-encoding)$/i.test(name ?? "")) as [
        string,
        string,
      ][],
    );
    headers.set("Authorization", record.authorization);
    const url = `http://127.0.0.1:8089${record.url}`;
    expect(readTarget(url)).toEqual({ path: record.url.split("?")[0], query: record.url.split("?")[1] });
    return sendMade(new Request(url, { method: record.method, headers }));
  }

  const update = accepted.filter(({ method, url }) => method === "POST" && url.endsWith("?action=update"));

  it.each(nameRows(update))("are authenticated: %s", async (_, record) => {
    expect(pickStatusAndJson(await replay(record))).toEqual({
      status: 422,
      json: {
        code: "ValidationFailed",
        message: "nothing to update: none of name, version, description, homepage, eula, acl, tags was sent",
        errors: [],
      },
    });
  });

  it.each(nameRows(dsa))("are refused if the key is DSA, and the answer says so: %s", async (_, record) => {
    expect(pickStatusAndJson(await replay(record))).toEqual({
      status: 400,
      json: {
        code: "InvalidHeader",
        message: "the algorithm dsa-sha1 is not supported: DSA keys cannot be verified here; use RSA, ECDSA or Ed25519",
      },
    });
  });
});
