import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";

/** The media ranges that hold application/json, the most specific first: it alone decides (RFC 9110 §12.5.1). */
const jsonRanges = ["application/json", "application/*", "*/*"];

/** Whether an Accept header admits JSON; an absent or empty one admits all. */
function admitsJson(accept: string | undefined): boolean {
  if (!accept?.trim()) return true;
  const weights = new Map<string, boolean>();
  for (const item of accept.toLowerCase().split(",")) {
    const [range = "", ...parameters] = item.split(";").map((part) => part.trim());
    const isRefused = parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter));
    weights.set(range, (weights.get(range) ?? false) || !isRefused);
  }
  const deciding = jsonRanges.find((range) => weights.has(range));
  return deciding !== undefined && weights.get(deciding) === true;
}

/** Checks that the client takes JSON. @throws {CloudApiError} NotAcceptableError */
export const checkAccept: MiddlewareHandler<AppEnv> = (c, next) => {
  const accept = c.req.header("Accept");
  if (!admitsJson(accept)) {
    throw new CloudApiError(
      "NotAcceptableError",
      `Accept: ${show(accept)} admits no application/json, the only type here`,
    );
  }
  return next();
};
