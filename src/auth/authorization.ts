import type { MiddlewareHandler } from "hono";
import { type AppEnv, configuration } from "../env.ts";
import { CloudApiError } from "../errors.ts";
import { rawTarget } from "../http/raw-target.ts";
import { checkSignedDate } from "./clock.ts";
import { parseAuthorization, type SignatureHeader } from "./signature-header.ts";
import { defaultSignedNames, type SignableRequest, signingString } from "./signing-string.ts";

/** A request whose Authorization is well-formed and in time; whether the signature is genuine is still open. */
export type SignedRequest = {
  header: SignatureHeader;
  /** What the signature must be over. More than one where the platform may have changed the query's spelling. */
  texts: readonly string[];
  signsDigest: boolean;
};

/** What is read of a request before anything is looked up. `now` in ms since the epoch. */
type Arrival = {
  authorization: string | undefined;
  request: SignableRequest;
  now: number;
  isRequestTargetRequired: boolean;
};

/**
 * What a request's signature says it covers, and the texts it must then be over. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials without an HTTP Signature; InvalidHeader when it is malformed, covers no
 * date, a date out of time, or a header that is absent
 */
export function signedRequest({ authorization, request, now, isRequestTargetRequired }: Arrival): SignedRequest {
  const header = parseAuthorization(authorization);
  const names = namesCovered(header, request.headers, now);
  if (isRequestTargetRequired && !names.includes("(request-target)")) {
    throw new CloudApiError(
      "InvalidHeader",
      'the signature must cover (request-target): headers="(request-target) date"',
    );
  }
  return { header, texts: signedTexts(header, names, request), signsDigest: names.includes("digest") };
}

/**
 * Reads the Authorization header: its syntax, what it covers and when it was made. No I/O.
 *
 * @throws {CloudApiError} InvalidCredentials, InvalidHeader
 */
export const readAuthorization: MiddlewareHandler<AppEnv> = (c, next) => {
  const { method, url, headers } = c.req.raw;
  const signed = signedRequest({
    authorization: headers.get("Authorization") ?? undefined,
    request: { method, target: rawTarget(url), headers },
    now: Date.now(),
    isRequestTargetRequired: configuration(c.env).isRequestTargetRequired,
  });
  c.set("signed", signed);
  return next();
};

/** The names that the signature covers, every date among them in time. */
function namesCovered(header: SignatureHeader, headers: Headers, now: number): readonly string[] {
  const names = header.form === "legacy" ? ["date"] : (header.signedNames ?? defaultSignedNames(headers));
  const dates = new Set(names.filter((name) => name === "date" || name === "x-date"));
  if (dates.size === 0) throw new CloudApiError("InvalidHeader", "the signature must cover date or x-date");
  for (const name of dates) {
    const value = headers.get(name);
    if (value === null) throw new CloudApiError("InvalidHeader", `the signed header ${name} is absent`);
    checkSignedDate(name, value, now);
  }
  return names;
}

function signedTexts(header: SignatureHeader, names: readonly string[], request: SignableRequest): readonly string[] {
  if (header.form === "legacy") return [request.headers.get("date") ?? ""];
  const asReceived = signingString(names, request);
  const { path, query } = request.target;
  if (!query?.includes("%27")) return [asReceived];
  // `wrangler dev` turns ' in a query into %27.
  const target = { path, query: query.replaceAll("%27", "'") };
  return [...new Set([asReceived, signingString(names, { ...request, target })])];
}
