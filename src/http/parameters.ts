import type { Context } from "hono";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { readBodyParameters } from "./body-parameters.ts";
import { type DecodedForm, decodeForm, type Parameters } from "./form.ts";
import { readTarget } from "./raw-target.ts";

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
  const query = readQuery(c);
  const body = await readBodyParameters(requireSet(c, "body"), c.req.raw.headers);
  return Object.assign(Object.create(null), query, body);
}

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
