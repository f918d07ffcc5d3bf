import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { makeBindings, makeRequest, sendMade } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { captureLog } from "../support/log-lines.ts";
import { propertyOptions } from "../support/property-options.ts";
import { makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";

/** What fuzzed requests may have changed or deleted is there again. */
async function restore(): Promise<void> {
  await clear(env.DB);
  const keys = [makeKey("ed25519")];
  const images = Array.from({ length: 6 }, (_, at) => ({
    uuid: makeUuid(at),
    owner: at < 4 ? bob.uuid : mallory.uuid,
    name: "n",
    version: "1",
    acl: [bob.uuid],
    tags: { role: "db", n: at },
  }));
  await provision(env.DB, {
    accounts: [
      { ...bob, keys, operator: true },
      { ...mallory, keys },
    ],
    images,
  });
}

const hostileText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    "%",
    "%00",
    "%zz",
    "%ff%fe",
    "%F0%9F%92%A9",
    "..",
    "../..",
    "__proto__",
    "constructor",
    "toString",
    "[]",
    "{}",
    "null",
    "NaN",
    "-1",
    "1e999",
    "9".repeat(400),
    "'; DROP TABLE images; --",
    '"',
    "\\",
    "*",
    "\u0000",
    "\ud800",
    "ü",
    "a".repeat(9000),
  ),
);

/** Text as it may stand in a URL: with and without its escapes. */
const part = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  hostileText.map((text) => text.replace(/[\p{Cc}\s#?/\\\u0080-\uffff]/gu, "_")),
  fc.constantFrom(
    "my",
    "bob",
    "mallory",
    bob.uuid,
    "images",
    "keys",
    "audit",
    "datacenters",
    "ed25519",
    "--ping",
    ...[0, 1, 2, 4, 9].map(makeUuid),
  ),
);

const knownPaths = fc
  .tuple(
    fc.constantFrom("my", "bob", "mallory", "%6dy"),
    fc.constantFrom("", "/images", "/keys", "/datacenters", ...[0, 1, 2, 4, 9].map((at) => `/images/${makeUuid(at)}`)),
    fc.oneof({ weight: 5, arbitrary: fc.constant("") }, { weight: 1, arbitrary: part.map((text) => `/${text}`) }),
  )
  .map(([login, rest, more]) => `/${login}${rest}${more}`);
const anyPath = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join("/")}`);
const path = fc.oneof({ weight: 4, arbitrary: knownPaths }, { weight: 1, arbitrary: anyPath });

const fieldName = fc.constantFrom(
  ...[
    "action",
    "name",
    "version",
    "description",
    "homepage",
    "eula",
    "acl",
    "tags",
    "key",
    "scope",
    "expires",
    "email",
    "city",
  ],
  ...[
    "triton_cns_enabled",
    "limit",
    "marker",
    "state",
    "public",
    "type",
    "os",
    "owner",
    "tag.role",
    "tag.",
    "__proto__",
  ],
);
const query = fc
  .array(fc.tuple(fc.oneof(fieldName, part), fc.oneof(part, fc.constantFrom("update", "clone", "all", "2"))), {
    maxLength: 6,
  })
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`));

const jsonValue = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  hostileText,
  fc.constantFrom([bob.uuid], bob.uuid, makeKey("ecdsa").key),
);
const body = fc.oneof(
  fc.dictionary(fc.oneof(fieldName, hostileText), jsonValue, { maxKeys: 6 }).map((fields) => JSON.stringify(fields)),
  fc.uint8Array({ maxLength: 200 }),
  hostileText,
  fc.constantFrom(
    "[".repeat(20_000),
    '{"a":'.repeat(20_000),
    "x".repeat(100_001),
    "a=b&".repeat(5000),
    '{"tags":{"a":1e20}}',
  ),
);

const headerValue = fc.oneof(
  hostileText.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "")),
  fc.constantFrom(
    "*",
    '"1-9.0.0"',
    "application/json",
    "9.0.0",
    "~7",
    "text/html;q=0",
    "gzip",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "Thu, 01 Jan 1970 00:00:00 GMT",
  ),
);
const headerName = fc.constantFrom(
  ...["Accept", "Accept-Version", "Api-Version", "X-Api-Version", "Content-Type", "Content-MD5", "Content-Encoding"],
  ...["Content-Length", "If-Match", "If-None-Match", "Idempotency-Key", "Request-Id", "X-Request-Id", "Host", "Origin"],
  ...["Date", "x-date", "Digest", "X-HTTP-Method-Override", "CF-Connecting-IP", "Range", "Expect", "Cookie"],
);
const headers = fc.dictionary(headerName, headerValue, { maxKeys: 4 });
const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("GET", "HEAD", "POST", "DELETE") },
  { weight: 1, arbitrary: fc.constantFrom("PUT", "PATCH", "OPTIONS", "PROPFIND", "get", "M-SEARCH", "__PROTO__") },
);
const authorization = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: headerValue },
  {
    weight: 1,
    arbitrary: headerValue.map((value) => `Signature keyId="/bob/keys/${value}",algorithm="hs2019",signature="AAAA"`),
  },
  {
    weight: 1,
    arbitrary: headerValue.map(
      (value) => `Signature keyId="/bob/keys/x",algorithm="${value}",headers="date ${value}",signature="${value}"`,
    ),
  },
);
const request = fc.record({ method, path, query, headers, body, authorization });
type Fuzzed = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

/** Sends a request, signed where it brings no Authorization of its own. @returns the status; undefined where no client can send it */
async function sendFuzzed({ method, path, query, headers, body, authorization }: Fuzzed): Promise<number | undefined> {
  let made: Request;
  try {
    made = await makeRequest({
      method,
      path: path + query,
      headers: { ...headers, ...(authorization !== undefined && { Authorization: authorization }) },
      sign: authorization === undefined ? { key: "ed25519" } : false,
      ...(!["GET", "HEAD"].includes(method.toUpperCase()) && { body }),
    });
  } catch {
    return undefined;
  }
  return (await sendMade(made, makeBindings({}))).status;
}

it("no request makes a 5xx, whatever its method, path, query, headers and body hold", async () => {
  const seen = new Map<number | undefined, number>();
  let sent = 0;
  await captureLog(() =>
    fc.assert(
      fc.asyncProperty(request, async (fuzzed) => {
        if (sent % 100 === 0) await restore();
        sent += 1;
        const status = await sendFuzzed(fuzzed);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect(status ?? 0).toBeLessThan(500);
      }),
      propertyOptions(36_000),
    ),
  );
  // The requests reach the operations, and nearly all could be sent.
  for (const status of [200, 400, 401, 404, 405, 409]) expect(seen.get(status), String(status)).toBeGreaterThan(0);
  expect(seen.get(undefined) ?? 0).toBeLessThan(sent / 10);
});
