import { formatCursor } from "../../src/images/rules/changes.ts";
import { example } from "./example-values.ts";
import { examples } from "./examples.ts";
import type { ErrorCode } from "./operation-row.ts";
import type { PlacedRow } from "./placed.ts";

/** A request that is refused. */
export type ErrorRequest = {
  method: string;
  /** Path and query, raw. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** The headers that the signature covers. By default the date and the request; none for no signature. */
  covers?: readonly string[];
};

/** Changes the operation's first example so that it meets a code. */
type Change = (request: ErrorRequest, placed: PlacedRow) => ErrorRequest | readonly ErrorRequest[];

const setHeaders =
  (headers: Readonly<Record<string, string>>): Change =>
  (request) => ({ ...request, headers });

const setBody =
  (body: string): Change =>
  (request) => ({ ...request, body });

const setLogin =
  (login: string): Change =>
  (request) => ({ ...request, path: request.path.replace("/my", `/${login}`) });

/** With more in the query. */
const ask = (request: ErrorRequest, more: string): ErrorRequest => ({
  ...request,
  path: `${request.path}${request.path.includes("?") ? "&" : "?"}${more}`,
});

const withoutBody = ({ body: _, ...request }: ErrorRequest): ErrorRequest => request;

const toShared = (request: ErrorRequest): ErrorRequest => ({
  ...request,
  path: request.path.replace(example.image, example.shared),
});

/** The value of a parameter that is not allowed, by the parameter that the operation reads. */
const wrongValues: Readonly<Record<string, string>> = {
  "dry-run": "dry-run=maybe",
  "read-revision": "revision=x",
  "List-limit": "limit=0",
  "audit-limit": "limit=0",
  "changes-limit": "limit=0",
};

const wrongBodies: Readonly<Record<string, string>> = { CreateKey: '{"key":"x"}', UpdateAccount: '{"city":5}' };

const meetInvalidArgument: Change = (request, { row }) => {
  const body = wrongBodies[row.operations[0]];
  if (body !== undefined) return { ...request, body };
  const name = row.parameters?.find((parameter) => parameter in wrongValues);
  // It has no dry run, and refuses to do more than was asked for.
  return ask(request, wrongValues[name ?? ""] ?? "dry-run=true");
};

const withoutAction: Change = (request) => ({ ...request, path: request.path.replace(/\?.*/, "") });

const incomplete: Readonly<Record<string, Change>> = {
  UpdateImage: withoutAction,
  CloneImage: withoutAction,
  RevertImage: setBody("{}"),
  CreateKey: setBody('{"name":"laptop"}'),
};

const broken: Readonly<Record<string, string>> = {
  UpdateImage: '{"name":"my image!","version":null}',
  AddImageAcl: '["alice"]',
  RemoveImageAcl: '["alice"]',
};

const reuse = { "Idempotency-Key": "reused" };

/** A cursor of the demo's account that its feed has not reached. */
const unreached = formatCursor({ account: example.account, sequence: 1_000_000, writeId: "x" });

/** How a client meets each code. */
const changes: Readonly<Partial<Record<ErrorCode, Change>>> = {
  BadRequest: setLogin("%ff"),
  BadDigest: (request, { row }) =>
    row.body
      ? { ...request, headers: { "Content-MD5": "AAAA" }, body: request.body ?? "{}" }
      : { ...request, headers: { Digest: "SHA-256=AAAA" }, covers: ["date", "digest"] },
  InvalidContent: setBody("{"),
  InvalidHeader: (request, { path }) =>
    path.includes("{id}")
      ? { ...request, headers: { "If-Match": "2-9.0.0" } }
      : { ...request, headers: { Authorization: "Signature x" }, covers: [] },
  InvalidVersion: setHeaders({ "Accept-Version": "99" }),
  InvalidCredentials: (request) => ({ ...request, covers: [] }),
  NotAuthorized: setLogin("alice"),
  ResourceNotFound: (request) => {
    const path = request.path
      .replace(/[0-9a-f-]{36}/, "00000000-0000-4000-8000-000000000000")
      .replace(/\/keys\/.*/, "/keys/none");
    return path === request.path ? { ...request, path: path.replace("/my", "/nobody") } : { ...request, path };
  },
  MethodNotAllowedError: (request) => ({ ...request, method: "PATCH" }),
  NotAcceptableError: setHeaders({ Accept: "text/html" }),
  InvalidArgument: meetInvalidArgument,
  MissingParameter: (request, placed) =>
    incomplete[placed.row.operations[0]]?.(request, placed) ?? withoutBody(request),
  CursorExpired: (request) => ask(request, `after=${unreached}`),
  PreconditionFailed: setHeaders({ "If-Match": '"99-9.0.0"' }),
  RequestTooLarge: setBody(" ".repeat(100_001)),
  UnsupportedMediaTypeError: (request) => ({
    ...request,
    headers: { "Content-Encoding": "gzip" },
    body: request.body ?? "{}",
  }),
  ValidationFailed: (request, { row }) => ({
    ...request,
    body: broken[row.operations[0]] ?? '{"n":9007199254740993}',
  }),
  NotImageOwner: (request, { row }) =>
    row.parameters?.includes("read-revision") ? ask(toShared(request), "revision=1") : toShared(request),
  ImageNotShared: (request) => ({ ...request, path: request.path.replace(example.shared, example.image) }),
  IdempotencyKeyReused: (request) => [
    { ...request, headers: reuse },
    { ...request, headers: { ...reuse, "If-Match": "*" } },
  ],
};

/** What leads to a code that no request leads to by itself. */
export const situations: Readonly<Partial<Record<ErrorCode, string>>> = {
  QuotaExceeded:
    "Any, once the account has as much as `MAX_IMAGES`, `MAX_KEYS` or `ACCOUNT_IMAGE_BYTES` of the configuration allow.",
  ImageHasDependentImages: "Any, for an image that another image has as its `origin`.",
  PreconditionRequired: "Any without `If-Match`, where `REQUIRE_IF_MATCH` of the configuration is on.",
  RequestThrottled: "Any, once there were too many: `RateLimit-Policy` says how many are allowed.",
  InternalError: "None: it is a fault of the service.",
  ServiceUnavailableError: "None: the database does not answer, or `READ_ONLY` of the configuration is on.",
};

/** Makes requests of an operation whose last is refused with a code. None if `situations` has it. */
export function makeErrorRequests(placed: PlacedRow, code: ErrorCode): readonly ErrorRequest[] {
  const [{ method, path, body }] = examples[placed.row.operations[0]];
  const request = { method, path, headers: {}, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return [changes[code]?.(request, placed) ?? []].flat();
}
