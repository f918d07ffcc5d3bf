import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Exchange, example } from "../../scripts/openapi/examples.ts";
import type { Bindings } from "../../src/context.ts";
import { errorStatus } from "../../src/errors.ts";
import { formatCursor } from "../../src/images/rules/changes.ts";
import type { Operation } from "../../src/operations.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { documented } from "../support/documented.ts";
import { examples, makeExchangeFile } from "../support/exchanges.ts";
import { clear, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";
import { skipWaits } from "../support/skip-waits.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

type Code = keyof typeof errorStatus;

/** A request of an operation, changed so that it meets a code. Several where it depends on the operation which does. */
type Recipe = (request: TestRequest) => TestRequest | readonly TestRequest[];

const setHeaders =
  (headers: Record<string, string>): Recipe =>
  (request) => ({ ...request, headers: { ...request.headers, ...headers } });

const setLogin =
  (login: string): Recipe =>
  (request) => ({ ...request, path: request.path.replace("/my", `/${login}`) });

const setBody =
  (body: string): Recipe =>
  (request) => ({ ...request, body });

const bind =
  (some: () => Partial<Bindings>): Recipe =>
  (request) => ({ ...request, bindings: makeBindings(some()) });

/** With more in the query. */
const ask = (request: TestRequest, more: string): TestRequest => ({
  ...request,
  path: `${request.path}${request.path.includes("?") ? "&" : "?"}${more}`,
});

const parent = { uuid: "33333333-3333-4333-8333-333333333333", owner: example.account, name: "parent", version: "1" };
const child = { ...parent, uuid: "44444444-4444-4444-8444-444444444444", name: "child", origin: parent.uuid };

/** How to meet each code. */
const recipes: Readonly<Record<Code, Recipe>> = {
  BadRequest: setLogin("%ff"),
  BadDigest: (request) => ({
    ...request,
    headers: { ...request.headers, Digest: "SHA-256=AAAA" },
    sign: { ...request.sign, names: ["date", "digest"] },
  }),
  InvalidContent: setBody("{"),
  InvalidHeader: (request) => ({
    ...request,
    headers: { ...request.headers, Authorization: "Signature x" },
    sign: false,
  }),
  InvalidVersion: setHeaders({ "Api-Version": "99" }),
  InvalidCredentials: (request) => ({ ...request, sign: false }),
  NotAuthorized: setLogin("alice"),
  // Tags, or an acl, of over 32 KiB as they count.
  QuotaExceeded: (request) =>
    [
      request.body,
      JSON.stringify({ tags: "x".repeat(40_000) }),
      JSON.stringify(Array.from({ length: 200 }, (_, at) => makeUuid(at))),
    ].map((body) => ({
      ...request,
      ...(body !== undefined && { body }),
      bindings: makeBindings({ MAX_IMAGES: "1", MAX_KEYS: "1", ACCOUNT_IMAGE_BYTES: "1" }),
    })),
  ResourceNotFound: setLogin("nobody"),
  MethodNotAllowedError: (request) => ({ ...request, method: "PATCH" }),
  NotAcceptableError: setHeaders({ Accept: "text/html" }),
  InvalidArgument: (request) => [
    ...["dry-run=maybe", "limit=0", "revision=x"].map((more) => ask(request, more)),
    ...['{"key":"x"}', '{"city":5}'].map((body) => ({ ...request, body })),
  ],
  MissingParameter: (request) => [
    { ...request, path: request.path.replace(/\?.*/, "") },
    { ...request, body: "" },
  ],
  // A place that the feed has not reached.
  CursorExpired: (request) =>
    ask(request, `after=${formatCursor({ account: example.account, sequence: 99, writeId: "x" })}`),
  PreconditionFailed: setHeaders({ "If-Match": '"99-9.0.0"' }),
  RequestTooLarge: setBody("x".repeat(100_001)),
  UnsupportedMediaTypeError: setHeaders({ "Content-Type": "text/plain" }),
  ValidationFailed: (request) =>
    ['{"name":"ü"}', '["x"]', '{"x":1e-400}', JSON.stringify({ tag: "\0" })].map((body) => ({ ...request, body })),
  NotImageOwner: (request) => {
    const shared = { ...request, path: request.path.replace(example.image, example.shared) };
    return [shared, ask(shared, "revision=1")];
  },
  ImageNotShared: (request) => ({ ...request, path: request.path.replace(example.shared, example.image) }),
  ImageHasDependentImages: (request) => ({ ...request, path: request.path.replace(example.image, parent.uuid) }),
  IdempotencyKeyReused: (request) => [setHeadersOf(request, {}), setHeadersOf(request, { "If-Match": "*" })],
  PreconditionRequired: bind(() => ({ REQUIRE_IF_MATCH: "true" })),
  RequestThrottled: bind(() => ({ ACCOUNT_LIMITER: { limit: async () => ({ success: false }) } })),
  InternalError: bind(() => ({ DB: wrapDatabase(env.DB, async () => []).db })),
  ServiceUnavailableError: bind(() => ({
    DB: wrapDatabase(env.DB, () => Promise.reject(new Error("D1_ERROR: the test broke it"))).db,
  })),
};

function setHeadersOf(request: TestRequest, more: Record<string, string>): TestRequest {
  const { "If-Match": _, ...headers } = request.headers ?? {};
  return { ...request, headers: { ...headers, "Idempotency-Key": "reused", ...more } };
}

/** An example's request, to be changed. Without its preconditions, which would be judged first. */
const makeRequest = ({ method, path, body }: Exchange): TestRequest => ({
  method,
  path,
  headers: { "Api-Version": "~9" },
  ...(body !== undefined && { body: JSON.stringify(body) }),
  sign: path.startsWith("/--") ? false : { as: "demo", key: "ecdsa" },
});

/** The codes that the document lists at an operation. */
const readCodes = (responses: object): Code[] => {
  const text = JSON.stringify(responses);
  // The table's own keys.
  return (Object.keys(errorStatus) as Code[]).filter(
    (code) =>
      text.includes(`{"const":"${code}"}`) || (code === "ValidationFailed" && text.includes("/schemas/FieldErrors")),
  );
};

const rows = Object.values(documented.paths).flatMap(({ head: _, ...methods }) =>
  Object.values(methods).map(({ operationId, responses }) => ({
    operationId,
    // scripts/openapi/document.ts joins them so.
    operations: operationId.split("_") as Operation[],
    codes: readCodes(responses),
  })),
);

async function prepare(): Promise<void> {
  await clear(env.DB);
  const file = makeExchangeFile([{ ...makeKey("ecdsa"), name: "demo" }]);
  await provision(env.DB, { ...file, images: [...file.images, parent, child] });
}

skipWaits();
beforeEach(prepare);

async function occurs(code: Code, operations: readonly Operation[]): Promise<boolean> {
  for (const operation of operations) {
    for (const request of [recipes[code](makeRequest(examples[operation][0]))].flat()) {
      const { json } = await send(request);
      if (Object(json).code === code) return true;
    }
  }
  return false;
}

describe("every code that the document lists at an operation occurs there:", () => {
  it.each(rows)("$operationId", async ({ operations, codes }) => {
    const missing: Code[] = [];
    for (const code of codes) {
      // Its first request writes, and must find something to write.
      if (code === "IdempotencyKeyReused") await prepare();
      if (!(await occurs(code, operations))) missing.push(code);
      if (code === "IdempotencyKeyReused") await prepare();
    }
    expect(codes.length).toBeGreaterThan(1);
    expect(missing).toEqual([]);
  });
});
