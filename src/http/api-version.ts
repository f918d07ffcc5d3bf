import type { MiddlewareHandler } from "hono";
import maxSatisfying from "semver/ranges/max-satisfying.js";
import { type AppEnv, configuration } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";

/** The versions a client may ask for, each with the release that answers: 7.0 to 7.2 differ only by added fields. */
const answeredBy = {
  "7.0.0": "7.2.0",
  "7.1.0": "7.2.0",
  "7.2.0": "7.2.0",
  "7.3.0": "7.3.0",
  "8.0.0": "8.0.0",
  "9.0.0": "9.0.0",
} as const;

type Version = keyof typeof answeredBy;

/** A release of the API as it answers: CloudAPI's own version numbers. */
export type Release = (typeof answeredBy)[Version];

/** The versions a client may ask for. */
export const versions = Object.keys(answeredBy).filter((version): version is Version => version in answeredBy);

/** Whether an image's type is the stored one; before 8.0.0 it is smartmachine or virtualmachine. */
export const hasStoredTypes = (release: Release): boolean => release === "8.0.0" || release === "9.0.0";

/** A longer header is refused unparsed: a long range costs 80 ms of CPU (CONTRACT §2). */
const maxRangeCharacters = 128;

/**
 * The release that answers a version range: the highest served version that satisfies it.
 *
 * @param range any range of node-semver; undefined or empty asks for none
 * @throws {CloudApiError} InvalidVersion: too long, no range, or no served version in it
 */
export function negotiatedRelease(range: string | undefined, defaultRelease: Release): Release {
  if (!range) return defaultRelease;
  const version = range.length > maxRangeCharacters ? null : highestVersion(range);
  if (version === null) {
    throw new CloudApiError(
      "InvalidVersion",
      `${shown(range)} is not supported; supported versions: ${versions.join(", ")}`,
    );
  }
  return answeredBy[version];
}

/** Ranges that were asked for before, and what they came to: every client asks for the one of its own. */
const knownRanges = new Map<string, Version | null>();
const maxKnownRanges = 256;

function highestVersion(range: string): Version | null {
  const known = knownRanges.get(range);
  if (known !== undefined) return known;
  const version = maxSatisfying(versions, range);
  if (knownRanges.size >= maxKnownRanges) knownRanges.clear();
  knownRanges.set(range, version);
  return version;
}

/** Chooses the release. Accept-Version goes before Api-Version (ours: upstream documents it and ignores it), X-Api-Version is last. */
export const apiVersion: MiddlewareHandler<AppEnv> = (c, next) => {
  const range = c.req.header("Accept-Version") || c.req.header("Api-Version") || c.req.header("X-Api-Version");
  c.set("release", negotiatedRelease(range, configuration(c.env).defaultRelease));
  return next();
};
