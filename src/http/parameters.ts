import type { Context } from "hono";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { readBodyParameters } from "./body-parameters.ts";
import { decodeForm, findUndecodablePair, type Parameters } from "./form.ts";
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

/** The query's parameters alone. @throws {CloudApiError} BadRequest on an escape that cannot be decoded */
export function readQuery(c: Context<AppEnv>): Parameters {
  const { query = "" } = readTarget(c.req.raw.url);
  const undecodable = query.includes("%") ? findUndecodablePair(query) : undefined;
  if (undecodable !== undefined) {
    throw new CloudApiError("BadRequest", `the query part ${show(undecodable)} has an escape that cannot be decoded`);
  }
  return readQueryLeniently(c);
}

/** The query as form-decoded values, parsed once a request; escapes that cannot be decoded stay as they are. */
export function readQueryLeniently(c: Context<AppEnv>): Parameters {
  const known = c.get("query");
  if (known) return known;
  const read = decodeForm(readTarget(c.req.raw.url).query ?? "");
  c.set("query", read);
  return read;
}
