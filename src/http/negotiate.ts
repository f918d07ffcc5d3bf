import type { MiddlewareHandler } from "hono";
import maxSatisfying from "semver/ranges/max-satisfying.js";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { findRelease, type Release, versions } from "../releases.ts";

/** Parsing a long range costs 80 ms of CPU. docs/contract.md#versions */
const maxRangeCharacters = 128;

/**
 * Chooses the release of the highest version that satisfies a range.
 *
 * @param range any range of node-semver. Undefined or empty means the default
 * @throws {CloudApiError} InvalidVersion: the range is too long or no range, or no version satisfies it
 */
export function chooseRelease(range: string | undefined, defaultRelease: Release): Release {
  if (!range) return defaultRelease;
  const release = range.length > maxRangeCharacters ? undefined : findReleaseInRange(range);
  if (release) return release;
  throw new CloudApiError(
    "InvalidVersion",
    `${show(range)} is not supported; supported versions: ${versions.join(", ")}`,
  );
}

/** Parsed ranges: every client sends the same one each time. */
const parsedRanges = new Map<string, Release | undefined>();
const maxParsedRanges = 256;

function findReleaseInRange(range: string): Release | undefined {
  if (parsedRanges.has(range)) return parsedRanges.get(range);
  const version = maxSatisfying([...versions], range);
  const release = version === null ? undefined : findRelease(version);
  if (parsedRanges.size >= maxParsedRanges) parsedRanges.clear();
  parsedRanges.set(range, release);
  return release;
}

/** Chooses the release, by Accept-Version, else Api-Version (ours: upstream documents and ignores it), else X-Api-Version. */
export const negotiateVersion: MiddlewareHandler<AppEnv> = (c, next) => {
  const range = c.req.header("Accept-Version") || c.req.header("Api-Version") || c.req.header("X-Api-Version");
  c.set("release", chooseRelease(range, readConfiguration(c.env).defaultRelease));
  return next();
};

/** The media ranges that include application/json. The most specific decides (RFC 9110 §12.5.1). */
const jsonRanges = ["application/json", "application/*", "*/*"];

/** Whether an Accept header admits JSON. An absent or empty one admits all. */
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
