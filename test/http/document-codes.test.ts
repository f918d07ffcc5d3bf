import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type ErrorRequest, makeErrorRequests, situations } from "../../scripts/openapi/error-requests.ts";
import { example } from "../../scripts/openapi/example-values.ts";
import type { ErrorCode } from "../../scripts/openapi/operation-row.ts";
import { listCodes, type PlacedRow, placedRows } from "../../scripts/openapi/placed.ts";
import type { Bindings } from "../../src/context.ts";
import { errorStatus } from "../../src/errors.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { documented, findResponse } from "../support/documented.ts";
import { examples, makeExchangeFile } from "../support/exchanges.ts";
import { clear, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";
import { skipWaits } from "../support/skip-waits.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const parent = { uuid: "33333333-3333-4333-8333-333333333333", owner: example.account, name: "parent", version: "1" };
const child = { ...parent, uuid: "44444444-4444-4444-8444-444444444444", name: "child", origin: parent.uuid };

const bind =
  (bindings: Partial<Bindings>) =>
  (request: TestRequest): TestRequest => ({
    ...request,
    bindings: makeBindings(bindings),
  });

/** A body that makes an image larger than 32 KiB, as its bytes count. */
function makeLargeBody({ path, body }: TestRequest): TestRequest["body"] {
  if (path.includes("/acl")) return JSON.stringify(Array.from({ length: 200 }, (_, at) => makeUuid(at)));
  const tags = { large: "x".repeat(40_000) };
  if (path.includes("/tags")) return JSON.stringify(tags);
  return path.includes("action=update") ? JSON.stringify({ tags }) : body;
}

/** What leads to the codes that no request leads to by itself. */
const recipes: Readonly<Partial<Record<ErrorCode, (request: TestRequest) => TestRequest | readonly TestRequest[]>>> = {
  QuotaExceeded: (request) => {
    const body = makeLargeBody(request);
    const limited = bind({ MAX_IMAGES: "1", MAX_KEYS: "1", ACCOUNT_IMAGE_BYTES: "1" })(request);
    if (!request.path.includes("action=revert")) return { ...limited, ...(body !== undefined && { body }) };
    // Revision 2 is large, and revision 3 is not.
    const path = `/my/images/${example.image}`;
    const writes = ["x".repeat(40_000), "x"].map((large) => ({
      ...request,
      path: `${path}?action=update`,
      body: JSON.stringify({ tags: { large } }),
    }));
    return [...writes, { ...limited, path: `${path}?action=revert`, body: '{"revision":2}' }];
  },
  ImageHasDependentImages: (request) => ({ ...request, path: request.path.replace(example.image, parent.uuid) }),
  PreconditionRequired: bind({ REQUIRE_IF_MATCH: "true" }),
  RequestThrottled: bind({ ACCOUNT_LIMITER: { limit: async () => ({ success: false }) } }),
  InternalError: bind({ DB: wrapDatabase(env.DB, async () => []).db }),
  ServiceUnavailableError: bind({
    DB: wrapDatabase(env.DB, () => Promise.reject(new Error("D1_ERROR: the test broke it"))).db,
  }),
};

/** A request of the pages, signed as they sign it. */
const makeRequest = ({ covers, headers, ...request }: ErrorRequest): TestRequest => ({
  ...request,
  headers: { "Api-Version": "~9", ...headers },
  sign:
    covers?.length === 0 || request.path.startsWith("/--")
      ? false
      : { as: "demo", key: "ecdsa", names: covers ?? ["(request-target)", "date"] },
});

/** Lists requests whose last is to meet a code. */
function listRequests(placed: PlacedRow, code: ErrorCode): TestRequest[] {
  const requests = makeErrorRequests(placed, code).map(makeRequest);
  const [{ method, path, body }] = examples[placed.row.operations[0]];
  const first = makeRequest({ method, path, headers: {}, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return requests.length > 0 ? requests : [recipes[code]?.(first) ?? first].flat();
}

/** The codes that the document lists at an operation. */
function readCodes({ path, method }: PlacedRow): ErrorCode[] {
  const operation = documented.paths[path]?.[method];
  if (!operation) throw new Error(`the document has no ${method} ${path}`);
  const statuses = Object.keys(operation.responses).map(Number);
  const text = JSON.stringify(statuses.map((status) => findResponse(operation, status)));
  // The table's own keys.
  return (Object.keys(errorStatus) as ErrorCode[]).filter((code) => text.includes(`"#/components/schemas/${code}"`));
}

async function prepare(): Promise<void> {
  await clear(env.DB);
  const file = makeExchangeFile([{ ...makeKey("ecdsa"), name: "demo" }]);
  await provision(env.DB, { ...file, images: [...file.images, parent, child] });
}

skipWaits();
beforeEach(prepare);

const rows = placedRows.map((placed) => ({ ...placed, name: placed.row.operations[0] }));

describe("every code that the document lists at an operation is met by the request that its page shows:", () => {
  it.each(rows)("$name", async ({ name: _, ...placed }) => {
    const listed = readCodes(placed);
    expect(listed.toSorted()).toEqual(listCodes(placed).toSorted());
    const met: unknown[] = [];
    for (const code of listed) {
      const requests = listRequests(placed, code);
      // Only where several are needed does the first one write.
      if (requests.length > 1) await prepare();
      const answers = [];
      for (const request of requests) answers.push(await send(request));
      met.push(Object(answers.at(-1)?.json).code);
      if (requests.length > 1) await prepare();
    }
    expect(listed.length).toBeGreaterThan(1);
    expect(met).toEqual(listed);
  });

  it("or by a situation that it names", () => {
    expect(Object.keys(situations)).toEqual(Object.keys(recipes));
  });
});
