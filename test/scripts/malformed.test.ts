import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loader, loaderAccount, makeSignature, sendTo, sendUpdate } from "../support/loader.ts";
import { PlainService } from "../support/plain-service.ts";
import { type RawAnswer, type RawSending, readStatus, sendRaw } from "../support/raw-socket.ts";
import { makeUuid } from "../support/uuids.ts";

const image = { uuid: makeUuid(1), owner: loader.uuid, name: "n", version: "1" };
/** What is updated all the while. */
const other = { ...image, uuid: makeUuid(2) };
const service = new PlainService();

beforeAll(() => service.start({ accounts: [loaderAccount], images: [image, other] }));

afterAll(() => service.stop());

const update = `/my/images/${image.uuid}?action=update`;
const paths = [
  "/my",
  "/my/images",
  "/my/datacenters",
  "/--ping",
  update,
  "/%ff",
  "//",
  "*",
  "",
  "http://x:y/my",
  "/my?%zz",
];
const hosts = [
  "127.0.0.1",
  "",
  "a b",
  "[::1",
  "x:99999",
  "<script>",
  "ü",
  "a,b",
  "a/b",
  "a@b",
  "xn--zz--",
  "%00",
  ".",
  "a".repeat(5000),
];
const bodies = ['{"name":"b"}', "", "{", "x".repeat(200), "\u0000\u00ff"];

/** How the body is framed; some are cut off, and the client waits, ends or resets. */
const framings: readonly ((body: string) => readonly [headers: string, sent: string])[] = [
  (body) => [`Content-Length: ${body.length}\r\n`, body],
  (body) => [`Content-Length: ${body.length + 50}\r\n`, body],
  (body) => [`Content-Length: ${body.length}\r\nContent-Length: ${body.length + 1}\r\n`, body],
  (body) => [`Content-Length: -1\r\n`, body],
  (body) => [`Content-Length: 1e3\r\n`, body],
  (body) => [`Transfer-Encoding: chunked\r\n`, `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`],
  (body) => [`Transfer-Encoding: chunked\r\n`, `${body.length.toString(16)}\r\n${body}`],
  (body) => [`Transfer-Encoding: chunked\r\n`, `zz\r\n${body}\r\n0\r\n\r\n`],
  (body) => [`Transfer-Encoding: chunked\r\n`, `ffffffffffffffffff\r\n${body}`],
  (body) => [`Transfer-Encoding: chunked\r\nContent-Length: 3\r\n`, `3\r\n${body}\r\n0\r\n\r\n`],
  (body) => [`Transfer-Encoding: gzip\r\n`, body],
];

const oddHeaders = [
  "X-A: b\r\nX-A: c\r\n",
  "Host: twice\r\n",
  "Date: x\r\nDate: y\r\n",
  "Authorization: Signature\r\nAuthorization: x\r\n",
  "No colon\r\n",
  ": no name\r\n",
  "Bad name: x\r\n",
  " folded: x\r\n",
  "X-Nul: a\u0000b\r\n",
  "X-High: \u00ff\u00fe\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: websocket\r\nConnection: Upgrade\r\n",
  "Content-Type: application/json; charset=\u00ff\r\n",
  "If-Match:\r\n",
  `X-Long: ${"a".repeat(20_000)}\r\n`,
];

const choose = <Value>(values: readonly Value[]) => fc.constantFrom(...values);

/** A request with one or more things wrong. */
const malformed = fc.record({
  method: fc.oneof(
    { weight: 5, arbitrary: choose(["GET", "POST", "DELETE", "HEAD"]) },
    { weight: 1, arbitrary: choose(["", "G T", "ü", "get", "PURGE", "TRACE"]) },
  ),
  path: choose(paths),
  version: fc.oneof(
    { weight: 8, arbitrary: fc.constant("HTTP/1.1") },
    { weight: 1, arbitrary: choose(["HTTP/1.0", "HTTP/9.9", "", "HTTP/2"]) },
  ),
  host: fc.oneof(
    { weight: 3, arbitrary: fc.constant("127.0.0.1") },
    { weight: 1, arbitrary: fc.option(choose(hosts), { nil: undefined }) },
  ),
  framing: choose(framings),
  body: choose(bodies),
  odd: fc.subarray([...oddHeaders], { maxLength: 3 }),
  isSigned: fc.boolean(),
  lineEnd: fc.oneof({ weight: 9, arbitrary: fc.constant("\r\n") }, { weight: 1, arbitrary: choose(["\n", "\r"]) }),
  cutAt: fc.option(fc.nat(2000), { nil: undefined }),
  ending: choose(["none", "end", "reset"] as const),
});

function format(one: typeof malformed extends fc.Arbitrary<infer Value> ? Value : never): RawSending {
  const [framed, sent] = one.framing(one.body);
  const { date, authorization } = makeSignature();
  const signed = one.isSigned ? `Date: ${date}\r\nAuthorization: ${authorization}\r\n` : "";
  const host = one.host === undefined ? "" : `Host: ${one.host}\r\n`;
  const head = `${one.method} ${one.path} ${one.version}\r\n${host}${signed}Content-Type: application/json\r\n${framed}${one.odd.join("")}\r\n`;
  const bytes = Buffer.from((head + sent).replaceAll("\r\n", one.lineEnd), "latin1").subarray(0, one.cutAt);
  return { pieces: [bytes], ending: one.ending, withinMs: 1000 };
}

/** workerd itself answers 501 to a method that it does not know: no Worker sees the request. */
const isUnknownMethod = ({ text }: RawAnswer): boolean =>
  text.startsWith("HTTP/1.1 501 ") && text.includes("Unrecognized request method");

const isFull = Boolean(process.env["LONG"]);

it("no malformed request makes a 5xx or stops the service, and nobody else waits for it", async () => {
  const requests = fc.sample(malformed, isFull ? { numRuns: 5000 } : { numRuns: 200, seed: 20_261_123 }).map(format);
  const statuses = new Map<number | undefined, number>();
  const failed: RawSending[] = [];
  const runLane = async () => {
    for (let one = requests.pop(); one; one = requests.pop()) {
      const answer = await sendRaw(service.port, one);
      const status = readStatus(answer);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if ((status ?? 0) >= 500 && !isUnknownMethod(answer)) failed.push(one);
    }
  };
  const lanes = Promise.all(Array.from({ length: 16 }, runLane));
  let isOver = false;
  void lanes.then(() => {
    isOver = true;
  });
  for (let serial = 0; !isOver; serial += 1) {
    expect((await sendUpdate(service.port, 2, { name: `n${serial}` })).status).toBe(200);
  }
  await lanes;
  expect(failed.map(({ pieces }) => String(pieces[0]).slice(0, 300))).toEqual([]);
  expect(statuses.get(400) ?? 0).toBeGreaterThan(0);
  expect(statuses.get(200) ?? 0).toBeGreaterThan(0);
  expect(service.isAlive).toBe(true);
  expect((await sendTo(service.port, "/my")).status).toBe(200);
});
