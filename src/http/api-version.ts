import type { MiddlewareHandler } from "hono";
import maxSatisfying from "semver/ranges/max-satisfying.js";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { findRelease, type Release, versions } from "../releases.ts";

/** A longer header is refused unparsed: a long range costs 80 ms of CPU. docs/contract.md#versions */
const maxRangeCharacters = 128;

/**
 * The release that answers a version range: that of the highest version that satisfies it.
 *
 * @param range any range of node-semver; undefined or empty means the default
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

/** Ranges that were parsed before: every client sends the same one each time. */
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
