import { CloudApiError } from "../errors.ts";
import { assertInTime } from "./clock.ts";
import { parseAuthorization, type SignatureHeader } from "./signature-header.ts";
import { buildSigningString, chooseDefaultNames, type SignableRequest } from "./signing-string.ts";

/** A request whose Authorization is well-formed and in time; the signature is not verified yet. */
export type SignedRequest = {
  header: SignatureHeader;
  /** The texts that the signature may be over: several where the platform may have changed the query's spelling. */
  texts: readonly string[];
  signsDigest: boolean;
};

/** What is known of a request before anything is looked up. `now` in ms since the epoch. */
type Arrival = {
  authorization: string | undefined;
  request: SignableRequest;
  now: number;
  isRequestTargetRequired: boolean;
};

/**
 * Reads what a request's signature covers, and builds the texts that it may be over. Pure. docs/contract.md#authentication
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
  return { header, texts: buildTexts(header, names, request), signsDigest: names.includes("digest") };
}

/** The names that the signature covers, after every date among them was checked. */
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
  const asReceived = buildSigningString(names, request);
  const { path, query } = request.target;
  if (!query?.includes("%27")) return [asReceived];
  // `wrangler dev` turns ' in a query into %27.
  const target = { path, query: query.replaceAll("%27", "'") };
  return [...new Set([asReceived, buildSigningString(names, { ...request, target })])];
}
