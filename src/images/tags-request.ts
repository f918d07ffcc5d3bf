import type { Context } from "hono";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { readBodyAlone } from "../http/parameters.ts";
import type { Parameters } from "../syntax/form.ts";

/**
 * The tags of a request: its body alone, so that no parameter of the query becomes a tag.
 *
 * @throws {CloudApiError} MissingParameter when there is no body
 */
export async function readTags(c: Context<AppEnv>): Promise<Parameters> {
  if (requireSet(c, "body").length > 0) return { tags: await readBodyAlone(c) };
  throw new CloudApiError("MissingParameter", "tags are a required argument: send them as the body, a JSON object");
}
