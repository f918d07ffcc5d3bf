import { CloudApiError, show } from "../errors.ts";
import type { RawTarget } from "../syntax/raw-target.ts";
import { isDigestHeader } from "./body-digest.ts";
import { parseAuthorization, type SignatureHeader } from "./signature-header.ts";

/** A request whose Authorization is well-formed and in time. The signature is not verified yet. */
export type SignedRequest = {
  header: SignatureHeader;
  /** The texts that the signature may cover. Two if the platform may have changed the query's spelling. */
  texts: readonly string[];
  /** The signed headers that hold digests of the body. */
  digestNames: readonly string[];
};

/** A request, before any look-up. `now` in ms since the epoch. */
type Arrival = {
  authorization: string | undefined;
  request: SignableRequest;
  now: number;
  isRequestTargetRequired: boolean;
};

/**
 * Reads what a request's signature covers, and builds the texts that it may cover. Pure. docs/contract.md#authentication
 *
 * @throws {CloudApiError} InvalidCredentials without an HTTP Signature; InvalidHeader when it is malformed, covers no
 * date, a date out of time, or a header that is absent
 */
export function readSignedRequest({ authorization, request, now, isRequestTargetRequired }: Arrival): SignedRequest {
  const header = parseAuthorization(authorization);
  const names = listCoveredNames(header, request.headers, now);
  if (isRequestTargetRequired && !names.includes("(request-target)")) {
    throw new CloudApiError(
      "InvalidHeader",
      'the signature must cover (request-target): headers="(request-target) date"',
    );
  }
  return { header, texts: buildTexts(header, names, request), digestNames: names.filter(isDigestHeader) };
}

/** Lists the names that the signature covers, and checks every date among them. */
function listCoveredNames(header: SignatureHeader, headers: Headers, now: number): readonly string[] {
  const names = header.form === "legacy" ? ["date"] : (header.signedNames ?? chooseDefaultNames(headers));
  const dates = new Set(names.filter((name) => name === "date" || name === "x-date"));
  if (dates.size === 0) throw new CloudApiError("InvalidHeader", "the signature must cover date or x-date");
  for (const name of dates) {
    const value = headers.get(name);
    if (value === null) throw new CloudApiError("InvalidHeader", `the signed header ${name} is absent`);
    assertInTime(name, value, now);
  }
  return names;
}

function buildTexts(header: SignatureHeader, names: readonly string[], request: SignableRequest): readonly string[] {
  if (header.form === "legacy") return [request.headers.get("date") ?? ""];
  const asReceived = buildSigningString(names, { ...request, header });
  const { path, query } = request.target;
  if (!query?.includes("%27")) return [asReceived];
  // `wrangler dev` turns ' in a query into %27.
  const target = { path, query: query.replaceAll("%27", "'") };
  return [...new Set([asReceived, buildSigningString(names, { ...request, header, target })])];
}

/** How far a signed date may be from the clock, before or after, inclusive. docs/contract.md#authentication */
const maxSkewSeconds = 300;

/**
 * Checks that a signed date is in time. Compared in whole seconds.
 *
 * @param name `date` or `x-date`
 * @param value as sent: an HTTP date. triton-go's ends in `UTC`
 * @param now ms since the epoch
 * @throws {CloudApiError} InvalidHeader when it does not parse or is too far off
 */
function assertInTime(name: string, value: string, now: number): void {
  const sent = Date.parse(value);
  if (Number.isNaN(sent)) throw new CloudApiError("InvalidHeader", `${name}: ${show(value)} is no HTTP date`);
  const skewSeconds = Math.abs(Math.floor(now / 1000) - Math.floor(sent / 1000));
  if (skewSeconds > maxSkewSeconds) {
    const clock = new Date(now).toUTCString();
    throw new CloudApiError(
      "InvalidHeader",
      `${name}: ${show(value)} is ${skewSeconds} s from this service's clock, ${clock}; the limit is ${maxSkewSeconds} s`,
    );
  }
}

/** What a signature may cover of a request. */
export type SignableRequest = { method: string; target: RawTarget; headers: Headers };

/** These change on their way to the Worker: a signature over them could not be checked. */
const changedOnTheWay = new Set(["accept-encoding", "connection", "keep-alive", "te"]);

/** The names that a signature covers if its header lists none: `x-date` if it was sent, else `date`, as in sdc-cloudapi. */
const chooseDefaultNames = (headers: Headers): readonly string[] => [headers.has("x-date") ? "x-date" : "date"];

/**
 * Builds the text that was signed: one line `name: value` for each signed name, in the order of the list.
 *
 * `(request-target)` is the lower-case method, a space, and path and query as sent. `request-line`, of older drafts, is a
 * line without a name.
 *
 * @throws {CloudApiError} InvalidHeader when a signed header is absent or never reaches the Worker
 */
function buildSigningString(names: readonly string[], request: SignableRequest & { header: SignatureHeader }): string {
  return names
    .map((name) => {
      if (name === "request-line") return `${request.method} ${formatTarget(request)} HTTP/1.1`;
      const value = pseudoHeaders.get(name)?.(request) ?? readSignedValue(name, request.headers);
      return `${name}: ${value}`;
    })
    .join("\n");
}

const formatTarget = ({ target: { path, query } }: SignableRequest): string =>
  query === undefined ? path : `${path}?${query}`;

/** What a signature may cover that is no header: what http-signature 1.4.0 verifies, and signs. */
const pseudoHeaders = new Map<string, (request: SignableRequest & { header: SignatureHeader }) => string>([
  ["(request-target)", (request) => `${request.method.toLowerCase()} ${formatTarget(request)}`],
  ["(keyid)", ({ header }) => header.keyId],
  ["(algorithm)", ({ header }) => header.parameters.get("algorithm") ?? ""],
  [
    "(opaque)",
    ({ header }) => {
      const opaque = header.parameters.get("opaque");
      if (opaque !== undefined) return opaque;
      throw new CloudApiError("InvalidHeader", "the signature covers (opaque), and Authorization has no opaque");
    },
  ],
  ["(created)", refuseTime],
  ["(expires)", refuseTime],
]);

function refuseTime(): never {
  throw new CloudApiError("InvalidHeader", "(created) and (expires) are not supported: sign date or x-date");
}

function readSignedValue(name: string, headers: Headers): string {
  if (changedOnTheWay.has(name)) {
    throw new CloudApiError("InvalidHeader", `the header ${name} cannot be signed: it changes on its way here`);
  }
  // A name that is no token cannot be a header; Headers.get would throw on it.
  const value = /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) ? headers.get(name) : null;
  if (value === null) throw new CloudApiError("InvalidHeader", `the signed header ${show(name)} is absent`);
  return value;
}
