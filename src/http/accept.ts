import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";

/** The media ranges that hold application/json, the most specific first: it alone decides (RFC 9110 §12.5.1). */
const jsonRanges = ["application/json", "application/*", "*/*"];

/** Whether an Accept header admits JSON; an absent or empty one admits all. */
export function admitsJson(accept: string | undefined): boolean {
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

/** @throws {CloudApiError} NotAcceptableError when the client takes no JSON */
export const acceptsJson: MiddlewareHandler<AppEnv> = (c, next) => {
  const accept = c.req.header("Accept");
  if (!admitsJson(accept)) {
    throw new CloudApiError(
      "NotAcceptableError",
      `Accept: ${shown(accept)} admits no application/json, the only type here`,
    );
  }
  return next();
};
