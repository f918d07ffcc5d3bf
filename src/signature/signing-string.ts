import { CloudApiError, show } from "../errors.ts";
import type { RawTarget } from "../syntax/raw-target.ts";

/** What a signature may cover of a request. */
export type SignableRequest = { method: string; target: RawTarget; headers: Headers };

/** These do not reach the Worker as they were sent, so a signature over them could not be checked. */
const changedOnTheWay = new Set(["accept-encoding", "connection", "keep-alive", "te"]);

/**
 * The names a signature covers when its header lists none: `date`, or `x-date` when that header is sent
 * (sdc-cloudapi does so).
 */
export const chooseDefaultNames = (headers: Headers): readonly string[] => [headers.has("x-date") ? "x-date" : "date"];

/**
 * Builds the text that was signed: one line `name: value` for each signed name, in the order of the list.
 *
 * `(request-target)` is the lower-case method, a space, and path and query as sent.
 *
 * @throws {CloudApiError} InvalidHeader when a signed header is absent or never reaches the Worker
 */
export function buildSigningString(names: readonly string[], { method, target, headers }: SignableRequest): string {
  return names
    .map((name) => {
      if (name === "(request-target)") return `${name}: ${method.toLowerCase()} ${target.path}${formatQuery(target)}`;
      return `${name}: ${readSignedValue(name, headers)}`;
    })
    .join("\n");
}

const formatQuery = ({ query }: RawTarget): string => (query === undefined ? "" : `?${query}`);

function readSignedValue(name: string, headers: Headers): string {
  if (changedOnTheWay.has(name)) {
    throw new CloudApiError("InvalidHeader", `the header ${name} cannot be signed: it changes on its way here`);
  }
  // A name that is no token cannot be a header; Headers.get would throw on it.
  const value = /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) ? headers.get(name) : null;
  if (value === null) throw new CloudApiError("InvalidHeader", `the signed header ${show(name)} is absent`);
  return value;
}
