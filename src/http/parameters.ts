import type { Context } from "hono";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { readBodyParameters } from "../syntax/body-parameters.ts";
import { type DecodedForm, decodeForm, type Parameters } from "../syntax/form.ts";
import { readTarget } from "../syntax/raw-target.ts";

/**
 * The parameters of a request: the query's, then the body's, which win (restify's mapParams does the same). Parsed once
 * a request, on first use. docs/contract.md#body
 *
 * @throws {CloudApiError} BadRequest, InvalidContent, UnsupportedMediaTypeError
 */
export function readParameters(c: Context<AppEnv>): Promise<Parameters> {
  const known = c.get("parameters");
  if (known) return known;
  const read = joinParameters(c);
  c.set("parameters", read);
  return read;
}

async function joinParameters(c: Context<AppEnv>): Promise<Parameters> {
  return join(readQuery(c), await readBodyAlone(c));
}

const join = (query: Parameters, body: Parameters): Parameters => Object.assign(Object.create(null), query, body);

/** The same, where the body may be the value of one parameter alone, as a JSON array. @param name of that parameter */
export async function readParametersOrArray(c: Context<AppEnv>, name: string): Promise<Parameters> {
  return c.get("parameters") ?? join(readQuery(c), await readBodyAlone(c, name));
}

/** The body's parameters alone. @throws {CloudApiError} BadRequest, InvalidContent, UnsupportedMediaTypeError */
export const readBodyAlone = (c: Context<AppEnv>, arrayName?: string): Promise<Parameters> =>
  readBodyParameters(requireSet(c, "body"), c.req.raw.headers, arrayName);

/** The query's parameters, and the body's where something has read it: an action may be in either. */
export const readWhatWasRead = (c: Context<AppEnv>): Parameters | Promise<Parameters> =>
  c.get("parameters") ?? readQuery(c);

/** The query's parameters alone. @throws {CloudApiError} BadRequest where an escape is not UTF-8 */
export function readQuery(c: Context<AppEnv>): Parameters {
  const { values, undecodable } = decodeQuery(c);
  if (undecodable === undefined) return values;
  throw new CloudApiError("BadRequest", `the query part ${show(undecodable)} is not UTF-8`);
}

/** The query's parameters but for those that are not UTF-8. */
export const readQueryLeniently = (c: Context<AppEnv>): Parameters => decodeQuery(c).values;

/** The query, decoded once a request. */
function decodeQuery(c: Context<AppEnv>): DecodedForm {
  const known = c.get("query");
  if (known) return known;
  const decoded = decodeForm(readTarget(c.req.raw.url).query ?? "");
  c.set("query", decoded);
  return decoded;
}
