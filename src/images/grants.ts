import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { readParametersOrArray } from "../http/parameters.ts";
import type { Parameters } from "../syntax/form.ts";

/**
 * The parameters of a request that adds to an acl, or removes from it; the body may be the array itself.
 *
 * @throws {CloudApiError} MissingParameter when no account is named
 */
export async function readGrants(c: Context<AppEnv>): Promise<Parameters> {
  const parameters = await readParametersOrArray(c, "acl");
  if (parameters["acl"] !== undefined) return parameters;
  throw new CloudApiError("MissingParameter", "acl is a required argument: an array of account UUIDs");
}
